//! Lists: filtered, sorted, page by page.
//!
//! An index finds the rows of one host, NAT endpoint or remote address; else the whole
//! table is looked at. Most of what is looked at is not among the first rows of the order,
//! and the time of its begin or one endpoint tell: only what may be is copied and compared
//! as a whole.

use std::cmp::Ordering;

use model::{Coverage, Endpoint, Match, Timestamp, TranslationKind};

use super::Wanted;
use crate::mirror::{Found, Mirror};

/// What a list is sorted by; the rest of the row breaks ties.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SortKey {
    /// Begin of the connection.
    #[default]
    StartedAt,
    /// Internal endpoint.
    Internal,
    /// NAT endpoint.
    Nat,
    /// Remote endpoint.
    Remote,
}

/// The order of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Order {
    /// What to sort by.
    pub key: SortKey,
    /// Greatest first.
    pub descending: bool,
}

/// One page of a list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// The matches, in order.
    pub matches: Vec<Match>,
    /// Whether more follow after the last of them.
    pub has_more: bool,
    /// How many there are on all pages.
    pub total: u64,
    /// How complete the list is.
    pub coverage: Coverage,
}

/// What an order looks at first. One of the two is the same for all rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct First(Option<Timestamp>, Option<Endpoint>);

impl Order {
    /// Compares two rows; equal only when they are the same translation of the
    /// same connection.
    pub fn compare(self, left: &Match, right: &Match) -> Ordering {
        let time = |row: &Match| row.started_at.map(|time| time.at);
        let ordering = self
            .first(left)
            .cmp(&self.first(right))
            .then_with(|| rest(left).cmp(&rest(right)))
            .then_with(|| time(left).cmp(&time(right)));
        self.directed(ordering)
    }

    const fn directed(self, ordering: Ordering) -> Ordering {
        if self.descending {
            ordering.reverse()
        } else {
            ordering
        }
    }

    fn first(self, row: &Match) -> First {
        let roles = &row.translation;
        match self.key {
            SortKey::StartedAt => First(row.started_at.map(|time| time.at), None),
            SortKey::Internal => First(None, Some(roles.internal)),
            SortKey::Nat => First(None, Some(roles.nat)),
            SortKey::Remote => First(None, Some(roles.remote)),
        }
    }

    /// The same without a copy of the whole row.
    fn first_of(self, found: Found<'_>) -> First {
        let endpoint = |endpoint| First(None, Some(endpoint));
        match self.key {
            SortKey::StartedAt => First(found.started_at().map(|time| time.at), None),
            SortKey::Internal => endpoint(found.translation().internal),
            SortKey::Nat => endpoint(found.translation().nat),
            SortKey::Remote => endpoint(found.translation().remote),
        }
    }
}

type Rest = (Endpoint, Endpoint, Endpoint, u8, TranslationKind, u16);

fn rest(row: &Match) -> Rest {
    let translation = &row.translation;
    (
        translation.internal,
        translation.nat,
        translation.remote,
        row.protocol.0,
        translation.kind,
        row.zone.id,
    )
}

/// So many rows more than twice those that count are gathered before they are sorted out.
const SPARE: usize = 512;

/// The first live rows after one that are wanted, of any number that are looked at.
struct Selection<'a> {
    wanted: &'a Wanted,
    /// Whether nothing has to be compared with what is wanted.
    wants_all: bool,
    order: Order,
    after: Option<(First, &'a Match)>,
    /// How many rows are kept.
    count: usize,
    rows: Vec<Match>,
    /// Once there are enough rows, the last of them that counts.
    last: Option<(First, Match)>,
    total: u64,
}

impl<'a> Selection<'a> {
    fn new(wanted: &'a Wanted, order: Order, after: Option<&'a Match>, count: usize) -> Self {
        Self {
            wanted,
            wants_all: wanted.is_any(),
            order,
            after: after.map(|after| (order.first(after), after)),
            count,
            rows: Vec::new(),
            last: None,
            total: 0,
        }
    }

    fn add(&mut self, found: Found<'_>) {
        if !found.is_live() {
            return;
        }
        let mut copy = None;
        if !self.wants_all {
            let row = found.to_match();
            if !self.wanted.matches(&row) {
                return;
            }
            copy = Some(row);
        }
        self.total += 1;
        let order = self.order;
        let first = order.first_of(found);
        let against_last = match &self.last {
            Some((last, _)) => order.directed(first.cmp(last)),
            None => Ordering::Less,
        };
        let against_after = match &self.after {
            Some((after, _)) => order.directed(first.cmp(after)),
            None => Ordering::Greater,
        };
        if against_last.is_gt() || against_after.is_lt() {
            return;
        }
        let row = copy.unwrap_or_else(|| found.to_match());
        if against_last.is_eq()
            && let Some((_, last)) = &self.last
            && order.compare(&row, last).is_ge()
        {
            return;
        }
        if against_after.is_eq()
            && let Some((_, after)) = self.after
            && order.compare(&row, after).is_le()
        {
            return;
        }
        self.rows.push(row);
        // Sorting out now and then costs less than keeping a heap of rows.
        if self.rows.len() >= 2 * self.count + SPARE {
            self.sort_out();
        }
    }

    /// Keeps the first rows only.
    fn sort_out(&mut self) {
        let order = self.order;
        if self.rows.len() <= self.count {
            return;
        }
        let by = |left: &Match, right: &Match| order.compare(left, right);
        let last = self.count.saturating_sub(1);
        self.rows.select_nth_unstable_by(last, by);
        self.rows.truncate(self.count);
        self.last = self.rows.get(last).map(|row| (order.first(row), *row));
    }

    fn into_rows(mut self) -> (Vec<Match>, u64) {
        self.sort_out();
        let order = self.order;
        self.rows
            .sort_unstable_by(|left, right| order.compare(left, right));
        (self.rows, self.total)
    }
}

/// The first `limit` live rows after `after` that are wanted, and whether there are more.
///
/// Keeps no more than some pages in memory, whatever the size of the table. A row
/// that lives on from page to page is listed once.
pub fn page(
    mirror: &Mirror,
    wanted: &Wanted,
    order: Order,
    after: Option<&Match>,
    limit: usize,
) -> Page {
    let selection = || Selection::new(wanted, order, after, limit + 1);
    let mut selected = selection();
    let question = wanted.question();
    let is_whole =
        mirror.has_index_for(&question) && mirror.find(&question, |found| selected.add(found));
    if !is_whole {
        // No index, or too many under one key of it.
        selected = selection();
        mirror.scan(|found| selected.add(found));
    }
    let (mut matches, total) = selected.into_rows();
    let has_more = matches.len() > limit;
    matches.truncate(limit);
    Page {
        matches,
        has_more,
        total,
        coverage: Coverage::Complete,
    }
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
