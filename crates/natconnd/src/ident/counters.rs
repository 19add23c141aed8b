//! What the ident face counts.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::reply::Kind;

/// What the ident face counts, all since the start.
#[derive(Debug, Default)]
pub struct Counters {
    replies: [AtomicU64; Kind::ALL.len()],
    /// Connections taken in.
    pub connections: AtomicU64,
    /// Connections closed because the peer is in no network that may ask.
    pub refused: AtomicU64,
    /// Connections closed because the peer had too many.
    pub crowded: AtomicU64,
    /// Connections that broke the protocol, ran out of time or went away.
    pub failed: AtomicU64,
    /// Failures to take a connection in.
    pub accept_errors: AtomicU64,
}

impl Counters {
    /// Replies by kind.
    pub fn replies(&self) -> [(Kind, u64); Kind::ALL.len()] {
        Kind::ALL.map(|kind| (kind, self.replies[kind as usize].load(Relaxed)))
    }

    pub(super) fn replied(&self, kind: Kind) {
        add(&self.replies[kind as usize]);
    }
}

pub(super) fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
