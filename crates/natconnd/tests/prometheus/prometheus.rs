//! A Prometheus on the gateway, and questions to it.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::Lab;
use serde_json::Value;

use crate::client::{Reply, try_get};
use crate::files::{list, rules, text};
use crate::process::Process;

const ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9090);

const CONFIG: &str = "/run/prometheus.yml";

const RULES: &str = "/run/natconnd.rules.yml";

/// How long anything may take that a Prometheus does by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Prometheus.
pub struct Prometheus {
    process: Process,
    pace: Pace,
}

/// How often it asks natconnd, which is as long as an answer may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// So that an alert fires soon.
    Quick,
    /// So that a busy machine has the time to answer.
    Calm,
}

impl Pace {
    const fn interval(self) -> &'static str {
        match self {
            Self::Quick => "500ms",
            Self::Calm => "2s",
        }
    }
}

/// One time series' value.
#[derive(Clone, PartialEq, Debug)]
pub struct Sample {
    /// Its labels, with the name of the metric as `__name__`.
    pub labels: BTreeMap<String, String>,
    /// The value.
    pub value: f64,
}

/// An alert that fires.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// What it says: summary, description, action.
    pub annotations: Vec<String>,
}

impl Prometheus {
    /// Starts it beside a natconnd that listens here, with the rules that are shipped,
    /// impatient.
    pub fn start(lab: &Lab, natconnd: SocketAddr, pace: Pace) -> Self {
        fs::write(RULES, impatient(&rules())).unwrap();
        let targets = format!(
            "scrape_configs:\n  - job_name: natconnd\n    static_configs:\n      \
             - targets: [\"{natconnd}\"]\n"
        );
        configure(pace, &targets);
        let mut command = lab::command(&["prometheus"]);
        command.args([
            format!("--config.file={CONFIG}"),
            format!("--web.listen-address={ADDRESS}"),
            "--storage.tsdb.path=/run/prometheus".to_owned(),
            // What is not asked any more is forgotten soon.
            "--query.lookback-delta=5s".to_owned(),
            "--log.level=warn".to_owned(),
        ]);
        let process = Process::start(lab, &mut command);
        let started = Self { process, pace };
        started.eventually(|started| {
            let is_up = started.query("up == 1").len() == 1;
            is_up
                .then_some(())
                .ok_or_else(|| "nothing is up".to_owned())
        });
        started
    }

    /// Has it ask nobody any more.
    pub fn forget_targets(&mut self) {
        configure(self.pace, "");
        self.process.signal("HUP");
    }

    /// What it answers; nothing while it starts.
    pub fn query(&self, question: &str) -> Vec<Sample> {
        let found = self.api(&format!("/api/v1/query?query={}", escaped(question)));
        let Some(found) = found else {
            return Vec::new();
        };
        let samples = list(&found["result"]).iter().map(|one| {
            let labels = one["metric"].as_object().unwrap();
            let labels = labels
                .iter()
                .map(|(name, value)| (name.clone(), text(value)));
            Sample {
                labels: labels.collect(),
                value: text(&one["value"][1]).parse().unwrap(),
            }
        });
        samples.collect()
    }

    /// The alerts that fire.
    pub fn firing(&self) -> Vec<Alert> {
        let found = self.api("/api/v1/alerts").unwrap_or_default();
        let alerts = list(&found["alerts"]).iter();
        let firing = alerts.filter(|alert| alert["state"] == "firing");
        firing
            .map(|alert| Alert {
                name: text(&alert["labels"]["alertname"]),
                annotations: ["summary", "description", "action"]
                    .map(|name| text(&alert["annotations"][name]))
                    .to_vec(),
            })
            .collect()
    }

    /// Waits until this alert fires, and looks at what it says.
    pub fn await_alert(&self, name: &str) {
        let alert = self.eventually(|it| {
            let firing = it.firing();
            let found = firing.iter().find(|alert| alert.name == name).cloned();
            found.ok_or_else(|| format!("{name} is not among {firing:?}"))
        });
        for text in alert.annotations {
            // So Prometheus writes where a template goes wrong.
            let is_whole = !text.contains("<no value>") && !text.contains("error expanding");
            assert!(is_whole && !text.contains("{{"), "{name}: {text}");
        }
    }

    /// The errors of its last attempts to scrape.
    pub fn scrape_errors(&self) -> Vec<String> {
        let found = self.api("/api/v1/targets").unwrap();
        let targets = list(&found["activeTargets"]).iter();
        targets.map(|target| text(&target["lastError"])).collect()
    }

    /// Tries until it works, and returns what came of it.
    pub fn eventually<T>(&self, mut attempt: impl FnMut(&Self) -> Result<T, String>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match attempt(self) {
                Ok(done) => return done,
                Err(reason) => assert!(Instant::now() < deadline, "{reason}"),
            }
            sleep(Duration::from_millis(50));
        }
    }

    fn api(&self, target: &str) -> Option<Value> {
        let Reply { status, body, .. } = try_get(ADDRESS, target).ok()?;
        // Not ready yet.
        if status == 503 {
            return None;
        }
        let reply: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}"));
        assert_eq!(reply["status"], "success", "{target}: {reply}");
        Some(reply["data"].clone())
    }
}

fn configure(pace: Pace, targets: &str) {
    let pace = pace.interval();
    let text = format!(
        "global:\n  scrape_interval: {pace}\n  scrape_timeout: {pace}\n  evaluation_interval: 250ms\n\
         rule_files: [{RULES}]\n{targets}"
    );
    fs::write(CONFIG, text).unwrap();
}

/// The rules without patience: what is to be true for minutes has to be true at once,
/// what happened within minutes must have happened just now, a table is full with four
/// hundred connections of four million, and recording is behind after three seconds.
fn impatient(rules: &str) -> String {
    let is_patience = |line: &&str| line.trim_start().starts_with("for: ");
    let lines: Vec<&str> = rules.lines().filter(|line| !is_patience(line)).collect();
    let mut text = lines.join("\n");
    for window in ["[5m]", "[10m]", "[1h]", "[6h]"] {
        text = text.replace(window, "[5s]");
    }
    for share in ["0.8", "0.95"] {
        let full = "natconnd_kernel_connections_max > ";
        text = text.replace(&format!("{full}{share}\n"), &format!("{full}0.0001\n"));
    }
    let behind = "natconnd_history_lag_seconds > 3";
    text.replace(&format!("{behind}0\n"), &format!("{behind}\n")) + "\n"
}

/// As a question stands in a URL.
fn escaped(question: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    question.bytes().map(escape).collect()
}

#[test]
fn rules_without_patience_are_the_same_alerts() {
    let rules = rules();
    let impatient = impatient(&rules);
    let alerts = |text: &str| {
        let alerts = crate::files::values(text, "alert").into_iter();
        alerts.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(alerts(&rules), alerts(&impatient));
    assert!(!impatient.contains("for: "));
    assert_eq!(impatient.matches("> 0.0001").count(), 2);
    assert_eq!(impatient.matches("lag_seconds > 3\n").count(), 1);
}
