//! The audit as a whole.

// What does not work here is a failed test, wherever it is.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use model::Timestamp;

use crate::committer::{Clock, Committer, Shared};
use crate::{
    Audit, Entry, FileError, Kind, Line, OpenError, Order, Outcome, Report, Settings, Wanted, read,
    verify,
};

mod basics;
mod crash;
mod damage;
mod keeping;
mod pages;
mod texts;

/// A folder that is deleted in the end.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("audit-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // Of an earlier process with this number.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// The audit's folder in it.
    pub(crate) fn folder(&self) -> PathBuf {
        self.0.join("audit")
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            gateway: "gw1".to_owned(),
            ..Settings::new(self.folder())
        }
    }

    /// All lines, the oldest first.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let wanted = Wanted {
            order: Order::OldestFirst,
            ..Wanted::default()
        };
        let lines = read(&self.folder(), wanted, None).unwrap();
        lines.map(Result::unwrap).collect()
    }

    /// The numbers of all entries that can be read, the oldest first.
    pub(crate) fn lines_that_can_be_read(&self) -> Vec<u64> {
        let wanted = Wanted {
            order: Order::OldestFirst,
            ..Wanted::default()
        };
        let lines = read(&self.folder(), wanted, None).unwrap();
        let entries = lines.filter_map(|line| line.ok()?.entry());
        entries.filter_map(|entry| entry.matches).collect()
    }

    pub(crate) fn report(&self) -> Report {
        verify(&self.folder(), None).unwrap()
    }

    pub(crate) fn open(&self) -> Audit {
        Audit::open(self.settings()).unwrap()
    }
}

/// Writes without a thread, at times that are given. Dropped as if it had crashed.
pub(crate) struct Writer {
    pub(crate) committer: Committer,
    pub(crate) shared: Arc<Shared>,
    pub(crate) seconds: Arc<AtomicI64>,
}

impl Writer {
    pub(crate) fn open(settings: Settings, seconds: i64) -> Result<Self, OpenError> {
        let seconds = Arc::new(AtomicI64::new(seconds));
        let told = Arc::clone(&seconds);
        let tell = move || Timestamp::of_milliseconds(told.load(Ordering::Relaxed) * 1000);
        let shared = Arc::new(Shared::default());
        let clock = Clock(Arc::new(tell));
        let committer = Committer::open(settings, clock, Arc::clone(&shared))?;
        Ok(Self {
            committer,
            shared,
            seconds,
        })
    }

    pub(crate) fn at(&mut self, seconds: i64) -> &mut Self {
        self.seconds.store(seconds, Ordering::Relaxed);
        self
    }

    pub(crate) fn record(&mut self, number: u64) -> Result<(), FileError> {
        let members = entry(number).members();
        self.committer.commit(&[(Kind::Request, members)])
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn entry(number: u64) -> Entry {
    Entry {
        caller: Some("desk".to_owned()),
        question: Some(format!("nat=203.0.113.7:{number}")),
        matches: Some(number),
        ..Entry::new("lookup", Outcome::Answered)
    }
}

pub(crate) fn record(audit: &Audit, number: u64) {
    audit.record(vec![entry(number)]).wait().unwrap();
}
