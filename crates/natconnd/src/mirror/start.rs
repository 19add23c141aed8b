//! How the mirror begins: with what was handed over, or with nothing.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use ctnetlink::EventQueue;
use model::GapCause;
use tracing::{info, warn};

use super::clock::{ClockWatch, now};
use super::pace::Pace;
use super::reader::Reader;
use super::silence::Doubts;
use super::socket::take_over_or_open;
use super::taken_over::{TakenOver, read_handed_over};
use super::{Feed, Mirror, Settings};
use crate::panics::{self, Part};

/// Ends the reader thread when it is dropped or told to.
pub struct Stop {
    is_stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Stop {
    /// Ends the thread, and the one that watches it, and waits for both.
    pub fn stop(&mut self) {
        self.is_stopping.store(true, Relaxed);
        for thread in self.threads.drain(..) {
            thread.thread().unpark();
            if thread.join().is_err() {
                warn!("a thread of the mirror panicked");
            }
        }
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Is told of each event socket that is in use from now on, for a supervisor to
/// keep.
pub type Announce = Box<dyn Fn(&EventQueue) + Send>;

/// Subscribes to events, or takes over a subscribed socket, and starts the
/// reader thread. `events` and `table` are what the process before this one has
/// handed over; the table is as [`Mirror::hand_over`] wrote it. `feed` is where all
/// that is learned goes to be recorded.
///
/// # Errors
///
/// The event socket cannot be opened.
pub fn start(
    settings: Settings,
    events: Option<OwnedFd>,
    table: Option<File>,
    feed: Option<Feed>,
    announce: Announce,
) -> anyhow::Result<(Arc<Mirror>, Stop)> {
    let opened = take_over_or_open(&settings, events)?;
    // Without the socket the table is a picture of the past.
    let table = table.filter(|_| opened.was_handed_over);
    let taken_over = table.and_then(|table| take_over(&settings, table));
    let started_at = now();
    let last_read = taken_over.as_ref().map(|taken_over| taken_over.last_read);
    let receive_buffer = opened.receive_buffer;
    let mirror = Arc::new(match taken_over {
        Some(taken_over) => Mirror::taking_over(settings, feed, taken_over),
        None => Mirror::beginning(settings, feed, started_at),
    });
    let lasting = mirror.gaps.lock().lasting().map(|gap| gap.cause);
    let is_stopping = Arc::new(AtomicBool::new(false));
    let mut reader = Reader {
        next_reconcile: Instant::now(),
        reconciled: 0,
        needs_resync: lasting.is_some(),
        mirror: Arc::clone(&mirror),
        socket: opened.socket,
        announce,
        events: Vec::new(),
        receive_buffer,
        last_read: last_read.unwrap_or(started_at),
        last_complete: last_read.unwrap_or(started_at),
        pace: Pace::default(),
        clock: ClockWatch::new(),
        doubts: Doubts::new(lasting == Some(GapCause::Silence)),
        wants_probe: false,
        probe: None,
        foreign_in_a_row: 0,
        are_events_off: false,
        next_look: Instant::now(),
        is_stopping: Arc::clone(&is_stopping),
    };
    let thread = thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || reader.run_whatever_happens())?;
    // Set just once, as there is one reader.
    let _ = mirror.reader.set(thread.thread().clone());
    let mut stop = Stop {
        is_stopping: Arc::clone(&is_stopping),
        threads: vec![thread],
    };
    if mirror.settings.is_reliable {
        let watched = Arc::clone(&mirror);
        let watch = thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || {
                panics::restarting(Part::Watch, || watched.watch_reader(&is_stopping));
            })?;
        stop.threads.push(watch);
    }
    Ok((mirror, stop))
}

fn take_over(settings: &Settings, mut table: File) -> Option<TakenOver> {
    let taken_over = read_handed_over(settings, &mut table);
    // Whoever else has it open, its memory is not needed any more.
    if let Err(error) = table.set_len(0) {
        warn!(%error, "the memory of the handed over table could not be given back");
    }
    match taken_over {
        Ok(taken_over) => {
            info!(
                translations = taken_over.table.live(),
                ended = taken_over.table.ended(),
                "took over the table",
            );
            Some(taken_over)
        }
        Err(error) => {
            warn!(%error, "the table could not be taken over; reading the kernel's");
            None
        }
    }
}
