//! What is kept, for everybody who reads it.

use std::cmp::Ordering;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::{Gap, GapCause, Lookup, Match, Period, Timestamp};

use crate::archive::Archive;
use crate::deadline::Deadline;
use crate::{
    Export, Hold, SealedSegment, Settings, Status, Verified, find, holds, order, retention, status,
    verify,
};

/// What is kept, for everybody who reads it. Reading never waits for the writer
/// for longer than it takes to copy a list.
#[derive(Debug)]
pub struct History {
    pub(crate) archive: Arc<Archive>,
}

/// One of many questions that are asked together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// What must fit.
    pub lookup: Lookup,
    /// In which time it must have lived.
    pub period: Period,
}

/// What a question may cost before it is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effort {
    /// Time to look, measured from the call on.
    pub time: Duration,
}

/// Whether all that fits has been visited.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completeness {
    /// Whether looking stopped because the effort was spent, or the visitor said so.
    pub is_cut: bool,
    /// Files that are damaged or missing; their time is a gap from now on, as
    /// [`History::gaps`] tells.
    pub damaged: Vec<PathBuf>,
    /// The times of files that the system would not read just now, for want of
    /// descriptors or memory, say. They are gaps of this answer and no other: who asks
    /// again has them read again.
    pub gaps: Vec<Gap>,
}

/// Why something that was asked for could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// The name of a case is no name for a file.
    #[error(
        "hold for case \"{0}\": expected 1 to 100 letters, digits, \"-\", \"_\" and \".\", the first of them no \".\""
    )]
    CaseName(String),
    /// What a case holds already cannot be read, so that nothing can be added to it.
    #[error("read {path}: {fault}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// A case would hold more than it can.
    #[error("hold for case \"{case}\": it would have more than {most} records")]
    TooMany {
        /// The case.
        case: String,
        /// How many records a case can hold.
        most: usize,
    },
    /// What was found could not be written to the file that was given.
    #[error("export records: {0}")]
    Export(#[source] io::Error),
    /// A file could not be written.
    #[error("write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl History {
    /// What it was opened with.
    pub fn settings(&self) -> &Settings {
        &self.archive.settings
    }

    /// Calls `visit` with each record that fits and lived in `period`, newest segment
    /// first and in no order within; goes on for as long as `visit` says true.
    /// A translation may come twice, as a checkpoint and as its end.
    pub fn find(
        &self,
        question: &Question,
        effort: Effort,
        visit: impl FnMut(Match) -> bool,
    ) -> Completeness {
        find::find(&self.archive, question, effort, visit)
    }

    /// Answers many questions at once: calls `visit` with the index of a question and
    /// a record that fits it. Each segment is read once, however many ask for it.
    pub fn find_many(
        &self,
        questions: &[Question],
        effort: Effort,
        visit: impl FnMut(usize, Match),
    ) -> Completeness {
        find::find_many(&self.archive, questions, effort, visit)
    }

    /// The first `limit` translations that fit and lived in `period`, in the order of
    /// [`History::order`], from the first after `after` on; each once, as it was known
    /// last. Ask for one more than needed to learn whether more follow. Memory is
    /// bounded by `limit`, time by `effort`: what is cut off is the end, so none is missing
    /// before one that is given.
    pub fn page(
        &self,
        question: &Question,
        after: Option<&Match>,
        limit: usize,
        effort: Effort,
    ) -> (Vec<Match>, Completeness) {
        find::page(&self.archive, question, after, limit, &Deadline::of(effort))
    }

    /// The gaps that touch a period, oldest first: those noted, those of damaged or
    /// missing files, and the time before the oldest record that is kept.
    pub fn gaps(&self, period: Period) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = self.archive.gaps.lock().within(period).collect();
        let of_segments = |sealed: &Arc<crate::sealed::Sealed>| {
            sealed.period().touches(&period).then(|| sealed.gap())?
        };
        gaps.extend(
            self.archive
                .sources()
                .segments
                .iter()
                .filter_map(of_segments),
        );
        let since = self.archive.since();
        if period.from < since {
            gaps.push(Gap {
                from: Timestamp::MIN,
                to: Some(since),
                cause: GapCause::BeyondHistory,
            });
        }
        gaps.sort_by_key(|gap| (gap.from, gap.to.unwrap_or(Timestamp::MAX)));
        gaps
    }

    /// How much is kept, and how it goes.
    pub fn status(&self) -> Status {
        status::of(&self.archive)
    }

    /// Verifies the checksum of every file, and calls `visit` after each.
    pub fn verify(&self, now: Timestamp, visit: impl FnMut(Verified)) {
        verify::verify_all(&self.archive, now, visit);
    }

    /// The segments whose time is over, oldest first.
    pub fn expired(&self, now: Timestamp) -> Vec<SealedSegment> {
        let expired = retention::expired(&self.archive, now);
        expired.iter().map(|sealed| sealed.info()).collect()
    }

    /// Keeps these records for a case, whatever retention says, until
    /// [`History::release`]. Added to what the case holds already. `gaps` is what was not
    /// known of the time that they are an answer about.
    ///
    /// # Errors
    ///
    /// Where they could not be written.
    pub fn hold(
        &self,
        case: &str,
        records: &[Match],
        gaps: &[Gap],
        now: Timestamp,
    ) -> Result<(), FindError> {
        holds::hold(&self.archive, case, records, gaps, now)
    }

    /// The cases that hold records, by name.
    pub fn holds(&self) -> Vec<Hold> {
        holds::list(&self.archive)
    }

    /// Gives up what a case holds; false where it holds nothing.
    ///
    /// # Errors
    ///
    /// Where the file could not be removed.
    pub fn release(&self, case: &str) -> Result<bool, FindError> {
        holds::release(&self.archive, case)
    }

    /// Begins to write records to a Parquet file, in the format of a segment.
    ///
    /// # Errors
    ///
    /// Where the file could not be written.
    pub fn export<'a>(&self, file: &'a File) -> Result<Export<'a>, FindError> {
        Export::begin(&self.settings().gateway, file)
    }

    /// The order of [`History::page`]: by start, unknown ones first, then by
    /// endpoints and what else tells translations apart, then by end. So all that
    /// is known of one translation stands together.
    pub fn order(one: &Match, other: &Match) -> Ordering {
        order::by_all(one, other)
    }
}
