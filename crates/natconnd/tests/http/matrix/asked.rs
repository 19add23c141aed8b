//! The table: what is asked, and who may.
//!
//! It repeats on purpose what the code says in its own words: a change of who may ask what
//! has to be made twice.

use natconnd::config::Role::{Admin, Browse, Lookup, Metrics};
use natconnd::config::{Role, Roles};
use natconnd::http::Route;

use super::gateway::{CASE, FIGURE, Gateway, HOST};
use super::said::Said;
use super::way::Way;

/// One request.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub route: Route,
    pub method: &'static str,
    pub target: &'static str,
    pub body: &'static str,
    pub who: Who,
    /// Something that only an answer has.
    pub tells: &'static str,
}

/// Who may ask it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// Whoever is let in.
    Anybody,
    /// Whoever has one of these roles.
    One(&'static [Role]),
    /// Whoever has this role, of those who may ask such questions at all: the question itself
    /// decides.
    Exactly(Role),
    /// The same, but others who may ask such questions get an answer that lacks this part.
    PartFor(Role),
}
use Who::{Anybody, Exactly, One, PartFor};

/// What becomes of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Judged {
    Answered,
    AnsweredToAll,
    RefusedInPart,
    Refused,
}

/// Roles with which questions are asked.
const OF_QUESTIONS: &[Role] = &[Lookup, Browse];

const ANY_ROLE: &[Role] = &Role::ALL;

const fn get(route: Route, target: &'static str, who: Who, tells: &'static str) -> Asked {
    with("GET", route, target, who, tells)
}

const fn head(route: Route, target: &'static str, who: Who) -> Asked {
    with("HEAD", route, target, who, "")
}

const fn with(
    method: &'static str,
    route: Route,
    target: &'static str,
    who: Who,
    tells: &'static str,
) -> Asked {
    Asked {
        route,
        method,
        target,
        body: "",
        who,
        tells,
    }
}

const fn post(
    route: Route,
    target: &'static str,
    body: &'static str,
    who: Who,
    tells: &'static str,
) -> Asked {
    Asked {
        body,
        ..with("POST", route, target, who, tells)
    }
}

/// Everything that is asked.
#[rustfmt::skip]
pub const ASKED: &[Asked] = &[
    // One NAT port: an exact question, however it is put.
    get(Route::Lookup, "/api/v1/lookup?nat=100.99.88.77:40123", Exactly(Lookup), HOST),
    get(Route::Lookup, "/api/v1/lookup?nat=:40123&protocol=tcp", Exactly(Lookup), HOST),
    get(Route::Lookup, "/api/v1/lookup?nat=100.99.88.77:40123&at=2026-11-23T22:47:05Z", Exactly(Lookup), HOST),
    get(Route::Lookup, "/api/v1/lookup?nat=100.99.88.0/24:40123&from=2026-11-23T22:00:00Z", Exactly(Lookup), HOST),
    head(Route::Lookup, "/api/v1/lookup?nat=100.99.88.77:40123", Exactly(Lookup)),
    // Without a port it is about many.
    get(Route::Lookup, "/api/v1/lookup?nat=100.99.88.77", Exactly(Browse), HOST),
    get(Route::Lookup, "/api/v1/lookup?nat=100.99.88.77:40000-40999", Exactly(Browse), HOST),
    get(Route::Lookup, "/api/v1/lookup?internal=192.168.77.0/24", Exactly(Browse), HOST),
    get(Route::Lookup, "/api/v1/lookup?remote=198.18.7.0/24&at=2026-11-23T22:47:05Z", Exactly(Browse), HOST),
    head(Route::Lookup, "/api/v1/lookup?remote=198.18.7.0/24", Exactly(Browse)),
    // What cannot be read is told to whoever may ask at all.
    get(Route::Lookup, "/api/v1/lookup?nat=nobody", One(OF_QUESTIONS), "nobody"),
    with("POST", Route::Lookup, "/api/v1/lookup?nat=100.99.88.77:40123", One(OF_QUESTIONS), "answer POST"),

    post(Route::Lookups, "/api/v1/lookups", "nat\n100.99.88.77:40123\n", PartFor(Lookup), HOST),
    post(Route::Lookups, "/api/v1/lookups?format=text", "src 100.99.88.77 port 40123\n", PartFor(Lookup), HOST),
    post(Route::Lookups, "/api/v1/lookups", "{\"nat\":\"100.99.88.77:40123\",\"at\":\"2026-11-23T22:47:05Z\"}\n", PartFor(Lookup), HOST),
    post(Route::Lookups, "/api/v1/lookups?columns=remote=far", "far\n198.18.7.0/24\n", PartFor(Browse), HOST_OF_CSV),
    get(Route::Lookups, "/api/v1/lookups", One(OF_QUESTIONS), "answer GET"),

    get(Route::ForwardAuth, "/api/v1/forward-auth?nat=100.99.88.77&nat_port=40123&remote=198.18.7.91&remote_port=47113", One(&[Lookup]), HOST),
    get(Route::ForwardAuth, "/api/v1/forward-auth?nat=100.99.88.77:40123&require=one", One(&[Lookup]), HOST),
    get(Route::ForwardAuth, "/api/v1/forward-auth?nat=100.99.88.77:1&require=one", One(&[Lookup]), "x-nat-verdict: none"),
    get(Route::ForwardAuth, "/api/v1/forward-auth", One(&[Lookup]), "x-nat-reason"),
    with("POST", Route::ForwardAuth, "/api/v1/forward-auth?nat=100.99.88.77:40123", One(&[Lookup]), HOST),

    get(Route::Connections, "/api/v1/connections", One(&[Browse]), "192.168.78.5"),
    get(Route::Connections, "/api/v1/connections?nat=100.99.88.77:40123", One(&[Browse]), HOST),
    get(Route::Connections, "/api/v1/connections?format=csv&internal=192.168.77.0/24", One(&[Browse]), HOST),
    get(Route::Connections, "/api/v1/connections?format=ndjson&limit=3", One(&[Browse]), "192.168.78.5"),
    get(Route::Connections, "/api/v1/connections?limit=0", One(&[Browse]), "limit"),
    head(Route::Connections, "/api/v1/connections", One(&[Browse])),

    get(Route::Records, "/api/v1/records?from=2026-11-23T22:00:00Z&internal=192.168.77.0/24", One(&[Browse]), HOST),
    get(Route::Records, "/api/v1/records?from=2026-11-23T22:00:00Z&nat=100.99.88.77:40123&format=csv", One(&[Browse]), HOST),
    head(Route::Records, "/api/v1/records?from=2026-11-23T22:00:00Z&limit=1", One(&[Browse])),

    get(Route::Events, "/api/v1/events", One(&[Browse]), "text/event-stream"),
    get(Route::Events, "/api/v1/events?nat=:40123", One(&[Browse]), "text/event-stream"),
    head(Route::Events, "/api/v1/events", One(&[Browse])),

    get(Route::Status, "/api/v1/status", One(ANY_ROLE), "1289"),
    head(Route::Status, "/api/v1/status", One(ANY_ROLE)),
    get(Route::Health, "/api/v1/health", One(ANY_ROLE), FIGURE),
    head(Route::Health, "/api/v1/health", One(ANY_ROLE)),

    get(Route::Usage, "/api/v1/usage", One(&[Browse]), "192.168.78.5"),
    head(Route::Usage, "/api/v1/usage", One(&[Browse])),
    get(Route::Ports, "/api/v1/ports?nat=100.99.88.77&protocol=tcp", One(&[Browse]), HOST),
    head(Route::Ports, "/api/v1/ports?nat=100.99.88.77&protocol=tcp", One(&[Browse])),

    get(Route::History, "/api/v1/history", One(&[Metrics]), "\"recording\""),
    head(Route::History, "/api/v1/history", One(&[Metrics])),
    get(Route::HistoryGaps, "/api/v1/history/gaps", One(&[Metrics]), "\"gaps\""),
    head(Route::HistoryGaps, "/api/v1/history/gaps", One(&[Metrics])),
    get(Route::HistoryExpired, "/api/v1/history/expired", One(&[Metrics]), "\"segments\""),
    head(Route::HistoryExpired, "/api/v1/history/expired", One(&[Metrics])),
    get(Route::HistoryVerify, "/api/v1/history/verify", One(&[Admin]), "journal"),
    head(Route::HistoryVerify, "/api/v1/history/verify", One(&[Admin])),
    get(Route::HistoryHolds, "/api/v1/history/holds", One(&[Admin]), CASE),
    head(Route::HistoryHolds, "/api/v1/history/holds", One(&[Admin])),
    with("PUT", Route::HistoryHold, "/api/v1/history/holds/2026-7?nat=100.99.88.77:40123&at=2026-11-23T22:47:05Z", One(&[Admin]), "\"records\":1"),
    with("DELETE", Route::HistoryHold, "/api/v1/history/holds/2026-7", One(&[Admin]), "2026-7"),
    get(Route::HistoryHold, "/api/v1/history/holds/2026-7", One(&[Admin]), "answer GET"),

    get(Route::Audit, "/api/v1/audit", One(&[Admin]), "read the audit: there is none"),
    get(Route::Audit, "/api/v1/audit?case=2026-7&limit=1", One(&[Admin]), "read the audit: there is none"),
    head(Route::Audit, "/api/v1/audit", One(&[Admin])),
    get(Route::AuditVerify, "/api/v1/audit/verify", One(&[Admin]), "read the audit: there is none"),
    head(Route::AuditVerify, "/api/v1/audit/verify", One(&[Admin])),

    get(Route::Healthz, "/healthz", Anybody, "ok"),
    head(Route::Healthz, "/healthz", Anybody),
    get(Route::Metrics, "/metrics", One(&[Metrics]), FIGURE),
    head(Route::Metrics, "/metrics", One(&[Metrics])),
    get(Route::OpenApi, "/openapi.json", Anybody, "\"openapi\""),
    head(Route::OpenApi, "/openapi.json", Anybody),

    get(Route::DeskPage, "/", One(OF_QUESTIONS), "<form"),
    get(Route::DeskPage, "/desk", One(OF_QUESTIONS), "<form"),
    head(Route::DeskPage, "/desk", One(OF_QUESTIONS)),
    get(Route::DeskPage, "/desk?q=100.99.88.77:40123", PartFor(Lookup), HOST),
    get(Route::DeskPage, "/desk?q=nat+100.99.88.77:40123+at+2026-11-23T22:47:05Z", PartFor(Lookup), HOST),
    post(Route::DeskPage, "/desk", "text=100.99.88.77%3A40123", PartFor(Lookup), HOST),
    post(Route::DeskPage, "/desk/answers", "text=100.99.88.77%3A40123", PartFor(Lookup), HOST),
    get(Route::DeskPage, "/desk/report?nat=100.99.88.77:40123", Exactly(Lookup), HOST),
    get(Route::DeskPage, "/desk/report?nat=100.99.88.77", Exactly(Browse), HOST),
    get(Route::DeskPage, "/desk/report?internal=192.168.77.0/24&at=2026-11-23T22:47:05Z", Exactly(Browse), HOST),

    get(Route::LivePage, "/live", One(&[Browse]), "192.168.78.5"),
    get(Route::LivePage, "/live?q=192.168.77.0/24", One(&[Browse]), HOST),
    head(Route::LivePage, "/live", One(&[Browse])),
    get(Route::HostPage, "/hosts/192.168.77.201", One(&[Browse]), "51847"),
    get(Route::HostPage, "/hosts/nobody", One(&[Browse]), "nobody"),
    head(Route::HostPage, "/hosts/192.168.77.201", One(&[Browse])),
    get(Route::PortsPage, "/ports", One(&[Browse]), "<h1"),
    get(Route::PortsPage, "/ports/picture.png?nat=100.99.88.77&protocol=tcp", One(&[Browse]), "image/png"),
    head(Route::PortsPage, "/ports", One(&[Browse])),
    get(Route::HealthPage, "/health", One(ANY_ROLE), FIGURE),
    head(Route::HealthPage, "/health", One(ANY_ROLE)),

    get(Route::DocsPage, "/docs", Anybody, "<h1"),
    get(Route::DocsPage, "/docs/nope", Anybody, "no such page"),
    head(Route::DocsPage, "/docs", Anybody),
    get(Route::Asset, "/assets/nope", Anybody, "no such page"),
    head(Route::Asset, "/assets/nope", Anybody),
    get(Route::Unknown, "/nope", Anybody, "no such path"),
    get(Route::Unknown, "/api/v1/nope?nat=:40123", Anybody, "no such path"),
    get(Route::Unknown, "/API/v1/connections", Anybody, "no such path"),
    get(Route::Unknown, "//api/v1/connections", Anybody, "no such path"),
    get(Route::Unknown, "/api/v1/connections/", Anybody, "no such path"),
    get(Route::Unknown, "/api/v1/%63onnections", Anybody, "no such path"),
    get(Route::DocsPage, "/docs/../api/v1/connections", Anybody, "no such page"),
    head(Route::Unknown, "/nope", Anybody),

    get(Route::Pynatconnd, "/nat_port/40123", Exactly(Lookup), HOST),
    get(Route::Pynatconnd, "/nat_port/40124", Exactly(Lookup), "Not found"),
    get(Route::Pynatconnd, "/debug", Exactly(Browse), HOST),
    get(Route::Pynatconnd, "/nagios", Exactly(Metrics), "{"),
    get(Route::Pynatconnd, "/src_ip/1", One(&[Lookup, Browse, Metrics]), "Mismatch"),
    get(Route::Pynatconnd, "/nope", One(&[Lookup, Browse, Metrics]), "404"),
    with("OPTIONS", Route::Pynatconnd, "/debug", One(&[Lookup, Browse, Metrics]), "GET"),
];

/// In CSV the host stands in a column of its own.
const HOST_OF_CSV: &str = "192.168.77.201,";

impl Asked {
    /// What becomes of it for a caller with these roles.
    pub fn judge(&self, roles: Roles) -> Judged {
        let has = |role: &Role| roles.contains(*role);
        let (is_allowed, otherwise) = match self.who {
            Anybody => return Judged::AnsweredToAll,
            One(of) => (of.iter().any(has), Judged::Refused),
            Exactly(role) => (has(&role), Judged::Refused),
            PartFor(role) => {
                let otherwise = match OF_QUESTIONS.iter().any(has) {
                    true => Judged::RefusedInPart,
                    false => Judged::Refused,
                };
                (has(&role), otherwise)
            }
        };
        if is_allowed {
            Judged::Answered
        } else {
            otherwise
        }
    }

    /// Whether whoever may ask other questions there is refused by what this one says.
    pub fn is_judged_by_question(&self, roles: Roles) -> bool {
        let others = match self.route {
            Route::Pynatconnd => &[Lookup, Browse, Metrics],
            _ => OF_QUESTIONS,
        };
        matches!(self.who, Exactly(_)) && others.iter().any(|role| roles.contains(*role))
    }

    /// Whether the refusal is a page among those that such a caller may see.
    pub fn is_page_of_question(&self, roles: Roles) -> bool {
        self.route == Route::DeskPage && self.is_judged_by_question(roles)
    }

    pub fn ask(&self, gateway: &Gateway, way: Way) -> Said {
        let server = gateway.server(self.route == Route::Pynatconnd);
        server.ask(way, self)
    }
}
