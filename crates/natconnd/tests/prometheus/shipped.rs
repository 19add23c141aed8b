//! Rules and dashboard against the metrics that are defined, and against `promtool`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use natconnd::metrics::{Definition, Kind, groups};

use crate::files::{
    dashboard, list, metrics_in, packaging, questions, rules, text, values, without_variables,
};

/// What `promtool` says of a file; it must be content.
fn promtool(arguments: &[&str], file: &Path) {
    let mut command = lab::command(&["promtool"]);
    let output = command.args(arguments).arg(file).output();
    let output = output.expect("promtool; Debian's package prometheus has it");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The names under which queries find what is defined.
fn defined() -> BTreeSet<String> {
    let all = groups().into_iter().flat_map(|group| group.definitions);
    let names = |it: Definition| match it.kind {
        Kind::Histogram { .. } => ["_bucket", "_sum", "_count"]
            .map(|ending| format!("{}{ending}", it.name))
            .to_vec(),
        _ => vec![it.name.to_string()],
    };
    all.flat_map(names).collect()
}

fn undefined(question: &str) -> Vec<String> {
    let known = defined();
    let named = metrics_in(question);
    named.difference(&known).cloned().collect()
}

#[test]
fn rules_are_rules_and_each_alert_fires_in_its_test() {
    promtool(
        &["check", "rules"],
        &packaging("prometheus/natconnd.rules.yml"),
    );
    promtool(
        &["test", "rules"],
        &packaging("prometheus/natconnd.rules.test.yml"),
    );
}

#[test]
fn every_alert_is_tested_before_and_after() {
    let rules = rules();
    let alerts = values(&rules, "alert");
    assert!(alerts.len() > 25, "{alerts:?}");
    let tests = fs::read_to_string(packaging("prometheus/natconnd.rules.test.yml")).unwrap();
    for alert in &alerts {
        let begin = tests.find(&format!("- name: {alert}\n"));
        let begin = begin.unwrap_or_else(|| panic!("{alert} has no test"));
        let rest = &tests[begin + 1..];
        let test = rest.split("- name: ").next().unwrap();
        assert!(test.contains("exp_samples: []"), "{alert} is not told off");
        assert!(
            test.contains("exp_samples: [{ value: 1 }]"),
            "{alert} never fires"
        );
    }
    let distinct: BTreeSet<_> = alerts.iter().collect();
    assert_eq!(distinct.len(), alerts.len());
}

#[test]
fn every_alert_says_what_to_do() {
    let rules = rules();
    let count = values(&rules, "alert").len();
    for word in ["summary", "description", "action", "severity"] {
        assert_eq!(values(&rules, word).len(), count, "{word}");
    }
    let severities = BTreeSet::from_iter(values(&rules, "severity"));
    assert_eq!(Vec::from_iter(severities), ["critical", "info", "warning"]);
    let described = fs::read_to_string(packaging("../docs/monitoring.md")).unwrap();
    for alert in values(&rules, "alert") {
        let name = format!("`{alert}`");
        assert!(
            described.contains(&name),
            "docs/monitoring.md lacks {alert}"
        );
    }
}

#[test]
fn rules_ask_for_metrics_that_there_are() {
    for question in values(&rules(), "expr") {
        let undefined = undefined(question);
        assert!(undefined.is_empty(), "{question}: {undefined:?}");
    }
}

#[test]
fn the_dashboard_asks_for_metrics_that_there_are() {
    let questions = questions(&dashboard());
    assert!(questions.len() > 40, "{}", questions.len());
    for (title, question) in questions {
        let undefined = undefined(&question);
        assert!(undefined.is_empty(), "{title}: {undefined:?}");
        assert!(!metrics_in(&question).is_empty(), "{title}: {question}");
        let is_chosen = question.contains("instance=~\"$instance\"");
        assert!(is_chosen, "{title} does not ask for the gateway");
    }
}

/// Each question becomes a rule that records, so that `promtool` reads it.
#[test]
fn the_dashboard_asks_in_promql() {
    let mut rules = String::from("groups:\n  - name: dashboard\n    rules:\n");
    for (number, (_, question)) in questions(&dashboard()).iter().enumerate() {
        let question = without_variables(question).replace('\'', "''");
        rules += &format!("      - record: question_{number}\n        expr: '{question}'\n");
    }
    let file = std::env::temp_dir().join(format!("natconnd-dashboard-{}.yml", std::process::id()));
    fs::write(&file, rules).unwrap();
    promtool(&["check", "rules"], &file);
    fs::remove_file(&file).unwrap();
}

#[test]
fn the_dashboard_is_one_for_any_grafana() {
    let dashboard = dashboard();
    let variables = list(&dashboard["templating"]["list"]);
    let names: Vec<String> = variables.iter().map(|it| text(&it["name"])).collect();
    assert_eq!(names, ["datasource", "instance"]);
    assert_eq!(variables[0]["type"], "datasource");
    let mut ids = BTreeSet::new();
    for panel in list(&dashboard["panels"]) {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        assert!(!text(&panel["title"]).is_empty());
        if panel["type"] == "row" {
            continue;
        }
        assert!(
            !text(&panel["description"]).is_empty(),
            "{}",
            panel["title"]
        );
        let targets = list(&panel["targets"]).iter();
        for asked in targets.chain([panel]) {
            let source = &asked["datasource"];
            assert_eq!(source["uid"], "${datasource}", "{}", panel["title"]);
        }
        let place = &panel["gridPos"];
        let [x, width] = ["x", "w"].map(|it| place[it].as_u64().unwrap());
        assert!(x + width <= 24, "{}", panel["title"]);
    }
}
