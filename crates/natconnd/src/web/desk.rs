//! The desk, and the report for an evidence file.

use askama::Template;

use super::{Case, Frame};
use crate::api::{Finding, Health};

/// A box for questions, and their answers.
#[derive(Clone, Debug, Template)]
#[template(path = "desk.html")]
pub struct Desk {
    /// What is around it.
    pub frame: Frame,
    /// What was pasted.
    pub text: String,
    /// The zone of times that name none.
    pub timezone: String,
    /// How far clocks may differ.
    pub tolerance: String,
    /// Whether anything was asked.
    pub is_asked: bool,
    /// Whether the past is known.
    pub has_history: bool,
    /// Why nothing was read.
    pub refused: Option<String>,
    /// The answers.
    pub cases: Vec<Case>,
    /// How many questions there were.
    pub total: usize,
}

impl Desk {
    /// Whether a table of all answers helps.
    pub const fn has_many(&self) -> bool {
        self.cases.len() > 2
    }

    /// How many questions are not answered on the page.
    pub const fn untold(&self) -> usize {
        self.total.saturating_sub(self.cases.len())
    }
}

/// One question with all that belongs to its answer.
#[derive(Clone, Debug, Template)]
#[template(path = "report.html")]
pub struct Report {
    /// What is around it.
    pub frame: Frame,
    /// Question and answer.
    pub case: Case,
    /// What ails natconnd and its kernel.
    pub health: Health,
    /// Whether the past is known.
    pub has_history: bool,
}

impl Report {
    /// What is known of the machine's clock.
    pub fn clock(&self) -> &str {
        let mut findings = self.health.findings.iter();
        let clock = findings.find(|finding| finding.check == "clock");
        clock.map_or("not examined", |finding| &finding.finding)
    }

    /// What else was found and is worth a note.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.health.findings.iter();
        findings.filter(|it| it.severity != crate::api::Severity::Ok && it.check != "clock")
    }
}
