//! The first records of a question in order, in bounded memory.

use std::collections::BTreeSet;

use model::{Match, Period, Timestamp};

use crate::Question;
use crate::order::{by_all, by_translation, is_superseded, start};

/// A record that stands in the order of pages.
struct Placed(Match);

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Placed {}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        by_all(&self.0, &other.0)
    }
}

/// The first translations after some record, each as it was known last.
///
/// While it fills, it needs less and less: [`Page::question`] asks for what can still
/// get in, and costs less to answer.
pub(crate) struct Page<'a> {
    question: &'a Question,
    after: Option<&'a Match>,
    limit: usize,
    records: BTreeSet<Placed>,
    /// Distinct translations in `records`, which are checkpoints and an end at most,
    /// and as many as have the same start that nobody knows.
    translations: usize,
    /// Before which start everything is looked for; always where `None`.
    before: Option<i64>,
}

impl<'a> Page<'a> {
    pub(crate) const fn new(
        question: &'a Question,
        after: Option<&'a Match>,
        limit: usize,
    ) -> Self {
        Self {
            question,
            after,
            limit,
            records: BTreeSet::new(),
            translations: 0,
            before: None,
        }
    }

    /// The question for what can still get in. A record that began at or after a time
    /// lived at or after it; one that began at or before a time lived at or before it,
    /// or began where the question's time does.
    pub(crate) fn question(&self) -> Question {
        let Period { mut from, mut to } = self.question.period;
        if let Some(start) = self.after.and_then(start) {
            from = from.max(Timestamp::of_milliseconds(start));
        }
        if self.translations >= self.limit
            && let Some(Placed(last)) = self.records.last()
        {
            let start = start(last).map_or(from, Timestamp::of_milliseconds);
            to = to.min(start.max(from));
        }
        Question {
            lookup: self.question.lookup.clone(),
            period: Period { from, to },
        }
    }

    /// Takes a record, if it belongs here.
    pub(crate) fn add(&mut self, record: Match) {
        if self.limit == 0
            || !self.is_kept(&record)
            || self
                .after
                .is_some_and(|after| by_all(&record, after).is_le())
        {
            return;
        }
        let is_full = self.translations >= self.limit;
        if is_full
            && let Some(Placed(last)) = self.records.last()
            && by_translation(&record, last).is_gt()
        {
            return;
        }
        let placed = Placed(record);
        let before = self.records.range(..&placed).next_back();
        let is_known = |other: &Placed| by_translation(&record, &other.0).is_eq();
        let mut is_new = !before.is_some_and(is_known);
        if let Some(later) = self.records.range(&placed..).next()
            && is_known(later)
        {
            is_new = false;
            if is_superseded(&record, &later.0) {
                return;
            }
        }
        while let Some(Placed(earlier)) = self.records.range(..&placed).next_back()
            && is_superseded(earlier, &record)
        {
            let earlier = Placed(*earlier);
            self.records.remove(&earlier);
        }
        self.records.insert(placed);
        self.translations += usize::from(is_new);
        while self.translations > self.limit {
            self.drop_last();
        }
    }

    /// Drops what began at or after a time, in milliseconds since 1970, and takes no more
    /// of it: what else began then is not going to be looked for. `i64::MIN` is before
    /// those whose start nobody knows, too.
    pub(crate) fn keep_before(&mut self, time: i64) {
        let before = self.before.map_or(time, |before| before.min(time));
        self.before = Some(before);
        while let Some(Placed(last)) = self.records.last()
            && !self.is_kept(last)
        {
            self.drop_last();
        }
    }

    fn is_kept(&self, record: &Match) -> bool {
        self.before.is_none_or(|before| {
            before > i64::MIN && start(record).is_none_or(|start| start < before)
        })
    }

    /// Drops all records of the last translation.
    fn drop_last(&mut self) {
        let Some(Placed(last)) = self.records.pop_last() else {
            return;
        };
        while let Some(Placed(other)) = self.records.last()
            && by_translation(other, &last).is_eq()
        {
            self.records.pop_last();
        }
        self.translations -= 1;
    }

    /// What was found, in order.
    pub(crate) fn into_records(self) -> Vec<Match> {
        let records = self.records.into_iter().map(|placed| placed.0);
        records.take(self.limit).collect()
    }
}
