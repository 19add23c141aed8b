//! Lists: filtered, sorted, page by page.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use model::{Coverage, Endpoint, Filter, Match, TranslationKind};

use crate::mirror::Mirror;

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
    /// How complete the list is.
    pub coverage: Coverage,
}

impl Order {
    /// Compares two rows; equal only when they are the same translation of the
    /// same connection.
    pub fn compare(self, left: &Match, right: &Match) -> Ordering {
        let by = |row: &Match| -> Endpoint {
            match self.key {
                SortKey::StartedAt | SortKey::Internal => row.translation.internal,
                SortKey::Nat => row.translation.nat,
                SortKey::Remote => row.translation.remote,
            }
        };
        let time = |row: &Match| row.started_at.map(|time| time.at);
        let ordering = if self.key == SortKey::StartedAt {
            time(left).cmp(&time(right))
        } else {
            Ordering::Equal
        };
        let ordering = ordering
            .then_with(|| by(left).cmp(&by(right)))
            .then_with(|| rest(left).cmp(&rest(right)))
            .then_with(|| time(left).cmp(&time(right)));
        if self.descending {
            ordering.reverse()
        } else {
            ordering
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

/// A row in the heap: the greatest is the first to be dropped.
struct Ranked(Match, Order);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.1.compare(&self.0, &other.0)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

/// The first `limit` live rows after `after`, and whether there are more.
///
/// Keeps no more than a page in memory, whatever the size of the table. A row
/// that lives on from page to page is listed once.
pub fn page(
    mirror: &Mirror,
    filter: &Filter,
    order: Order,
    after: Option<&Match>,
    limit: usize,
) -> (Vec<Match>, bool) {
    let mut first: BinaryHeap<Ranked> = BinaryHeap::new();
    mirror.scan(|found| {
        if !found.is_live() {
            return;
        }
        let found = found.to_match();
        if after.is_some_and(|after| order.compare(after, &found).is_ge())
            || (first.len() > limit
                && first
                    .peek()
                    .is_some_and(|last| order.compare(&found, &last.0).is_gt()))
            || !filter.matches(&found)
        {
            return;
        }
        first.push(Ranked(found, order));
        if first.len() > limit + 1 {
            first.pop();
        }
    });
    let has_more = first.len() > limit;
    let mut rows: Vec<Match> = first
        .into_sorted_vec()
        .into_iter()
        .map(|ranked| ranked.0)
        .collect();
    rows.truncate(limit);
    (rows, has_more)
}
