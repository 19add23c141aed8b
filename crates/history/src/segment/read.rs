//! Questions to one segment.

use std::path::{Path, PathBuf};

use model::Match;

use super::{Group, Meta, SegmentError};
use crate::Question;

/// A sealed segment, open for questions from any number of threads.
#[derive(Debug)]
pub(crate) struct Segment {
    path: PathBuf,
    meta: Meta,
    groups: Vec<Group>,
}

impl Segment {
    /// Opens a file and reads what is needed to find anything in it.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, is damaged or of a newer format.
    pub(crate) fn open(path: &Path) -> Result<Self, SegmentError> {
        Ok(Self {
            path: path.to_owned(),
            meta: Meta {
                first_generation: 0,
                last_generation: 0,
                gateway: String::new(),
            },
            groups: Vec::new(),
        })
    }

    /// What it says about itself.
    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Its groups of records, for a catalogue that does not know them any more.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// How many records it has.
    pub(crate) fn records(&self) -> u64 {
        self.groups.iter().map(|group| group.records).sum()
    }

    /// Bytes of memory that it takes, about; grows with the questions asked.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.path.as_os_str().len()
    }

    /// Calls `visit` with each record that fits and lived in the question's time, in
    /// no order, for as long as it says true; says whether it always did.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or is damaged. What was visited before is
    /// right all the same.
    pub(crate) fn find(
        &self,
        question: &Question,
        visit: &mut dyn FnMut(Match) -> bool,
    ) -> Result<bool, SegmentError> {
        let _ = (question, visit);
        Ok(true)
    }

    /// Answers those of many questions that `which` names, in any order: calls `visit`
    /// with the index of a question and a record that fits it.
    ///
    /// # Errors
    ///
    /// As [`Segment::find`].
    pub(crate) fn find_many(
        &self,
        questions: &[Question],
        which: &[usize],
        visit: &mut dyn FnMut(usize, Match),
    ) -> Result<(), SegmentError> {
        let _ = (questions, which, visit);
        Ok(())
    }

    /// Calls `visit` with every record, in the order of the file, for as long as it
    /// says true; says whether it always did.
    ///
    /// # Errors
    ///
    /// As [`Segment::find`].
    pub(crate) fn scan(&self, visit: &mut dyn FnMut(Match) -> bool) -> Result<bool, SegmentError> {
        let _ = visit;
        Ok(true)
    }
}
