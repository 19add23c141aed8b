//! The thread that reads events and dumps, and writes the table.
//!
//! It does one thing and cannot die: whatever the kernel answers is counted,
//! recovered from, and reading goes on. `socket` opens and mends its socket,
//! `resync` makes the table agree with dumps, `watch` and `silence` look for what
//! the kernel does not say.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use ctnetlink::{EventSocket, Read};
use model::{Event, GapCause, Timestamp};
use tracing::{error, warn};

use super::Mirror;
use super::clock::{ClockWatch, now};
use super::pace::Pace;
use super::silence::{Doubts, Probe};
use super::start::Announce;

/// How long to sleep after a short read. A wake-up for each message costs three
/// times as much as the message; an event may be 5 ms late.
pub(super) const NAP: Duration = Duration::from_millis(2);

/// How long to wait for events before looking after other things.
const IDLE: Duration = Duration::from_millis(200);

/// How often to look around: at settings, clock and numbers.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Ended translations forgotten after each batch: more than a batch can end, so
/// that they never pile up, and few enough to keep the lock short.
pub(super) const EXPIRE_BUDGET: usize = 256;

/// The thread's own state.
pub(super) struct Reader {
    pub(super) mirror: Arc<Mirror>,
    pub(super) socket: EventSocket,
    pub(super) announce: Announce,
    /// The size of the receive buffer that was last asked for.
    pub(super) receive_buffer: usize,
    /// Room for the events of a batch.
    pub(super) events: Vec<Event>,
    /// When everything up to then had been read.
    pub(super) last_read: Timestamp,
    /// When the last dump began that was merged to the end.
    pub(super) last_complete: Timestamp,
    /// Whether the table may differ from the kernel's.
    pub(super) needs_resync: bool,
    pub(super) pace: Pace,
    pub(super) next_reconcile: Instant,
    /// How often the table was compared with the kernel's.
    pub(super) reconciled: u32,
    pub(super) clock: ClockWatch,
    pub(super) doubts: Doubts,
    /// Whether to ask the kernel for what one of the next events tells of.
    pub(super) wants_probe: bool,
    pub(super) probe: Option<Probe>,
    /// Events in a row that told of what a get does not know.
    pub(super) foreign_in_a_row: u32,
    /// Whether the kernel is told to send no events.
    pub(super) are_events_off: bool,
    pub(super) next_look: Instant,
    pub(super) is_stopping: Arc<AtomicBool>,
}

/// What a round of reading left behind.
#[derive(PartialEq, Eq)]
pub(super) enum Queue {
    Empty,
    Short,
    Full,
}

impl Reader {
    /// Runs until it is told to stop. A panic is a fault of natconnd, after
    /// which it starts over with an empty table.
    pub(super) fn run_whatever_happens(&mut self) {
        while catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
            error!("the reader thread panicked; starting over with an empty table");
            self.mirror.counters.faults.fetch_add(1, Relaxed);
            self.start_over(GapCause::Fault);
            self.pace.rest(Instant::now(), Duration::ZERO);
        }
    }

    fn run(&mut self) {
        self.note_socket();
        while !self.is_stopping() {
            self.ask_for_all_ends();
            let instant = Instant::now();
            if instant >= self.next_look {
                self.next_look = instant + LOOK_EVERY;
                self.look_around(instant);
            }
            if self.needs_resync {
                if self.pace.is_overloaded(instant) {
                    self.note_overload();
                }
                if self.pace.may_begin(instant) {
                    self.close_gap();
                }
            } else if instant >= self.next_reconcile {
                self.reconcile();
            }
            match self.read() {
                Queue::Full => {}
                // Somebody who waits for an answer may cut it short.
                Queue::Short => thread::park_timeout(NAP),
                // Events first, where there is much to forget.
                Queue::Empty if self.mirror.expire() => {}
                Queue::Empty => {
                    if let Err(error) = self.socket.wait(IDLE) {
                        self.reopen(&error);
                    }
                }
            }
            if let Some(probe) = self.probe.take() {
                self.check_probe(&probe);
            }
        }
        self.leave_socket();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Relaxed)
    }

    /// Reads and applies all batches that are full, so that little is left.
    pub(super) fn drain(&mut self) {
        while self.read() == Queue::Full {}
    }

    /// Reads and applies one batch.
    pub(super) fn read(&mut self) -> Queue {
        self.mirror.is_applying.store(true, SeqCst);
        let began = now();
        self.mirror.counters.last_round.store(began.0, Relaxed);
        let queue = match self.socket.read() {
            Ok(Read::Events { is_full, .. }) => {
                self.apply();
                if is_full { Queue::Full } else { Queue::Short }
            }
            Ok(Read::Nothing) => Queue::Empty,
            Ok(Read::Overrun) => {
                self.note_overrun();
                Queue::Full
            }
            Err(error) => {
                self.reopen(&error);
                Queue::Full
            }
        };
        if queue != Queue::Full {
            // The queue was emptied: what was told before is applied.
            self.last_read = began;
            self.mirror.applied_until.store(began.0, SeqCst);
        }
        // After a full batch more is there, or an overrun is to be told.
        self.mirror.is_applying.store(queue == Queue::Full, SeqCst);
        queue
    }

    fn apply(&mut self) {
        let received_at = now();
        let mirror = Arc::clone(&self.mirror);
        let counters = &mirror.counters;
        let mut undecodable = 0;
        let events = self
            .socket
            .batch()
            .decode(&mut self.events, |_| undecodable += 1);
        if self.wants_probe {
            self.probe = Probe::among(events);
            self.wants_probe = self.probe.is_none();
        }
        let mut audience = mirror.audience(events.len());
        let mut table = mirror.table.write();
        table.apply_all(events, received_at, |change| {
            mirror.note(change, &mut audience);
        });
        table.expire(received_at, EXPIRE_BUDGET);
        counters.repeated_ends.store(table.repeated_ends(), Relaxed);
        drop(table);
        mirror.dismiss(audience);
        counters.count(events);
        counters.last_event.store(received_at.0, Relaxed);
        counters
            .unknown_attributes
            .store(self.socket.counters().unknown_attributes, Relaxed);
        if undecodable > 0 {
            counters.undecodable.fetch_add(undecodable, Relaxed);
            // Whatever it told is not in the table.
            self.lose(GapCause::Undecodable);
        }
    }

    fn note_overrun(&mut self) {
        let is_first = !self.needs_resync;
        // Before anything else: no answer may be called complete while this is
        // counted and written down.
        self.lose(GapCause::ReceiveBuffer);
        let counters = &self.mirror.counters;
        counters.overruns.fetch_add(1, Relaxed);
        counters.last_overrun.store(now().0, Relaxed);
        if is_first {
            warn!(
                last_complete = %self.last_read,
                receive_buffer_bytes = self.socket.receive_buffer(),
                "kernel dropped events, receive buffer was full; resyncing",
            );
        }
        self.grow_buffer();
    }

    /// Forgets everything, what had ended before included, and begins with a dump.
    pub(super) fn start_over(&mut self, cause: GapCause) {
        self.mirror.empty(cause);
        self.lose(cause);
    }

    /// Notes that events are missing since everything was read last.
    pub(super) fn lose(&mut self, cause: GapCause) {
        self.mirror.open_gap(self.last_read, cause);
        self.needs_resync = true;
    }
}
