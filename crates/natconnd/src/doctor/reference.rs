//! The table of docs/doctor.md, made of the list of checks.

use super::check::{By, CHECKS};

/// The checks as a Markdown table: their names, what they look at, and what can
/// come of them.
pub fn reference() -> String {
    let mut table = String::from("| check | looks at | made by | can be |\n|---|---|---|---|\n");
    for check in CHECKS {
        let by = match check.by {
            By::Both => "both",
            By::Daemon => "natconnd",
            By::Command => "natconn",
        };
        let outcomes = check.outcomes.iter();
        let outcomes: Vec<String> = outcomes
            .map(|(severity, when)| format!("**{}**: {when}", severity.name()))
            .collect();
        table += &format!(
            "| `{}` | {} | {by} | {} |\n",
            check.name,
            check.looks_at,
            outcomes.join("<br>")
        );
    }
    table
}
