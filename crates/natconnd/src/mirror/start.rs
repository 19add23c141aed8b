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
use super::legacy::{self, Inherited};
use super::pace::Pace;
use super::reader::Reader;
use super::silence::Doubts;
use super::socket::take_over_or_open;
use super::{Mirror, Settings};

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

/// Is told of each event socket that is in use from now on, for a supervisor to
/// keep.
pub type Announce = Box<dyn Fn(&EventQueue) + Send>;

/// What the process before this one has handed over.
#[derive(Debug, Default)]
pub struct HandedOver {
    /// Its event socket, and all that waits in it.
    pub socket: Option<OwnedFd>,
    /// Its table, as [`Mirror::leave`] wrote it.
    pub table: Option<File>,
}

/// Subscribes to events, or takes over a subscribed socket, and starts the
/// reader thread.
///
/// # Errors
///
/// The event socket cannot be opened.
pub fn start(
    settings: Settings,
    handed_over: HandedOver,
    announce: Announce,
) -> anyhow::Result<(Arc<Mirror>, Stop)> {
    let opened = take_over_or_open(&settings, handed_over.socket)?;
    // Without the socket the table is a picture of the past.
    let table = handed_over.table.filter(|_| opened.was_handed_over);
    let inherited = table.and_then(|table| inherit(&settings, table));
    let started_at = now();
    let last_read = inherited.as_ref().map(|inherited| inherited.last_read);
    let receive_buffer = opened.receive_buffer;
    let mirror = Arc::new(match inherited {
        Some(inherited) => Mirror::inheriting(settings, inherited),
        None => Mirror::beginning(settings, started_at),
    });
    let lasting = mirror.gaps.lock().lasting().map(|gap| gap.cause);
    let is_stopping = Arc::new(AtomicBool::new(false));
    let mut reader = Reader {
        next_reconcile: Instant::now(),
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
        wants_witness: false,
        witness: None,
        strangers: 0,
        are_events_off: false,
        next_look: Instant::now(),
        is_stopping: Arc::clone(&is_stopping),
    };
    let thread = thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || reader.run_whatever_happens())?;
    // Set just once, as there is one reader.
    let _ = mirror.reader.set(thread.thread().clone());
    let stop = Stop {
        is_stopping,
        thread: Some(thread),
    };
    Ok((mirror, stop))
}

fn inherit(settings: &Settings, mut table: File) -> Option<Inherited> {
    let inherited = legacy::inherit(settings, &mut table);
    // Whoever else has it open, its memory is not needed any more.
    if let Err(error) = table.set_len(0) {
        warn!(%error, "the memory of the handed over table could not be given back");
    }
    match inherited {
        Ok(inherited) => {
            info!(
                translations = inherited.table.live(),
                ended = inherited.table.ended(),
                "took over the table",
            );
            Some(inherited)
        }
        Err(error) => {
            warn!(%error, "the table could not be taken over; reading the kernel's");
            None
        }
    }
}
