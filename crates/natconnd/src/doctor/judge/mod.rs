//! Judging: facts to findings, without looking at anything.
//!
//! One function for each check, `None` where the check makes no sense here. Each
//! finding is a sentence about what is so, then how to act on it: a hint where
//! there is something to know, and a command where one mends it.

pub mod access;
pub mod events;
pub mod exposure;
pub mod history;
pub mod kernel;
pub mod machine;
pub mod mirror;
pub mod process;
pub mod room;

use crate::api::Severity;

/// What a check found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// How bad it is.
    pub severity: Severity,
    /// What is so.
    pub finding: String,
    /// What to know before acting on it.
    pub hint: Option<String>,
    /// What mends it.
    pub command: Option<String>,
}

impl Judgement {
    fn new(severity: Severity, finding: impl Into<String>) -> Self {
        Self {
            severity,
            finding: finding.into(),
            hint: None,
            command: None,
        }
    }

    fn ok(finding: impl Into<String>) -> Self {
        Self::new(Severity::Ok, finding)
    }

    fn note(finding: impl Into<String>) -> Self {
        Self::new(Severity::Note, finding)
    }

    fn warning(finding: impl Into<String>) -> Self {
        Self::new(Severity::Warning, finding)
    }

    fn failure(finding: impl Into<String>) -> Self {
        Self::new(Severity::Failure, finding)
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }
}

/// The command that sets one of the kernel's settings until the next start.
fn sysctl(name: &str, value: impl std::fmt::Display) -> String {
    format!("sudo sysctl -w {name}={value}")
}

/// Asks once more, as somebody who may see everything.
const AS_ROOT: &str = "sudo natconn doctor";
