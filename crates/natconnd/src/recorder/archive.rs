//! The history, for everybody who reads it or shows how it goes.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicI64, AtomicU64};

use history::{History, Settings, Status};
use model::Timestamp;
use parking_lot::RwLock;

/// The history that is recorded to, open or not.
#[derive(Debug)]
pub struct Archive {
    settings: Settings,
    history: RwLock<Option<Arc<History>>>,
    trouble: RwLock<Option<String>>,
    /// What the mirror had told before this time is in the history, in nanoseconds
    /// since 1970.
    recorded_until: AtomicI64,
    /// Batches of changes that wait to be recorded.
    waiting: Arc<AtomicU64>,
    /// Changes that were given to the writer.
    pub recorded: AtomicU64,
    /// Changes that were lost because the recorder did not keep up.
    pub dropped: AtomicU64,
    /// Times that something could not be written.
    pub failures: AtomicU64,
    /// Panics of the recording thread.
    pub faults: AtomicU64,
}

impl Archive {
    pub(super) fn new(settings: Settings, waiting: Arc<AtomicU64>) -> Self {
        Self {
            settings,
            history: RwLock::new(None),
            trouble: RwLock::new(None),
            recorded_until: AtomicI64::new(0),
            waiting,
            recorded: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            faults: AtomicU64::new(0),
        }
    }

    /// An archive of a history that nobody records to.
    pub fn of(history: Arc<History>) -> Self {
        let archive = Self::new(history.settings().clone(), Arc::default());
        archive.set_history(Some(history));
        archive.set_recorded_until(Timestamp::MAX);
        archive
    }

    /// Until when everything that the mirror had told is in the history.
    pub fn recorded_until(&self) -> Timestamp {
        Timestamp(self.recorded_until.load(Relaxed))
    }

    /// Batches of changes that wait to be recorded.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Relaxed)
    }

    /// What it was configured with.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The history; `None` while it cannot be opened.
    pub fn history(&self) -> Option<Arc<History>> {
        self.history.read().clone()
    }

    /// How it goes, as history says, or why there is none.
    pub fn status(&self) -> Status {
        let mut status = match self.history() {
            Some(history) => history.status(),
            None => Status::default(),
        };
        if let Some(trouble) = self.trouble.read().clone() {
            status.is_recording = false;
            status.trouble = Some(trouble);
        }
        status.unrecorded += self.dropped.load(Relaxed);
        status
    }

    /// Bytes that can still be written where the history is, and all there are;
    /// `None` where the system does not say.
    pub fn room(&self) -> Option<(u64, u64)> {
        let found = rustix::fs::statvfs(&self.settings.folder).ok()?;
        let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
        Some((bytes(found.f_bavail), bytes(found.f_blocks)))
    }

    pub(super) fn set_history(&self, history: Option<Arc<History>>) {
        *self.history.write() = history;
    }

    pub(super) fn set_recorded_until(&self, time: Timestamp) {
        self.recorded_until.store(time.0, Relaxed);
    }

    /// Notes what keeps natconnd from recording at all; `None` where nothing does.
    pub(super) fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.write() = trouble;
    }
}
