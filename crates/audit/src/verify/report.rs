//! What came of verifying a chain.

use model::Timestamp;

use super::finding::Finding;
use crate::head::Head;

/// What came of verifying a chain.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// How many files were read.
    pub files: u64,
    /// How many lines were read.
    pub lines: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// The first line that is there, and when it was written.
    pub first: Option<Span>,
    /// The last line that is there, and when it was written.
    pub last: Option<Span>,
    /// What is wrong, in the order of the files; at most [`Report::MOST`].
    pub findings: Vec<Finding>,
    /// How many findings there are more.
    pub more_findings: u64,
    /// What is as it may be, and worth knowing: what was deleted by rule, when nothing
    /// could be written, what a power cut has left; at most [`Report::MOST`].
    pub notes: Vec<String>,
    /// How many notes there are more.
    pub more_notes: u64,
}

/// A line, and when it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The line.
    pub head: Head,
    /// When it was written; `None` where that is no time.
    pub time: Option<Timestamp>,
}

impl Span {
    pub(super) const fn new(head: Head, time: Option<Timestamp>) -> Self {
        Self { head, time }
    }
}

impl Report {
    /// How many findings and notes are listed; of a chain that was shredded there are
    /// as many as lines.
    pub const MOST: usize = 100;

    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }

    pub(super) fn find(&mut self, finding: Finding) {
        match self.findings.len() < Self::MOST {
            true => self.findings.push(finding),
            false => self.more_findings += 1,
        }
    }

    pub(super) fn note(&mut self, note: String) {
        match self.notes.len() < Self::MOST {
            true => self.notes.push(note),
            false => self.more_notes += 1,
        }
    }
}
