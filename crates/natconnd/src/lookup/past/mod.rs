//! Questions about the past: the live table and history, merged.
//!
//! The table knows what lives, and what ended within `keep-ended`; history knows
//! what has ended, and of what lives checkpoints at most. What both have is told
//! once (`merge`). What neither can know is told as coverage (`missing`). `records`
//! lists page by page, and `export` writes all pages to a file. All of it may take long, so it belongs where blocking is
//! allowed.

#[cfg(test)]
mod any_life;
mod export;
mod identity;
mod merge;
mod missing;
mod records;

use std::sync::Arc;
use std::time::Duration;

use history::{Completeness, Effort, History, RemotePolicy};
use model::{Answer, Coverage, Gap, Lookup, Match, Period, TimeSource, Timed, Timestamp};

use super::{Answers, CONFIRMED, exact};
use crate::mirror::now;
use crate::recorder::Archive;

pub use export::Exported;
pub use merge::Merged;
pub use records::RecordsPage;

/// How much two clocks may differ where a question does not say.
pub const TOLERANCE: Duration = Duration::from_secs(2);

/// What a question about the past may cost before its answer is cut: less than most
/// clients wait, natconn among them.
pub const EFFORT: Effort = Effort {
    time: Duration::from_secs(8),
};

/// A question about the past: which translations fit, and lived in a period?
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastQuestion {
    /// What must fit.
    pub lookup: Lookup,
    /// When it must have lived; open at the side of a [`Timestamp::MIN`].
    pub period: Period,
    /// By how much the clock that `period` was measured with may differ from
    /// this machine's.
    pub tolerance: Duration,
}

/// What comes back for a [`PastQuestion`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastAnswer {
    /// What fits: exact matches first, then by distance in time, then the latest
    /// begin.
    pub answer: Answer,
    /// For each match how far it lies from the period; zero where it is exact.
    pub distances: Vec<Duration>,
    /// The question as it was understood.
    pub context: Context,
}

/// What there is to say of every answer about the past.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Context {
    /// The period that was asked about; none of it is after now.
    pub period: Option<Period>,
    /// The tolerance.
    pub tolerance: Duration,
    /// Whether remote endpoints are missing from what history has, so that they
    /// could not be compared.
    pub is_remote_omitted: bool,
    /// The name of the gateway, where history has one.
    pub gateway: Option<String>,
}

impl PastQuestion {
    /// The same, but about nothing later than `now`: what the clocks' difference
    /// allows to be asked about is the present.
    pub(super) fn until(&self, now: Timestamp) -> Self {
        Self {
            period: Period {
                from: self.period.from.min(now),
                to: self.period.to.min(now),
            },
            ..self.clone()
        }
    }
}

/// When a question was asked, and what was in history by then. Noted before anything
/// is looked at: what comes in meanwhile must not count as if it had been seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// Until when everything that the mirror had told was recorded; the end of time
    /// where nothing is.
    recorded_until: Timestamp,
}

/// How far it was looked for what fits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Looked<'a> {
    /// Whether everything that fits was found, where it could be read.
    pub is_whole: bool,
    /// What could not be read this time.
    pub gaps: &'a [Gap],
}

impl Answers {
    /// The moment of a question that is asked now.
    pub fn moment(&self) -> Moment {
        let archive = self.archive.as_ref();
        Moment {
            recorded_until: archive.map_or(Timestamp::MAX, |archive| archive.recorded_until()),
            at: now(),
        }
    }

    /// The same answers, about the past as well.
    #[must_use]
    pub fn with_archive(mut self, archive: Arc<Archive>) -> Self {
        self.archive = Some(archive);
        self
    }

    /// The history, where there is one and it is open.
    pub fn history(&self) -> Option<Arc<History>> {
        self.archive.as_ref()?.history()
    }

    /// What nobody can know of the period of a question.
    pub fn past_coverage(&self, question: &PastQuestion) -> Coverage {
        let asked = self.moment();
        let question = question.until(asked.at);
        let widened = question.period.widened(question.tolerance);
        self.missing_in(&question.lookup, widened, asked, &[])
    }

    /// Answers a question about the past with at most `limit` matches.
    ///
    /// Reads files, and scans the table where no index helps: milliseconds, and at
    /// most [`EFFORT`] and a scan.
    pub fn past(&self, question: &PastQuestion, limit: usize) -> PastAnswer {
        let asked = self.moment();
        let question = question.until(asked.at);
        let mut merged = Merged::new(question.period, question.tolerance, limit);
        let is_whole = self.live_in(&question, asked.at, |found| merged.add(found));
        let completeness = self.recorded_in(&question, |found| merged.add(found));
        let looked = Looked {
            is_whole: is_whole && !completeness.is_cut,
            gaps: &completeness.gaps,
        };
        self.conclude(&question, asked, merged, looked)
    }

    /// The answer to a question of which everything that was found was added to
    /// `merged`.
    pub fn conclude(
        &self,
        question: &PastQuestion,
        asked: Moment,
        merged: Merged,
        looked: Looked<'_>,
    ) -> PastAnswer {
        let question = question.until(asked.at);
        let widened = question.period.widened(question.tolerance);
        let ranked = merged.into_ranked();
        let mut context = self.context(question.period, question.tolerance);
        context.is_remote_omitted |= ranked
            .matches
            .iter()
            .any(|(found, _)| found.translation.remote.is_omitted());
        let (matches, distances) = ranked.matches.into_iter().unzip();
        PastAnswer {
            answer: Answer {
                asked_at: asked.at,
                matches,
                is_cut: ranked.is_cut || !looked.is_whole,
                verdict: ranked.verdict,
                coverage: self.missing_in(&question.lookup, widened, asked, looked.gaps),
            },
            distances,
            context,
        }
    }

    /// Calls `visit` with what the table has that fits and lived in the period, the
    /// tolerance included; false where there was too much to look at all of it.
    pub fn live_in(
        &self,
        question: &PastQuestion,
        asked_at: Timestamp,
        mut visit: impl FnMut(Match),
    ) -> bool {
        let widened = question.period.widened(question.tolerance);
        let mut unannounced = Vec::new();
        let is_whole = self.mirror.find(&question.lookup, |found| {
            let row = found.to_match();
            if !row.life().touches(&widened) {
                return;
            }
            if found.is_live() && !found.is_announced() && unannounced.len() < CONFIRMED {
                unannounced.push((row, found.original()));
            } else {
                visit(row);
            }
        });
        for (mut row, original) in unannounced {
            let is_gone = self.asks_kernel
                && row
                    .kernel_id
                    .is_some_and(|id| exact::is_gone(&original, row.zone, id));
            if is_gone {
                row.kernel_id = None;
                row.ended_at = Some(Timed {
                    at: asked_at,
                    source: TimeSource::Estimated,
                });
            }
            visit(row);
        }
        is_whole
    }

    /// Calls `visit` with what history has that fits and lived in the period, the
    /// tolerance included.
    fn recorded_in(&self, question: &PastQuestion, mut visit: impl FnMut(Match)) -> Completeness {
        let Some(history) = self.history() else {
            return Completeness::default();
        };
        let asked = history::Question {
            lookup: question.lookup.clone(),
            period: question.period.widened(question.tolerance),
        };
        history.find(&asked, EFFORT, |found| {
            visit(found);
            true
        })
    }

    /// What there is to say of every answer about this period.
    fn context(&self, period: Period, tolerance: Duration) -> Context {
        let settings = self.archive.as_ref().map(|archive| archive.settings());
        Context {
            period: Some(period),
            tolerance,
            is_remote_omitted: settings
                .is_some_and(|settings| settings.remote == RemotePolicy::Omit),
            gateway: settings
                .map(|settings| settings.gateway.clone())
                .filter(|name| !name.is_empty()),
        }
    }
}
