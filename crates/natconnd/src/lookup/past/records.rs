//! Everything that fits and lived in a period, page by page, in the order in which
//! it began.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::time::Duration;

use history::{Completeness, Effort, FindError, Question};
use model::{Coverage, EndEvidence, EndpointPattern, Lookup, Match, Period, Timestamp};

use super::identity::{is_same, knows_more};
use super::merge::merge;
use super::{Context, EFFORT, PastQuestion};
use crate::lookup::Answers;
use crate::mirror::now;

/// What may be spent on finding out whether a checkpoint is the last that is known
/// of a translation. Where that is not enough, it is listed beside what is.
const CHECKPOINT_EFFORT: Effort = Effort {
    time: Duration::from_secs(2),
};

/// What an export may take: a month of a large gateway.
const EXPORT_EFFORT: Effort = Effort {
    time: Duration::from_secs(3600),
};

/// One page of what lived in a period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordsPage {
    /// The translations, in order. Fewer than asked for, or none, where they turned
    /// out to be told elsewhere; what follows is told by `next` alone.
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
        let asked_at = now();
        let question = question.until(asked_at);
        let period = question.period.widened(question.tolerance);
        let (recorded, is_cut) = self.recorded_page(&question, after, limit);
        let until = recorded.last().copied();
        let live = self.live_page(&question, asked_at, after, limit);
        let mut rows = recorded;
        rows.extend(live);
        rows.sort_by(order);
        if is_cut {
            // What began after it may have been missed in history.
            let is_known = |row: &Match| until.is_some_and(|last| order(row, &last).is_le());
            rows.retain(is_known);
        }
        let has_more = rows.len() > limit || (is_cut && !rows.is_empty());
        rows.truncate(limit);
        let next = rows.last().copied().filter(|_| has_more);
        let mut matches = rows;
        merge(&mut matches);
        self.drop_outlived(&mut matches);
        matches.sort_by(order);
        let mut context = self.context(question.period, question.tolerance);
        context.is_remote_omitted |= matches
            .iter()
            .any(|row| row.translation.remote.is_omitted());
        RecordsPage {
            matches,
            next,
            is_cut,
            coverage: self.missing_in(&question.lookup, period, asked_at),
            context,
        }
    }

    /// Writes what history has of a question to a file, in the format of a segment.
    /// What lives is not in it, but for its checkpoints. Says how many records there
    /// are, and whether these were all; none without history.
    ///
    /// # Errors
    ///
    /// Where the file could not be written.
    pub fn export(
        &self,
        question: &PastQuestion,
        file: &File,
    ) -> Result<(u64, Completeness), FindError> {
        let question = question.until(now());
        match self.history() {
            Some(history) => history.export(&asked(&question), file, EXPORT_EFFORT),
            None => Ok((0, Completeness::default())),
        }
    }

    /// One record more than `limit`, from history, and whether looking was given up.
    fn recorded_page(
        &self,
        question: &PastQuestion,
        after: Option<&Match>,
        limit: usize,
    ) -> (Vec<Match>, bool) {
        let Some(history) = self.history() else {
            return (Vec::new(), false);
        };
        let (rows, completeness) = history.page(&asked(question), after, limit + 1, EFFORT);
        (rows, completeness.is_cut)
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

    /// Drops the checkpoints of translations of which more is known: that is told in
    /// its own place.
    fn drop_outlived(&self, rows: &mut Vec<Match>) {
        let checkpoints: Vec<usize> = (0..rows.len())
            .filter(|index| rows[*index].end_evidence == Some(EndEvidence::Checkpoint))
            .collect();
        if checkpoints.is_empty() {
            return;
        }
        let questions: Vec<Question> = checkpoints
            .iter()
            .map(|index| later_than(&rows[*index]))
            .collect();
        let mut is_outlived = vec![false; rows.len()];
        let mut see = |at: usize, found: &Match| {
            let row = &rows[checkpoints[at]];
            is_outlived[checkpoints[at]] |= is_same(row, found) && knows_more(found, row);
        };
        for (at, question) in questions.iter().enumerate() {
            self.mirror
                .find(&question.lookup, |found| see(at, &found.to_match()));
        }
        if let Some(history) = self.history() {
            history.find_many(&questions, CHECKPOINT_EFFORT, |at, found| see(at, &found));
        }
        let mut index = 0;
        rows.retain(|_| {
            index += 1;
            !is_outlived[index - 1]
        });
    }
}

fn asked(question: &PastQuestion) -> Question {
    Question {
        lookup: question.lookup.clone(),
        period: question.period.widened(question.tolerance),
    }
}

/// What asks for later records of the same translation.
fn later_than(row: &Match) -> Question {
    let roles = &row.translation;
    let exactly = EndpointPattern::exactly;
    let remote = (!roles.remote.is_omitted()).then(|| exactly(roles.remote));
    Question {
        lookup: Lookup {
            protocol: Some(row.protocol),
            kind: Some(roles.kind),
            zone: Some(row.zone.id),
            nat: exactly(roles.nat),
            remote: remote.unwrap_or_default(),
            internal: exactly(roles.internal),
        },
        period: Period {
            from: row.life().to,
            to: Timestamp::MAX,
        },
    }
}

/// The order of records: as they began, then as they ended.
pub(super) fn order(left: &Match, right: &Match) -> Ordering {
    let key = |row: &Match| {
        let life = row.life();
        let roles = row.translation;
        (
            (life.from.milliseconds(), life.to.milliseconds()),
            (roles.internal, roles.nat, roles.remote),
            (row.protocol.0, roles.kind, row.zone.id),
        )
    };
    key(left).cmp(&key(right))
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
