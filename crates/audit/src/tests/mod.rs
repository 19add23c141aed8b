//! The audit as a whole.

// What does not work here is a failed test, wherever it is.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{Audit, Entry, Line, Order, Outcome, Report, Settings, Wanted, read, verify};

mod basics;

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

    pub(crate) fn report(&self) -> Report {
        verify(&self.folder(), None).unwrap()
    }

    pub(crate) fn open(&self) -> Audit {
        Audit::open(self.settings()).unwrap()
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
