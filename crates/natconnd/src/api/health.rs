//! What ails natconnd and its kernel.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was found wrong, or right, by looking at natconnd, the kernel's settings
/// and the machine.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// The worst severity of the findings.
    pub state: Severity,
    /// When it was looked at, RFC 3339 in UTC.
    #[schema(example = "2026-11-23T22:47:00.123Z")]
    pub checked_at: String,
    /// Who has looked: `natconnd`, or the command `natconn` where natconnd could
    /// not be asked.
    #[schema(example = "natconnd")]
    pub checked_by: String,
    /// One for each check that could be made, the worst first.
    pub findings: Vec<Finding>,
}

/// What one check found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The check: a name that stays.
    #[schema(example = "events-setting")]
    pub check: String,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, for people.
    pub finding: String,
    /// What to know before acting on it, for people.
    pub hint: Option<String>,
    /// The command that mends it, where there is one.
    #[schema(example = "sudo sysctl -w net.netfilter.nf_conntrack_events=1")]
    pub command: Option<String>,
}

/// How bad something is, from harmless to bad.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Good to know; nobody has to act.
    Note,
    /// Answers are or may become incomplete or less exact, or somebody may be
    /// surprised.
    Warning,
    /// Answers are wrong or missing, or connections are.
    Failure,
}

impl Severity {
    /// All severities, from harmless to bad.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Note, Self::Warning, Self::Failure];

    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

impl Health {
    /// Sorts the findings, the worst first, and takes the worst for the state.
    ///
    /// Findings of the same severity keep their order.
    pub fn of_findings(checked_at: String, checked_by: &str, mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Self {
            state: findings
                .first()
                .map_or(Severity::Ok, |worst| worst.severity),
            checked_at,
            checked_by: checked_by.to_owned(),
            findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_in_json_is_the_name() {
        for severity in Severity::ALL {
            let json = serde_json::to_value(severity).unwrap();
            assert_eq!(json, severity.name());
        }
    }

    #[test]
    fn the_worst_is_the_state_and_comes_first() {
        let finding = |check: &str, severity| Finding {
            check: check.to_owned(),
            severity,
            finding: String::new(),
            hint: None,
            command: None,
        };
        let findings = vec![
            finding("a", Severity::Ok),
            finding("b", Severity::Note),
            finding("c", Severity::Failure),
            finding("d", Severity::Ok),
            finding("e", Severity::Failure),
        ];
        let health = Health::of_findings(String::new(), "natconnd", findings);
        assert_eq!(health.state, Severity::Failure);
        let order: Vec<&str> = health.findings.iter().map(|it| &*it.check).collect();
        assert_eq!(order, ["c", "e", "b", "a", "d"]);
        let empty = Health::of_findings(String::new(), "natconnd", Vec::new());
        assert_eq!(empty.state, Severity::Ok);
    }
}
