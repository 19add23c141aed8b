//! Two servers that differ in what they know.

use std::sync::Arc;

use model::{EndEvidence, Match};
use natconnd::api::{Finding, Health, Severity};
use natconnd::config::{Config, Roles};
use natconnd::http::{Route, Server};
use natconnd::lookup::Answers;

use super::asked::Asked;
use super::doors::Doors;
use super::said::Said;
use super::way::Way;
use crate::past::Past;
use crate::server::{Running, at, masqueraded};

/// The gateway's name.
pub const GATEWAY: &str = "gw-unheard-of";

/// The host behind 100.99.88.77:40123, now and then.
pub const HOST: &str = "192.168.77.201";

/// A case that records are held for.
pub const CASE: &str = "case-hush-5501";

/// What is counted, and what ails the gateway.
pub const FIGURE: &str = "90417";

/// What nobody may learn from a refusal. The gateway's name comes first.
pub const SECRETS: &[&str] = &[
    GATEWAY,
    HOST,
    // The host's port, and whom it talks to.
    "51847",
    "198.18.7.91",
    "47113",
    // Another host, and how many connections there are.
    "192.168.78.5",
    "1289",
    CASE,
    FIGURE,
];

/// A server with all ways in, twice: in pynatconnd's mode it has other paths.
pub struct Gateway {
    native: Served,
    pynatconnd: Served,
    _past: Option<Past>,
}

/// One of them.
pub struct Served {
    running: Running,
    doors: Doors,
}

fn secret() -> Match {
    masqueraded(
        "192.168.77.201:51847",
        "100.99.88.77:40123",
        "198.18.7.91:47113",
    )
}

fn connections() -> Vec<Match> {
    let mut all: Vec<Match> = (0..1288)
        .map(|number| {
            let mut other = masqueraded("192.168.78.5:1", "100.99.88.78:1", "198.18.9.92:443");
            other.translation.internal.port = 1024 + number;
            other.translation.nat.port = 1024 + number;
            other
        })
        .collect();
    all.push(secret());
    all
}

fn record() -> Match {
    Match {
        kernel_id: None,
        ended_at: at(10),
        end_evidence: Some(EndEvidence::Event),
        ..secret()
    }
}

impl Gateway {
    /// One that knows what [`SECRETS`] are about.
    pub fn knowing() -> Self {
        let past = Past::of(&[record()], history::RemotePolicy::Keep);
        let archive = past.archive();
        let history = archive.history().unwrap();
        history
            .hold(CASE, &[record()], &[], at(20).unwrap().at)
            .unwrap();
        let serve = |is_pynatconnd| {
            let archive = Arc::clone(&archive);
            Served::new(is_pynatconnd, connections(), |server| {
                server.gateway = GATEWAY.to_owned();
                server.archive = Some(Arc::clone(&archive));
                server.answers = Arc::new(Answers::of_matches(connections()).with_archive(archive));
                server.render_metrics = Arc::new(|| format!("natconnd_figure {FIGURE}\n# EOF\n"));
                server.report_health = Arc::new(|| {
                    let finding = Finding {
                        check: "overruns".to_owned(),
                        severity: Severity::Warning,
                        finding: format!("{FIGURE} events were lost"),
                        hint: None,
                        command: None,
                    };
                    Health::of_findings(String::new(), "natconnd", vec![finding])
                });
            })
        };
        Self {
            native: serve(false),
            pynatconnd: serve(true),
            _past: Some(past),
        }
    }

    /// One that knows nothing, of another name.
    pub fn empty() -> Self {
        let serve = |is_pynatconnd| Served::new(is_pynatconnd, Vec::new(), |_| {});
        Self {
            native: serve(false),
            pynatconnd: serve(true),
            _past: None,
        }
    }

    /// Callers may do this from now on.
    pub fn set_roles(&self, roles: Roles) {
        self.set_rules(roles, |_| {});
    }

    /// The same, with other rules besides.
    pub fn set_rules(&self, roles: Roles, change: impl Fn(&mut Config)) {
        for served in [&self.native, &self.pynatconnd] {
            let mut config = served.doors.config(roles);
            change(&mut config);
            served.running.access.replace(&config);
        }
    }

    /// The server that answers these paths.
    pub fn server(&self, is_pynatconnd: bool) -> &Served {
        match is_pynatconnd {
            true => &self.pynatconnd,
            false => &self.native,
        }
    }

    /// How many requests to an endpoint were answered.
    pub fn answered(&self, route: Route) -> u64 {
        let counters = &self.server(route == Route::Pynatconnd).running.counters;
        let of_route = counters
            .requests()
            .filter(|(counted, ..)| *counted == route);
        of_route.map(|(.., count)| count).sum()
    }
}

impl Served {
    fn new(is_pynatconnd: bool, matches: Vec<Match>, change: impl FnOnce(&mut Server)) -> Self {
        let (doors, listeners) = Doors::open();
        let running = Running::over(listeners, matches, |server| {
            server.pynatconnd = is_pynatconnd.then(|| "nat_port".parse().unwrap());
            change(server);
        });
        Self { running, doors }
    }

    /// Asks over a connection of its own.
    pub fn ask(&self, way: Way, asked: &Asked) -> Said {
        self.ask_with(way, asked, "")
    }

    /// The same with more header lines.
    pub fn ask_with(&self, way: Way, asked: &Asked, headers: &str) -> Said {
        Said::ask(way.connect(&self.doors), asked, &(way.header() + headers))
    }
}
