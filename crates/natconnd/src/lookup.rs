//! Questions to answers.

use model::{Answer, ChangeKind, Coverage, Filter, Lookup, Match};
use tokio::sync::broadcast;

use crate::api::Status;

/// Answers every question; the one thing that faces know.
pub struct Answers {}

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
    /// Answers a lookup with at most `limit` matches.
    ///
    /// Takes microseconds, so it may be called from async code.
    pub fn lookup(&self, question: &Lookup, limit: usize) -> Answer {
        let _ = (question, limit);
        Answer::default()
    }

    /// Lists what fits `filter`, in order, from the first row after `after`.
    ///
    /// Scans the whole table: tens of milliseconds at a million entries, so
    /// call it where blocking is allowed.
    pub fn list(&self, filter: &Filter, order: Order, after: Option<&Match>, limit: usize) -> Page {
        let _ = (filter, order, after, limit);
        Page::default()
    }

    /// Every change from now on. A receiver that lags is told how many
    /// changes it missed ([`broadcast::error::RecvError::Lagged`]).
    pub fn follow(&self) -> broadcast::Receiver<Change> {
        broadcast::channel(1).1
    }

    /// What the daemon says about itself.
    pub fn status(&self) -> Status {
        unimplemented!()
    }
}
