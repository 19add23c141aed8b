//! What the reader thread counts.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64};

use model::{Event, EventKind};

/// What the reader thread counts and notes, and lookups where it is about them.
#[derive(Debug, Default)]
pub struct Counters {
    /// Events applied to the table.
    pub events: AtomicU64,
    /// Those of them that tell of a begin.
    pub news: AtomicU64,
    /// Those of them that tell of an end.
    pub destroys: AtomicU64,
    /// Translations that began, those found by a dump included.
    pub started: AtomicU64,
    /// Translations that ended.
    pub ended: AtomicU64,
    /// Events and dumped connections that could not be decoded.
    pub undecodable: AtomicU64,
    /// Attributes that nobody knows.
    pub unknown_attributes: AtomicU64,
    /// How often the kernel reported that it had dropped events.
    pub overruns: AtomicU64,
    /// Errors of the event socket.
    pub socket_errors: AtomicU64,
    /// Dumps that were merged.
    pub resyncs: AtomicU64,
    /// Dumps that broke off.
    pub failed_resyncs: AtomicU64,
    /// Translations that a resync ended because the kernel had them no more.
    pub vanished: AtomicU64,
    /// Panics of the reader thread.
    pub faults: AtomicU64,
    /// Gets that the kernel did not answer.
    pub failed_gets: AtomicU64,
    /// Effective size of the receive buffer in bytes.
    pub receive_buffer: AtomicU64,
    /// Size of the receive buffer that was asked for last, in bytes.
    pub receive_buffer_wanted: AtomicU64,
    /// When the kernel last reported that it had dropped events, in nanoseconds
    /// since 1970; 0 for never.
    pub last_overrun: AtomicI64,
    /// Connections whose end the kernel could not tell yet, as it last said: all,
    /// or 1000 and perhaps more.
    pub dying: AtomicU64,
    /// Ends that the kernel has told twice, and that were recorded once.
    pub repeated_ends: AtomicU64,
    /// Whether events come for connections that a get does not know.
    pub has_foreign_events: AtomicBool,
    /// Whether the kernel is told to send no events.
    pub are_events_off: AtomicBool,
    /// Whether events are lost faster than dumps can make up for.
    pub is_overloaded: AtomicBool,
    /// When the reader thread last went round its loop, in nanoseconds since
    /// 1970: a sign of life.
    pub last_round: AtomicI64,
    /// When the last event was read, in nanoseconds since 1970; 0 for never.
    pub last_event: AtomicI64,
    /// Whether the first dump has been read to the end.
    pub is_ready: AtomicBool,
}

impl Counters {
    /// Counts events that are applied.
    pub(super) fn count(&self, events: &[Event]) {
        // One pass: this is on the way of every event.
        let (mut news, mut destroys) = (0, 0);
        for event in events {
            news += u64::from(event.kind == EventKind::New);
            destroys += u64::from(event.kind == EventKind::Destroy);
        }
        self.events.fetch_add(events.len() as u64, Relaxed);
        self.news.fetch_add(news, Relaxed);
        self.destroys.fetch_add(destroys, Relaxed);
    }
}
