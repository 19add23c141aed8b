//! The rules and the dashboard, as they are shipped.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A file of packaging.
pub fn packaging(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../packaging")
        .join(file)
}

/// The rules.
pub fn rules() -> String {
    fs::read_to_string(packaging("prometheus/natconnd.rules.yml")).unwrap()
}

/// What stands behind this word and a colon in the lines of a file of rules.
pub fn values<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let beginning = format!("{word}: ");
    let lines = text.lines().map(|line| line.trim_start());
    let lines = lines.map(|line| line.strip_prefix("- ").unwrap_or(line));
    lines
        .filter_map(|line| line.strip_prefix(&beginning))
        .collect()
}

/// The dashboard.
pub fn dashboard() -> Value {
    let text = fs::read_to_string(packaging("grafana/natconnd.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What the dashboard asks, each question with what it is for.
pub fn questions(dashboard: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for panel in list(&dashboard["panels"]) {
        for target in panel["targets"].as_array().into_iter().flatten() {
            found.push((text(&panel["title"]), text(&target["expr"])));
        }
    }
    for annotation in list(&dashboard["annotations"]["list"]) {
        found.push((text(&annotation["name"]), text(&annotation["expr"])));
    }
    found
}

/// The question as Grafana sends it, for all gateways.
pub fn without_variables(question: &str) -> String {
    question
        .replace("$__rate_interval", "10s")
        .replace("$instance", ".*")
}

/// The elements of a list in JSON.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A string in JSON.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no string"))
        .to_owned()
}

/// The names of natconnd's metrics in a question.
pub fn metrics_in(question: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':';
    let words = question.split(|letter| !is_part(letter));
    words
        .filter(|word| word.starts_with("natconnd_") || word.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn questions_are_taken_apart() {
    let question = "natconnd_a_total{b=\"c\"} / on (d) process_e_seconds[5m]";
    let names = Vec::from_iter(metrics_in(question));
    assert_eq!(names, ["natconnd_a_total", "process_e_seconds"]);
    let rules = "  - alert: One\n    expr: up == 0\n  - alert: Two\n";
    assert_eq!(values(rules, "alert"), ["One", "Two"]);
    assert_eq!(values(rules, "expr"), ["up == 0"]);
}
