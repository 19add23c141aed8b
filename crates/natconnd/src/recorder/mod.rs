//! What the mirror learns, written to history.
//!
//! One thread takes it out of a bounded queue and owns the one writer. Nothing on
//! the way from the kernel to the table waits for it: where it cannot keep up, or
//! cannot write, changes are dropped and counted, the time becomes a gap, and it
//! goes on by itself once it can.

mod archive;
mod scope;
mod thread;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;

use history::Settings;
use model::Timestamp;
use tracing::warn;

use crate::mirror::{Intake, Mirror};

pub use archive::Archive;

/// Ends the recording thread when it is told to or dropped.
#[derive(Debug)]
pub struct Recording {
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Opens the history and starts the thread that records.
///
/// Where it cannot be opened the reason is logged and shown, opening is tried again, and
/// the time until then becomes a gap. `since` is when the mirror
/// began to feed the queue, or a little earlier.
///
/// # Errors
///
/// The thread cannot be started.
pub fn start(
    settings: Settings,
    intake: Intake,
    mirror: Arc<Mirror>,
    since: Timestamp,
) -> anyhow::Result<(Arc<Archive>, Recording)> {
    let archive = Arc::new(Archive::new(settings, intake.waiting()));
    archive.set_recorded_until(since);
    let is_stopping = Arc::new(AtomicBool::new(false));
    let mut recorder = thread::Recorder::new(
        intake,
        mirror,
        Arc::clone(&archive),
        Arc::clone(&is_stopping),
    );
    // Opened before anything is answered: an answer about the past that came too
    // early would lack it all.
    recorder.open();
    let thread = std::thread::Builder::new()
        .name("recorder".to_owned())
        .spawn(move || recorder.run_whatever_happens())?;
    let recording = Recording {
        is_stopping,
        thread: Some(thread),
    };
    Ok((archive, recording))
}

impl Recording {
    /// Records what still waits, writes it all to the disk and ends the thread. After
    /// the mirror's reader has stopped, so that nothing more comes.
    pub fn stop(&mut self) {
        self.is_stopping.store(true, Relaxed);
        let Some(thread) = self.thread.take() else {
            return;
        };
        if thread.join().is_err() {
            warn!("the recording thread panicked while it stopped");
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.stop();
    }
}
