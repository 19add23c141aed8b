//! The desk, and the report for an evidence file.

use askama::Template;

use super::{Case, Frame, words};
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
    /// Whether nothing is answered without a reason.
    pub needs_reason: bool,
    /// Whether what was asked is not answered for want of one.
    pub lacks_reason: bool,
    /// Whether anything was asked.
    pub is_asked: bool,
    /// Whether the past is known.
    pub has_history: bool,
    /// Why nothing was read.
    pub refused: Option<String>,
    /// The answers.
    pub cases: Vec<Case>,
    /// How many questions were read.
    pub total: usize,
    /// Whether there are more than were read.
    pub is_endless: bool,
}

impl Desk {
    /// What the field of the zone is called.
    pub const TIMEZONE: &str = "Time zone, where the text names none";

    /// What the field of the tolerance is called.
    pub const TOLERANCE: &str = "Clocks may differ by";

    /// The same for the template.
    pub const fn timezone_label(&self) -> &'static str {
        Self::TIMEZONE
    }

    /// The same for the template.
    pub const fn tolerance_label(&self) -> &'static str {
        Self::TOLERANCE
    }

    /// What the field of the reason is called.
    pub const fn reason_label(&self) -> &'static str {
        match self.needs_reason {
            true => "Reason",
            false => "Reason, if there is one to note",
        }
    }

    /// Where the report of an answer is.
    pub fn report(&self, case: &Case) -> String {
        let address = format!("/desk/report?{}", case.report);
        self.frame.viewer.purpose.carried_to(&address)
    }

    /// Where programs ask the same.
    pub fn json(&self, case: &Case) -> String {
        let address = format!("/api/v1/lookup?{}", case.query);
        self.frame.viewer.purpose.carried_to(&address)
    }

    /// How many questions there are, in words.
    pub fn total_in_words(&self) -> String {
        let total = words::number(self.total as u64);
        match self.is_endless {
            true => format!("more than {total}"),
            false => total,
        }
    }

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
