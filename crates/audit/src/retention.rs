//! Which files may go because their time is over.

use std::fs::File;
use std::time::Duration;

use model::Timestamp;

use crate::error::{Doing, FileError};
use crate::folder::Folder;
use crate::head::Head;
use crate::line::{Line, Members};
use crate::tail;

/// A file that may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Due {
    /// Its number.
    pub(crate) file: u64,
    /// Its last line, as the next file has it.
    pub(crate) last: Head,
}

impl Due {
    /// What the line says that tells of it.
    pub(crate) fn members(self, keep_for: Duration) -> Members {
        let mut members = Members::default();
        members.number("file", self.file);
        members.number("last_sequence", self.last.sequence);
        members.text("last_hash", &self.last.hash.to_string());
        members.number("keep_for_seconds", keep_for.as_secs());
        members
    }
}

/// For how long a file is written to, so that its first lines do not stay much longer
/// than they are to.
pub(crate) fn longest_file(keep_for: Duration) -> Duration {
    keep_for / 8
}

/// The oldest file, if all of its lines are older than they must be. Never the one
/// that is written to.
pub(crate) fn due(
    folder: &Folder,
    current: u64,
    keep_for: Duration,
    now: Timestamp,
) -> Result<Option<Due>, FileError> {
    let numbers = folder.numbers()?;
    // Where the next file is missing or damaged nothing goes: somebody shall see it.
    let [oldest, next, ..] = numbers[..] else {
        return Ok(None);
    };
    if oldest >= current || next != oldest + 1 {
        return Ok(None);
    }
    let path = folder.file(next);
    let read = || {
        let file = File::open(&path)?;
        tail::first_line(&file, file.metadata()?.len())
    };
    let line = read().doing("read", &path)?;
    let line = line.and_then(|line| Line::of(next, &line));
    let due = line.and_then(|line| {
        // The next file began when this one had ended.
        let is_over = line.time.plus(keep_for) < now;
        let last = line.previous()?;
        is_over.then_some(Due { file: oldest, last })
    });
    Ok(due)
}
