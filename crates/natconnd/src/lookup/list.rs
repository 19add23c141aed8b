//! Lists: filtered, sorted, page by page.
//!
//! An index finds the rows of one host, NAT endpoint or remote address; else the whole
//! table is looked at. Most of what is looked at is not among the first rows of the order,
//! and the time of its begin or one endpoint tell: only what may be is copied and compared
//! as a whole.

use std::cmp::Ordering;

use model::{Coverage, Endpoint, Match, Timestamp, Translation, TranslationKind};

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

impl Order {
    /// Compares two rows; equal only when they are the same translation of the
    /// same connection.
    pub fn compare(self, left: &Match, right: &Match) -> Ordering {
        self.compare_places(&Place::of(left), &Place::of(right))
    }

    fn compare_places(self, left: &Place, right: &Place) -> Ordering {
        let [one, other] = [&left.translation, &right.translation];
        let ordering = self
            .first(left)
            .cmp(&self.first(right))
            .then_with(|| one.internal.cmp(&other.internal))
            .then_with(|| one.nat.cmp(&other.nat))
            .then_with(|| one.remote.cmp(&other.remote))
            .then_with(|| left.rest().cmp(&right.rest()));
        self.directed(ordering)
    }

    const fn directed(self, ordering: Ordering) -> Ordering {
        if self.descending {
            ordering.reverse()
        } else {
            ordering
        }
    }

    const fn first(self, place: &Place) -> First {
        let roles = &place.translation;
        match self.key {
            SortKey::StartedAt => First(place.started_at, None),
            SortKey::Internal => First(None, Some(roles.internal)),
            SortKey::Nat => First(None, Some(roles.nat)),
            SortKey::Remote => First(None, Some(roles.remote)),
        }
    }

    /// The same of what is in the table, without a look at the rest of it.
    fn first_of(self, found: Found<'_>) -> First {
        match self.key {
            SortKey::StartedAt => First(began(found), None),
            SortKey::Internal => First(None, Some(found.translation().internal)),
            SortKey::Nat => First(None, Some(found.translation().nat)),
            SortKey::Remote => First(None, Some(found.translation().remote)),
        }
    }
}

fn began(found: Found<'_>) -> Option<Timestamp> {
    found.started_at().map(|time| time.at)
}

/// What an order looks at first. One of the two is the same for all rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct First(Option<Timestamp>, Option<Endpoint>);

/// What says where a row comes in any order.
#[derive(Clone, Copy, Debug)]
struct Place {
    translation: Translation,
    protocol: u8,
    zone: u16,
    started_at: Option<Timestamp>,
}

impl Place {
    fn of(row: &Match) -> Self {
        Self {
            translation: row.translation,
            protocol: row.protocol.0,
            zone: row.zone.id,
            started_at: row.started_at.map(|time| time.at),
        }
    }

    fn of_found(found: Found<'_>) -> Self {
        Self {
            translation: found.translation(),
            protocol: found.protocol().0,
            zone: found.zone().id,
            started_at: began(found),
        }
    }

    /// What tells rows with the same endpoints apart.
    const fn rest(&self) -> (u8, TranslationKind, u16, Option<Timestamp>) {
        let kind = self.translation.kind;
        (self.protocol, kind, self.zone, self.started_at)
    }
}

/// A row that others are held against.
struct Mark(First, Place);

impl Mark {
    fn new(order: Order, row: &Match) -> Self {
        let place = Place::of(row);
        Self(order.first(&place), place)
    }

    /// How what is in the table compares with it; `first` is its own.
    fn compare(&self, order: Order, first: First, found: Found<'_>) -> Ordering {
        let by_first = first.cmp(&self.0);
        // Many may have the same remote endpoint, or begin in the dump at the start.
        let by_two = by_first.then_with(|| {
            let internal = found.translation().internal;
            internal.cmp(&self.1.translation.internal)
        });
        match order.directed(by_two) {
            Ordering::Equal => order.compare_places(&Place::of_found(found), &self.1),
            ordering => ordering,
        }
    }
}

/// So many rows more than twice those that count are gathered before they are sorted out.
const SPARE: usize = 512;

/// The first live rows after one that are wanted, of any number that are looked at.
struct Selection<'a> {
    wanted: &'a Wanted,
    /// Whether nothing has to be compared with what is wanted.
    wants_all: bool,
    order: Order,
    after: Option<Mark>,
    /// How many rows are kept.
    count: usize,
    rows: Vec<Match>,
    /// Once there are enough rows, the last of them that counts.
    last: Option<Mark>,
    total: u64,
}

impl<'a> Selection<'a> {
    fn new(wanted: &'a Wanted, order: Order, after: Option<&Match>, count: usize) -> Self {
        Self {
            wanted,
            wants_all: wanted.is_any(),
            order,
            after: after.map(|after| Mark::new(order, after)),
            count,
            rows: Vec::new(),
            last: None,
            total: 0,
        }
    }

    #[inline]
    fn add(&mut self, found: Found<'_>) {
        if !found.is_live() || !(self.wants_all || self.wanted.has(found)) {
            return;
        }
        self.total += 1;
        let order = self.order;
        let first = order.first_of(found);
        let is_behind = |mark: &Mark| mark.compare(order, first, found).is_gt();
        if self.last.as_ref().is_some_and(is_behind) {
            return;
        }
        if self.after.as_ref().is_none_or(is_behind) {
            self.rows.push(found.to_match());
            // Sorting out now and then costs less than keeping a heap of rows.
            if self.rows.len() >= 2 * self.count + SPARE {
                self.sort_out();
            }
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
        self.last = self.rows.get(last).map(|row| Mark::new(order, row));
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
