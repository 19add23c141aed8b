//! The thread that reads events and dumps, and writes the table.
//!
//! It does one thing and cannot die: whatever the kernel answers is counted,
//! recovered from, and reading goes on.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ctnetlink::{Dump, EventSocket, GetSocket, Read};
use model::{Event, GapCause, Timestamp, Tuple, Zone};
use table::Position;
use tracing::{info, warn};

use super::{Mirror, Settings, open_socket};

/// How long to sleep after a short read. A wake-up for each message costs three
/// times as much as the message; an event may be 5 ms late.
const NAP: Duration = Duration::from_millis(2);

/// How long to wait for events before looking after other things.
const IDLE: Duration = Duration::from_millis(200);

/// Ended translations forgotten after each batch: more than a batch can end, so
/// that they never pile up, and few enough to keep the lock short.
const EXPIRE_BUDGET: usize = 256;

/// Slots swept under one lock.
const SWEEP_SLOTS: u32 = 2048;

/// The shortest time between the end of a resync and the next one, under
/// overload.
const RESYNC_REST: Duration = Duration::from_secs(1);

/// Ends the reader thread when it is dropped or told to.
pub struct Stop {
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Stop {
    /// Ends the thread and waits for it.
    pub fn stop(&mut self) {
        self.is_stopping.store(true, Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            warn!("the reader thread panicked");
        }
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Subscribes to events and starts the reader thread.
///
/// # Errors
///
/// The event socket cannot be opened.
pub fn start(settings: Settings) -> anyhow::Result<(Arc<Mirror>, Stop)> {
    warn_of_silence();
    let receive_buffer = settings.receive_buffer;
    let socket = open_socket(&settings)?;
    let mirror = Arc::new(Mirror::new(settings, now()));
    let is_stopping = Arc::new(AtomicBool::new(false));
    let mut reader = Reader {
        next_reconcile: Instant::now() + jittered(mirror.settings.reconcile_every),
        mirror: Arc::clone(&mirror),
        socket,
        events: Vec::new(),
        receive_buffer,
        last_read: now(),
        needs_resync: true,
        rest_until: Instant::now(),
        is_stopping: Arc::clone(&is_stopping),
    };
    let thread = thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || reader.run())?;
    let stop = Stop {
        is_stopping,
        thread: Some(thread),
    };
    Ok((mirror, stop))
}

struct Reader {
    mirror: Arc<Mirror>,
    socket: EventSocket,
    /// The size of the receive buffer that was last asked for.
    receive_buffer: usize,
    /// Room for the events of a batch.
    events: Vec<Event>,
    /// When everything up to then had been read.
    last_read: Timestamp,
    /// Whether the table may differ from the kernel's.
    needs_resync: bool,
    rest_until: Instant,
    next_reconcile: Instant,
    is_stopping: Arc<AtomicBool>,
}

/// What a round of reading left behind.
#[derive(PartialEq, Eq)]
enum Queue {
    Empty,
    Short,
    Full,
}

impl Reader {
    fn run(&mut self) {
        self.note_socket();
        while !self.is_stopping.load(Relaxed) {
            self.mirror.counters.last_round.store(now().0, Relaxed);
            let instant = Instant::now();
            if self.needs_resync && instant >= self.rest_until {
                self.close_gap_by_resync();
            } else if instant >= self.next_reconcile {
                self.resync();
            }
            match self.read() {
                Queue::Full => {}
                Queue::Short => thread::sleep(NAP),
                Queue::Empty => {
                    self.expire();
                    if let Err(error) = self.socket.wait(IDLE) {
                        self.reopen(&error);
                    }
                }
            }
        }
    }

    /// Reads and applies one batch.
    fn read(&mut self) -> Queue {
        self.mirror.is_applying.store(true, SeqCst);
        let outcome = self.socket.read();
        if let Ok(Read::Events { .. }) = outcome {
            self.apply();
        }
        self.mirror.is_applying.store(false, SeqCst);
        match outcome {
            Ok(Read::Events { is_full: true, .. }) => Queue::Full,
            Ok(Read::Events { is_full: false, .. }) => Queue::Short,
            Ok(Read::Nothing) => {
                self.last_read = now();
                Queue::Empty
            }
            Ok(Read::Overrun) => {
                self.note_overrun();
                Queue::Full
            }
            Err(error) => {
                self.reopen(&error);
                Queue::Short
            }
        }
    }

    fn apply(&mut self) {
        let received_at = now();
        let mirror = &*self.mirror;
        let counters = &mirror.counters;
        let has_followers = mirror.has_followers();
        let mut undecodable = 0;
        let events = self
            .socket
            .batch()
            .decode(&mut self.events, |_| undecodable += 1);
        let mut table = mirror.table.write();
        table.apply_all(events, received_at, |change| {
            mirror.note(change, has_followers);
        });
        table.expire(received_at, EXPIRE_BUDGET);
        drop(table);
        counters.events.fetch_add(events.len() as u64, Relaxed);
        counters.last_event.store(received_at.0, Relaxed);
        if undecodable > 0 {
            counters.undecodable.fetch_add(undecodable, Relaxed);
        }
        counters
            .unknown_attributes
            .store(self.socket.counters().unknown_attributes, Relaxed);
    }

    fn expire(&mut self) {
        while self.mirror.table.write().expire(now(), EXPIRE_BUDGET) {}
    }

    fn note_overrun(&mut self) {
        self.mirror.counters.overruns.fetch_add(1, Relaxed);
        if !self.needs_resync {
            warn!(
                last_complete = %self.last_read,
                receive_buffer_bytes = self.socket.receive_buffer(),
                "kernel dropped events, receive buffer was full; resyncing",
            );
        }
        self.grow_buffer();
        self.lose(GapCause::ReceiveBuffer);
    }

    /// Doubles the receive buffer, up to what the settings allow.
    fn grow_buffer(&mut self) {
        let settings = &self.mirror.settings;
        let wanted = (self.receive_buffer * 2).min(settings.receive_buffer_max);
        if wanted <= self.receive_buffer {
            return;
        }
        self.receive_buffer = wanted;
        match self.socket.set_receive_buffer(wanted) {
            Ok(effective) => {
                self.mirror
                    .counters
                    .receive_buffer
                    .store(effective as u64, Relaxed);
                info!(
                    wanted_bytes = wanted,
                    effective_bytes = effective / 2,
                    "receive buffer grown"
                );
            }
            Err(error) => warn!(%error, "receive buffer could not be grown"),
        }
    }

    /// Notes that events are missing since everything was read last.
    fn lose(&mut self, cause: GapCause) {
        self.mirror.open_gap(self.last_read, cause);
        self.needs_resync = true;
    }

    fn reopen(&mut self, error: &ctnetlink::Error) {
        self.mirror.counters.socket_errors.fetch_add(1, Relaxed);
        self.lose(GapCause::Socket);
        warn!(%error, "event socket broke; opening it again");
        match open_socket(&self.mirror.settings) {
            Ok(socket) => {
                self.socket = socket;
                self.note_socket();
            }
            Err(error) => {
                warn!(%error, "event socket could not be opened; trying again");
                thread::sleep(RESYNC_REST);
            }
        }
    }

    fn note_socket(&self) {
        match self.socket.queue() {
            Ok(queue) => *self.mirror.queue.write() = Some(queue),
            Err(error) => {
                *self.mirror.queue.write() = None;
                warn!(%error, "lookups cannot see the event queue; they ask the kernel");
            }
        }
        let effective = self.socket.receive_buffer() as u64;
        self.mirror
            .counters
            .receive_buffer
            .store(effective, Relaxed);
        let wanted = self.mirror.settings.receive_buffer as u64;
        // The kernel doubles what it is given.
        if effective < wanted * 2 {
            warn!(
                wanted_bytes = wanted,
                effective_bytes = effective / 2,
                "receive buffer is smaller than wanted; lift the limit with: sysctl -w net.core.rmem_max={wanted}",
            );
        }
    }

    fn close_gap_by_resync(&mut self) {
        // What goes missing while this one runs asks for another.
        self.needs_resync = false;
        let is_done = self.resync();
        self.rest_until = Instant::now() + RESYNC_REST;
        if !is_done {
            self.lose(GapCause::Dump);
        }
        if self.needs_resync {
            return;
        }
        self.mirror.close_gap(now());
        if !self.mirror.counters.is_ready.swap(true, Relaxed) {
            let [translations, connections, _] = self.mirror.sizes();
            info!(
                connections,
                translations, "ready: the kernel's table is read"
            );
        }
    }

    /// Makes the table agree with a dump; true when it was read to the end.
    fn resync(&mut self) -> bool {
        self.next_reconcile = Instant::now() + jittered(self.mirror.settings.reconcile_every);
        self.mirror.table.write().begin_resync();
        let outcome = self.merge_dump();
        let counters = &self.mirror.counters;
        match outcome {
            Ok(is_whole) => {
                counters.resyncs.fetch_add(1, Relaxed);
                self.sweep();
                is_whole
            }
            Err(error) => {
                counters.failed_resyncs.fetch_add(1, Relaxed);
                warn!(
                    error = format!("{:#}", anyhow::Error::from(error)),
                    "dump broke off"
                );
                false
            }
        }
    }

    /// Merges a dump; false where the kernel's table changed its shape meanwhile,
    /// so that some of it may be missing.
    fn merge_dump(&mut self) -> Result<bool, ctnetlink::Error> {
        let mut dump = Dump::start(&self.mirror.settings.filter)?;
        let mut room = Vec::new();
        let mut undecodable = 0;
        let mirror = Arc::clone(&self.mirror);
        while let Some(part) = dump.read()? {
            let read_at = now();
            mirror.counters.last_round.store(read_at.0, Relaxed);
            let has_followers = mirror.has_followers();
            let connections = part.decode(&mut room, |_| undecodable += 1);
            let mut table = mirror.table.write();
            table.merge_all(connections, read_at, |change| {
                mirror.note(change, has_followers);
            });
            drop(table);
            // Events wait for a part of a dump at most.
            while self.read() == Queue::Full {}
            if self.is_stopping.load(Relaxed) {
                break;
            }
        }
        self.mirror
            .counters
            .undecodable
            .fetch_add(undecodable, Relaxed);
        Ok(!dump.was_interrupted())
    }

    /// Ends what the dump did not have and a get does not find.
    fn sweep(&mut self) {
        let mut kernel = GetSocket::open();
        let mut position = Some(Position::default());
        while let Some(from) = position {
            let mut vanished = 0;
            let mirror = &self.mirror;
            let has_followers = mirror.has_followers();
            position = self.mirror.table.write().sweep(
                from,
                SWEEP_SLOTS,
                now(),
                |original, zone| match &mut kernel {
                    Ok(kernel) => is_gone(kernel, original, zone),
                    // Without a second opinion the dump's word stands.
                    Err(_) => true,
                },
                |change| {
                    vanished += 1;
                    mirror.note(change, has_followers);
                },
            );
            self.mirror.counters.vanished.fetch_add(vanished, Relaxed);
            while self.read() == Queue::Full {}
        }
    }
}

fn is_gone(kernel: &mut GetSocket, original: &Tuple, zone: Zone) -> bool {
    // An error is no proof: the next resync asks again.
    matches!(kernel.get(original, zone.of_original()), Ok(None))
}

/// The time of day.
pub fn now() -> Timestamp {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(0).plus(since_1970)
}

/// Says so where the kernel will send no events at all.
fn warn_of_silence() {
    if ctnetlink::Settings::read().events == Some(0) {
        warn!(
            "the kernel sends no events of connections; \
             let it with: sysctl -w net.netfilter.nf_conntrack_events=1",
        );
    }
}

/// Between three quarters and five quarters of `interval`, so that many
/// gateways do not dump all at once.
fn jittered(interval: Duration) -> Duration {
    let noise = now().0 as u32 % 1024;
    interval * 3 / 4 + interval / 2 * noise / 1024
}
