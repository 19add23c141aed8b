//! The audit as the program has it.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;
use parking_lot::Mutex;

use crate::committer::{Clock, Committer, Shared};
use crate::entry::Entry;
use crate::error::{OpenError, RecordError};
use crate::recorded::Recorded;
use crate::settings::Settings;
use crate::status::Status;

/// An audit that is written to, until it is closed or dropped.
#[derive(Debug)]
pub struct Audit {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<Result<(), RecordError>>>>,
}

impl Audit {
    /// Goes on with the chain of a folder, or begins one, and writes there that it
    /// started.
    ///
    /// What a crash has left is mended, and [`Status::recovery`] says what it was. Where
    /// there is no room just now it opens nevertheless, is not writable, and tries again
    /// with each entry.
    ///
    /// # Errors
    ///
    /// Another process writes there, or the folder or a file in it is of no use.
    pub fn open(settings: Settings) -> Result<Self, OpenError> {
        let shared = Arc::new(Shared::default());
        let committer = Committer::open(settings, Clock(Arc::new(now)), Arc::clone(&shared))?;
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(|| committer.run())
            .map_err(OpenError::Thread)?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Writes entries, one line each, side by side. Resolves when they are on the disk.
    ///
    /// What several callers give at the same time goes with one write. The lines are
    /// written whether somebody waits for them or not. It is an error at once where too
    /// much is waiting.
    pub fn record(&self, entries: Vec<Entry>) -> Recorded {
        if entries.is_empty() {
            return Recorded::resolved(Ok(()));
        }
        self.shared
            .queue(entries.iter().map(Entry::members).collect())
    }

    /// Tells of a request that was answered though it could not be recorded. When
    /// writing works again, a line says how many there were.
    pub fn answered_unrecorded(&self) {
        self.shared.went_unrecorded(true);
    }

    /// Tells of a request that was refused because it could not be recorded. When
    /// writing works again, a line says how many there were.
    pub fn refused_unrecorded(&self) {
        self.shared.went_unrecorded(false);
    }

    /// How it is doing.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// Writes what waits, writes that it stopped, and gives the folder up. What is
    /// recorded afterwards is an error; closing again does nothing.
    ///
    /// # Errors
    ///
    /// The last line could not be written.
    pub fn close(&self) -> Result<(), RecordError> {
        self.shared.close();
        match self.thread.lock().take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => Err(RecordError::Closed),
        }
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        // Whoever wants to know has closed it.
        let _ = self.close();
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(0).plus(since.unwrap_or_default())
}
