//! Events that do not come, and events that should not come.
//!
//! The kernel says when events did not fit. It does not say when it never sent
//! them: an nft rule has taken them off (`ct event set`), another module holds
//! the notifier, a flowtable forwards past conntrack. A dump that shows what no
//! event has told is the proof. And should the event socket be of another
//! network namespace, then a get does not know what its events tell of.

use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use ctnetlink::GetSocket;
use model::{Event, EventKind, GapCause, KernelId, Timestamp, TranslationKind, Tuple, Zone};
use table::{Change, Table, Unseen};
use tracing::{error, info, warn};

use super::clock::now;
use super::reader::{NAP, Reader};

/// Connections that are remembered as proof; one would do.
const REMEMBERED: usize = 64;

/// How often events that tell of the untold are waited for. An event is sent a
/// moment after the table shows its connection.
const TRIES: usize = 100;

/// How long no event has come when the number of connections is looked at.
const QUIET: Duration = Duration::from_secs(10);

/// How soon a suspicion may be followed by another one, at first.
const FIRST_DOUBT: Duration = Duration::from_secs(20);

/// How many events in a row tell of what a get does not know, before they
/// count as another namespace's.
const FOREIGN: u32 = 3;

/// What a dump has shown and no event has told.
#[derive(Debug, Default)]
pub struct Untold {
    begun: Vec<(Tuple, Zone, TranslationKind, Option<KernelId>)>,
    ended: Vec<(Tuple, Zone)>,
}

impl Untold {
    /// Notes a change that a dump has led to.
    pub fn note_begun(&mut self, change: &Change<'_>) {
        if self.begun.len() < REMEMBERED {
            let row = change.found.to_match();
            let kind = row.translation.kind;
            self.begun
                .push((change.found.original(), row.zone, kind, row.kernel_id));
        }
    }

    /// Notes one that has vanished.
    pub fn note_ended(&mut self, unseen: &Unseen) {
        if unseen.is_announced && self.ended.len() < REMEMBERED {
            self.ended.push((unseen.original, unseen.zone));
        }
    }

    /// Leaves those that still no event has told.
    fn keep_untold(&mut self, table: &Table) {
        self.begun.retain(|(original, zone, kind, id)| {
            table
                .by_original(original, *zone, *kind)
                .is_some_and(|found| !found.is_announced() && found.to_match().kernel_id == *id)
        });
        self.ended
            .retain(|(original, zone)| table.is_end_estimated(original, *zone));
    }

    fn is_empty(&self) -> bool {
        self.begun.is_empty() && self.ended.is_empty()
    }
}

/// Doubts whether all events come.
#[derive(Debug)]
pub struct Doubts {
    /// What was counted, and when, as the last event came.
    events: u64,
    connections: Option<u64>,
    since: Instant,
    next: Instant,
    pause: Duration,
    /// Whether a dump has proved it.
    pub is_silent: bool,
}

impl Doubts {
    /// No doubts, unless it is silent already.
    pub fn new(is_silent: bool) -> Self {
        Self {
            events: 0,
            connections: None,
            since: Instant::now(),
            next: Instant::now(),
            pause: FIRST_DOUBT,
            is_silent,
        }
    }

    /// Whether there is a reason to doubt: the number of connections has changed
    /// and for some time no event has come.
    ///
    /// That is no proof: connections without a translation have no events here.
    /// So each doubt is followed by a longer pause, up to `longest`.
    fn arise(&mut self, instant: Instant, events: u64, longest: Duration) -> bool {
        let connections = ctnetlink::connection_count();
        let is_new = events != self.events || self.connections.is_none();
        if is_new {
            self.events = events;
            self.connections = connections;
            self.since = instant;
        }
        if is_new
            || instant < self.since + QUIET
            || instant < self.next
            || connections == self.connections
        {
            return false;
        }
        self.connections = connections;
        self.since = instant;
        self.next = instant + self.pause;
        self.pause = (self.pause * 2).min(longest);
        true
    }
}

/// An event, to see whether the kernel's table has what it tells of.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    original: Tuple,
    zone: Zone,
    id: KernelId,
}

impl Probe {
    /// The last begin among these events.
    pub fn among(events: &[Event]) -> Option<Self> {
        let begin = events
            .iter()
            .rev()
            .find(|event| event.kind == EventKind::New)?;
        Some(Self {
            original: begin.connection.original,
            zone: begin.connection.zone,
            id: begin.connection.kernel_id,
        })
    }

    fn lives_in(&self, table: &Table) -> bool {
        TranslationKind::ALL.into_iter().any(|kind| {
            table
                .by_original(&self.original, self.zone, kind)
                .is_some_and(|found| found.to_match().kernel_id == Some(self.id))
        })
    }

    /// Whether the kernel has it; `None` where it cannot be asked.
    fn is_known(&self) -> Option<bool> {
        let mut kernel = GetSocket::open().ok()?;
        kernel.has(&self.original, self.zone, self.id).ok()
    }
}

impl Reader {
    /// Compares with a dump soon, where there is a reason to.
    pub(super) fn doubt_silence(&mut self, instant: Instant) {
        let events = self.mirror.counters.events.load(Relaxed);
        let longest = self.mirror.settings.reconcile_every.max(FIRST_DOUBT);
        if self.doubts.arise(instant, events, longest) {
            self.next_reconcile = instant;
        }
    }

    /// Judges by what a reconciling dump has shown since `since`; `untold` is
    /// what it has changed.
    pub(super) fn judge_silence(&mut self, since: Timestamp, mut untold: Untold) {
        for _ in 0..TRIES {
            if untold.is_empty() {
                break;
            }
            thread::sleep(NAP);
            self.drain();
            untold.keep_untold(&self.mirror.table.read());
        }
        if self.needs_resync || self.are_events_off {
            // Something else explains it.
            return;
        }
        let was_silent = self.doubts.is_silent;
        self.doubts.is_silent = !untold.is_empty();
        if self.doubts.is_silent {
            self.doubts.pause = FIRST_DOUBT;
            if !was_silent {
                warn!(
                    begun = untold.begun.len(),
                    ended = untold.ended.len(),
                    "connections begin or end and no events tell of it; \
                     see: natconn doctor",
                );
                self.mirror.open_gap(since, GapCause::Silence);
            }
        } else if was_silent {
            info!("events tell of all connections again");
            self.mirror.close_gap(now());
        }
    }

    /// Asks the kernel for a connection of which an event has just told.
    pub(super) fn check_probe(&mut self, probe: &Probe) {
        if self.needs_resync || self.are_events_off {
            // Its end may be among what was lost.
            return;
        }
        let is_known = probe.is_known();
        if is_known == Some(false) {
            // Perhaps it has ended, and the event of that waits to be read.
            self.drain();
            let is_lost = self.needs_resync;
            let lives_on = probe.lives_in(&self.mirror.table.read());
            self.foreign_in_a_row += u32::from(lives_on && !is_lost);
        }
        let counters = &self.mirror.counters;
        if is_known == Some(true) {
            self.foreign_in_a_row = 0;
            counters.has_foreign_events.store(false, Relaxed);
        }
        if self.foreign_in_a_row >= FOREIGN {
            error!(
                "events tell of connections that the kernel does not have here: \
                 the event socket is of another network namespace; opening another",
            );
            self.foreign_in_a_row = 0;
            counters.has_foreign_events.store(true, Relaxed);
            self.start_over(GapCause::Socket);
            self.replace_socket();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_come_after_ten_seconds_and_ever_more_seldom() {
        let longest = Duration::from_secs(300);
        let start = Instant::now();
        let mut doubts = Doubts::new(false);
        // This machine's number never equals this one.
        let mut arise = |second: u64| {
            doubts.connections = doubts.connections.map(|_| u64::MAX);
            doubts.arise(start + Duration::from_secs(second), 5, longest)
        };
        let arisen: Vec<u64> = (0..1000).filter(|second| arise(*second)).collect();
        if ctnetlink::connection_count().is_some() {
            assert_eq!(arisen, [10, 30, 70, 150, 310, 610, 910]);
        }
        assert!(!doubts.arise(start + Duration::from_secs(2000), 6, longest));
    }
}
