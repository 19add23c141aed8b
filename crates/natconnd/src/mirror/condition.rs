//! How the mirror is doing, for status, health and metrics.

use std::sync::atomic::Ordering::Relaxed;

use model::{GapCause, Timestamp};

use super::Mirror;

/// What the mirror is doing about being equal to the kernel's table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// The kernel's table has not been read to the end yet.
    Starting,
    /// Every event is seen: the table follows the kernel's.
    Following,
    /// Something was lost, and the kernel's table is being read again.
    Resyncing,
    /// Events are lost faster than the kernel's table can be read again: it is
    /// read now and then, and in between the table is out of date.
    Overloaded,
    /// The kernel is told to send no events (`nf_conntrack_events=0`).
    EventsOff,
    /// Connections begin or end and no events tell of it.
    Silent,
}

impl State {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Starting,
        Self::Following,
        Self::Resyncing,
        Self::Overloaded,
        Self::EventsOff,
        Self::Silent,
    ];

    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Following => "following",
            Self::Resyncing => "resyncing",
            Self::Overloaded => "overloaded",
            Self::EventsOff => "events-off",
            Self::Silent => "silent",
        }
    }
}

/// How the mirror is doing.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What it is doing about being equal to the kernel's table.
    pub state: State,
    /// Receive buffer that was asked for last, in bytes.
    pub receive_buffer_wanted: u64,
    /// Receive buffer that the event socket has, in bytes.
    pub receive_buffer: u64,
    /// How often the kernel reported that it had dropped events.
    pub overruns: u64,
    /// When it did last.
    pub last_overrun: Option<Timestamp>,
    /// When the last event was read.
    pub last_event: Option<Timestamp>,
    /// Connections whose end the kernel could not tell yet, as it last said: all,
    /// or 1000 and perhaps more.
    pub dying: u64,
    /// Whether events came that were of another network namespace than the
    /// connections that a get finds.
    pub has_foreign_events: bool,
    /// Whether the kernel keeps the end of a connection that does not fit.
    pub is_reliable: bool,
}

impl Mirror {
    /// How the mirror is doing.
    pub fn condition(&self) -> Condition {
        let counters = &self.counters;
        let time = |nanoseconds: i64| (nanoseconds != 0).then_some(Timestamp(nanoseconds));
        Condition {
            state: self.state(),
            receive_buffer_wanted: counters.receive_buffer_wanted.load(Relaxed),
            receive_buffer: counters.receive_buffer.load(Relaxed),
            overruns: counters.overruns.load(Relaxed),
            last_overrun: time(counters.last_overrun.load(Relaxed)),
            last_event: time(counters.last_event.load(Relaxed)),
            dying: counters.dying.load(Relaxed),
            has_foreign_events: counters.has_foreign_events.load(Relaxed),
            is_reliable: self.settings.is_reliable,
        }
    }

    fn state(&self) -> State {
        let lasting = self.gaps.lock().lasting();
        match lasting.map(|gap| gap.cause) {
            Some(GapCause::EventsOff) => State::EventsOff,
            _ if self.counters.are_events_off.load(Relaxed) => State::EventsOff,
            Some(GapCause::Silence) => State::Silent,
            _ if self.counters.is_overloaded.load(Relaxed) => State::Overloaded,
            _ if !self.is_ready() => State::Starting,
            Some(_) => State::Resyncing,
            None => State::Following,
        }
    }
}
