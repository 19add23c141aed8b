//! Everything that fits and lived in a period, page by page, in the order in which
//! it began.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use history::{Completeness, Effort, History, Question};
use model::{Coverage, Match, Timestamp};

use super::identity::is_same;
use super::merge::merge;
use super::{Context, EFFORT, PastQuestion};
use crate::lookup::Answers;

/// One page of what lived in a period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordsPage {
    /// The translations, in order. Maybe fewer than asked for although more follow,
    /// which `next` alone tells.
    pub matches: Vec<Match>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Match>,
    /// Whether looking was given up before the page was full. What follows is
    /// there, where `next` says so; else nobody knows.
    pub is_cut: bool,
    /// How complete the list is.
    pub coverage: Coverage,
    /// What else there is to say of it.
    pub context: Context,
}

impl Answers {
    /// The first `limit` translations after `after` that fit and lived in the period,
    /// living ones included.
    ///
    /// Each is listed once, however many records there are of it. Reads files and
    /// walks the table: call it where blocking is allowed.
    pub fn records(
        &self,
        question: &PastQuestion,
        after: Option<&Match>,
        limit: usize,
    ) -> RecordsPage {
        self.records_within(question, after, limit, EFFORT)
    }

    /// The same, giving up no sooner than `effort` says.
    pub(super) fn records_within(
        &self,
        question: &PastQuestion,
        after: Option<&Match>,
        limit: usize,
        effort: Effort,
    ) -> RecordsPage {
        let asked = self.moment();
        let question = question.until(asked.at);
        let period = question.period.widened(question.tolerance);
        let (recorded, completeness) = self.recorded_page(&question, after, limit, effort);
        let is_cut = completeness.is_cut;
        let live = self.live_page(&question, asked.at, after, limit);
        let (matches, has_more) = joined(recorded, live, after, limit, is_cut);
        let mut context = self.context(question.period, question.tolerance);
        context.is_remote_omitted |= matches
            .iter()
            .any(|row| row.translation.remote.is_omitted());
        RecordsPage {
            next: matches.last().copied().filter(|_| has_more),
            matches,
            is_cut,
            coverage: self.missing_in(&question.lookup, period, asked, &completeness.gaps),
            context,
        }
    }

    /// One record more than `limit`, from history, and how far it was looked.
    fn recorded_page(
        &self,
        question: &PastQuestion,
        after: Option<&Match>,
        limit: usize,
        effort: Effort,
    ) -> (Vec<Match>, Completeness) {
        let Some(history) = self.history() else {
            return (Vec::new(), Completeness::default());
        };
        history.page(&asked(question), after, limit + 1, effort)
    }

    /// One row more than `limit`, from the table.
    fn live_page(
        &self,
        question: &PastQuestion,
        asked_at: Timestamp,
        after: Option<&Match>,
        limit: usize,
    ) -> Vec<Match> {
        let mut first = First::new(after, limit + 1);
        if !self.live_in(question, asked_at, |found| first.add(found)) {
            // The index has too many under one key: a scan sees them all.
            let period = question.period.widened(question.tolerance);
            first.rows.clear();
            self.mirror.scan(|found| {
                let found = found.to_match();
                if question.lookup.matches(&found) && found.life().touches(&period) {
                    first.add(found);
                }
            });
        }
        first.rows.into_iter().map(|row| row.0).collect()
    }
}

fn asked(question: &PastQuestion) -> Question {
    Question {
        lookup: question.lookup.clone(),
        period: question.period.widened(question.tolerance),
    }
}

/// A page of what history and the table have, each the first rows of all it has and
/// one more than `limit` where there are more; and whether more follows. `is_cut` is
/// whether history may have more than its last row although it does not look so.
fn joined(
    recorded: Vec<Match>,
    live: Vec<Match>,
    after: Option<&Match>,
    limit: usize,
    is_cut: bool,
) -> (Vec<Match>, bool) {
    let known_until = recorded.last().copied();
    let mut rows = recorded;
    rows.extend(live);
    merge(&mut rows);
    // What has ended since the page before was told there.
    rows.retain(|row| !after.is_some_and(|after| is_same(after, row)));
    if is_cut {
        let is_known = |row: &Match| known_until.is_some_and(|last| order(row, &last).is_le());
        rows.retain(is_known);
    }
    rows.sort_by(order);
    let has_more = rows.len() > limit || (is_cut && !rows.is_empty());
    rows.truncate(limit);
    (rows, has_more)
}

/// The order of records, those of one translation together.
fn order(left: &Match, right: &Match) -> Ordering {
    History::order(left, right)
}

/// The first rows after one, of any number.
struct First<'a> {
    after: Option<&'a Match>,
    count: usize,
    rows: BinaryHeap<Ordered>,
}

impl<'a> First<'a> {
    const fn new(after: Option<&'a Match>, count: usize) -> Self {
        Self {
            after,
            count,
            rows: BinaryHeap::new(),
        }
    }

    fn add(&mut self, found: Match) {
        if self.after.is_some_and(|after| order(after, &found).is_ge()) {
            return;
        }
        self.rows.push(Ordered(found));
        if self.rows.len() > self.count {
            self.rows.pop();
        }
    }
}

/// A row in the heap: the last is the first to be dropped.
struct Ordered(Match);

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        order(&self.0, &other.0)
    }
}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
