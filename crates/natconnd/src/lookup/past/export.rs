//! All records of a period as one file.
//!
//! They are listed part by part, as for everybody else, so each translation is there once
//! and those that live are there too; a part is written before the next one is listed.

use std::fs::File;
use std::time::{Duration, Instant};

use history::{Effort, FindError};
use model::{Coverage, Gap};

use super::PastQuestion;
use crate::lookup::Answers;
use crate::mirror::now;

/// What an export may take: a month of a large gateway.
const EFFORT: Duration = Duration::from_secs(3600);

/// Translations that are listed at once: each part looks at history anew, and is held in
/// memory, some 40 MB.
const PART: usize = 100_000;

/// What became of an export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exported {
    /// How many translations are in the file.
    pub records: u64,
    /// Whether it took too long, so that the last ones are missing.
    pub is_cut: bool,
    /// How complete it is.
    pub coverage: Coverage,
}

impl Answers {
    /// Writes all that fit and lived in the period to a Parquet file, in the format of a
    /// segment: each translation once, with those that live, which have no end there.
    /// `None` where there is no history to ask, or once `goes_on` says false.
    ///
    /// Memory is bounded, whatever fits. May take an hour, so it belongs where blocking is
    /// allowed.
    ///
    /// # Errors
    ///
    /// Where the file could not be written.
    pub fn export(
        &self,
        question: &PastQuestion,
        file: &File,
        goes_on: impl Fn() -> bool,
    ) -> Option<Result<Exported, FindError>> {
        self.export_in_parts(question, file, PART, goes_on)
    }

    fn export_in_parts(
        &self,
        question: &PastQuestion,
        file: &File,
        part: usize,
        goes_on: impl Fn() -> bool,
    ) -> Option<Result<Exported, FindError>> {
        let begin = Instant::now();
        let mut export = match self.history()?.export(file) {
            Ok(export) => export,
            Err(error) => return Some(Err(error)),
        };
        // All parts are about the same time.
        let question = question.until(now());
        let mut after = None;
        let mut gaps: Vec<Gap> = Vec::new();
        let is_cut = loop {
            if !goes_on() {
                return None;
            }
            let effort = Effort {
                time: EFFORT.saturating_sub(begin.elapsed()),
            };
            let page = self.records_within(&question, after.as_ref(), part, effort);
            add(&mut gaps, page.coverage.gaps());
            if let Err(error) = page.matches.iter().try_for_each(|row| export.push(row)) {
                return Some(Err(error));
            }
            after = page.next;
            if page.is_cut || after.is_none() {
                break page.is_cut;
            }
        };
        let finished = export.finish(&gaps);
        Some(finished.map(|records| Exported {
            records,
            is_cut,
            coverage: Coverage::of_gaps(gaps),
        }))
    }
}

/// Adds what is missing from a part; what was known of a gap before may have changed.
fn add(gaps: &mut Vec<Gap>, of_part: &[Gap]) {
    let is_same = |one: &Gap, other: &Gap| one.from == other.from && one.cause == other.cause;
    gaps.retain(|known| !of_part.iter().any(|gap| is_same(gap, known)));
    gaps.extend_from_slice(of_part);
    gaps.sort_by_key(|gap| (gap.from, gap.to));
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
