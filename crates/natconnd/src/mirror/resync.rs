//! The reader thread's dumps: at the start, after a gap, and now and then.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use ctnetlink::{Dump, GetSocket};
use model::{ChangeKind, GapCause};
use table::Position;
use tracing::{info, warn};

use super::clock::now;
use super::pace::MOST_IN_A_MINUTE;
use super::reader::Reader;
use super::silence::Untold;

/// Slots that are searched for unseen translations under one lock.
const UNSEEN_SLOTS: u32 = 512;

/// How soon a reconciling dump is tried again that broke off.
const RETRY: Duration = Duration::from_secs(30);

/// How long after the start the first comparison comes; each of the next ones waits
/// twice as long, up to what is configured.
const EARLY: Duration = Duration::from_secs(15);

/// What came of a resync.
#[derive(PartialEq, Eq)]
enum Outcome {
    /// The table agrees with the kernel's.
    Done,
    /// The dump broke off or may have missed something.
    Incomplete,
    /// The thread was told to stop.
    Stopped,
}

impl Reader {
    /// Makes the table complete again and closes the gap, unless more was lost
    /// meanwhile.
    pub(super) fn close_gap(&mut self) {
        // What goes missing while this one runs asks for another.
        self.needs_resync = false;
        let began = Instant::now();
        self.pace.begin(began);
        let outcome = self.resync(&mut Untold::default());
        self.pace.rest(Instant::now(), began.elapsed());
        match outcome {
            Outcome::Stopped => self.needs_resync = true,
            Outcome::Incomplete => self.lose(GapCause::Dump),
            Outcome::Done => {}
        }
        if self.needs_resync {
            return;
        }
        if !self.are_events_off && !self.doubts.is_silent {
            self.mirror.close_gap(now());
        }
        if !self.mirror.counters.is_ready.swap(true, Relaxed) {
            let [translations, connections, _] = self.mirror.sizes();
            info!(
                connections,
                translations, "ready: the kernel's table is read"
            );
        }
    }

    /// Says that events are lost faster than resyncs can make up for.
    pub(super) fn note_overload(&self) {
        if !self.mirror.counters.is_overloaded.swap(true, Relaxed) {
            warn!(
                most_resyncs_in_a_minute = MOST_IN_A_MINUTE,
                receive_buffer_bytes = self.socket.receive_buffer(),
                "overloaded: events are lost faster than the kernel's table can be read again; \
                 see: natconn doctor",
            );
        }
    }

    /// Compares the table with the kernel's, though nothing is known to be lost:
    /// connections from before there was a listener end in silence.
    pub(super) fn reconcile(&mut self) {
        let since = self.last_complete;
        let mut untold = Untold::default();
        match self.resync(&mut untold) {
            Outcome::Done => {
                self.judge_silence(since, untold);
                self.reconciled += 1;
                self.next_reconcile = Instant::now() + self.until_reconcile();
            }
            Outcome::Incomplete => self.next_reconcile = Instant::now() + RETRY,
            Outcome::Stopped => {}
        }
    }

    /// How long the next comparison may wait: not long while events are missing.
    fn until_reconcile(&self) -> Duration {
        // What began before there was a listener ends in silence, most of it soon.
        let early = EARLY.saturating_mul(1 << self.reconciled.min(16));
        let every = self.mirror.settings.reconcile_every.min(early);
        if self.doubts.is_silent {
            RETRY.min(every)
        } else {
            jittered(every)
        }
    }

    /// `untold` takes what the dump has shown and no event has told yet.
    fn resync(&mut self, untold: &mut Untold) -> Outcome {
        let began = self.last_read;
        self.next_reconcile = Instant::now() + self.until_reconcile();
        self.mirror.table.write().begin_resync();
        let outcome = self.merge_dump(untold);
        let counters = &self.mirror.counters;
        match outcome {
            Ok(Outcome::Done) => {
                counters.resyncs.fetch_add(1, Relaxed);
                self.settle_unseen(untold);
                self.last_complete = began;
                Outcome::Done
            }
            Ok(outcome) => {
                self.mirror.table.write().abandon_resync();
                outcome
            }
            Err(error) => {
                counters.failed_resyncs.fetch_add(1, Relaxed);
                self.mirror.table.write().abandon_resync();
                let error = format!("{:#}", anyhow::Error::from(error));
                warn!(error, "dump broke off");
                Outcome::Incomplete
            }
        }
    }

    fn merge_dump(&mut self, untold: &mut Untold) -> Result<Outcome, ctnetlink::Error> {
        let mirror = Arc::clone(&self.mirror);
        let mut dump = Dump::start(&mirror.settings.filter)?;
        let mut room = Vec::new();
        // The kernel has filled the first part by now: what waits is older.
        self.drain();
        while let Some(part) = dump.read()? {
            let read_at = now();
            mirror.counters.last_round.store(read_at.0, Relaxed);
            let mut undecodable = 0;
            let connections = part.decode(&mut room, |_| undecodable += 1);
            let mut audience = mirror.audience(0);
            mirror
                .table
                .write()
                .merge_all(connections, read_at, |change| {
                    if change.kind == ChangeKind::Started {
                        untold.note_begun(&change);
                    }
                    mirror.note(change, &mut audience);
                });
            mirror.dismiss(audience);
            mirror.counters.undecodable.fetch_add(undecodable, Relaxed);
            // Events wait for a part of a dump at most.
            self.drain();
            if self.is_stopping() {
                return Ok(Outcome::Stopped);
            }
        }
        Ok(if dump.was_interrupted() {
            Outcome::Incomplete
        } else {
            Outcome::Done
        })
    }

    /// Ends what the dump did not have and a get does not find.
    ///
    /// The kernel is asked while nobody waits for the table.
    fn settle_unseen(&mut self, untold: &mut Untold) {
        let mirror = Arc::clone(&self.mirror);
        let mut kernel = GetSocket::open().ok();
        let mut unseen = Vec::new();
        let mut position = Some(Position::default());
        while let Some(from) = position {
            position = mirror
                .table
                .read()
                .unseen(from, UNSEEN_SLOTS, |one| unseen.push(one));
            let settled: Vec<_> = unseen
                .drain(..)
                .map(|one| {
                    // Without a second opinion the dump's word stands. An error is no
                    // opinion: the next resync asks again.
                    let is_gone = kernel.as_mut().is_none_or(|kernel| {
                        let has = kernel.has(&one.original, one.zone, one.kernel_id);
                        matches!(has, Ok(false))
                    });
                    (one, is_gone)
                })
                .collect();
            // After the gets: at or before this time.
            let ended_at = now();
            if !settled.is_empty() {
                let mut audience = mirror.audience(0);
                let mut vanished = 0;
                let mut table = mirror.table.write();
                for (one, is_gone) in settled {
                    if is_gone {
                        untold.note_ended(&one);
                    }
                    table.settle(&one, is_gone, ended_at, |change| {
                        vanished += 1;
                        mirror.note(change, &mut audience);
                    });
                }
                drop(table);
                mirror.dismiss(audience);
                mirror.counters.vanished.fetch_add(vanished, Relaxed);
            }
            self.drain();
        }
        mirror.table.write().finish_resync();
    }
}

/// Between three quarters and five quarters of `interval`, so that many
/// gateways do not dump all at once.
fn jittered(interval: Duration) -> Duration {
    let noise = now().0 as u32 % 1024;
    interval * 3 / 4 + interval / 2 * noise / 1024
}
