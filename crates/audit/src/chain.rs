//! A chain that is written to: its last file, and where that ends.
//!
//! After any error a chain is of no use any more and is opened anew (`opening`), from
//! the last line that is known to be on the disk.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::Duration;

use model::Timestamp;

use crate::error::{Doing, FileError};
use crate::folder::{Folder, is_at};
use crate::hash::LineHash;
use crate::head::{End, Head};
use crate::line::{self, Kind, Members};

/// What files are called in their first line.
pub(crate) const FORMAT: &str = "natconnd-audit 1";

/// By how much a clock may be set back before a new file is begun, so that the times
/// of one file are in order.
const SET_BACK: Duration = Duration::from_secs(1);

/// A chain that is written to.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) folder: Folder,
    pub(crate) gateway: String,
    /// The last file.
    pub(crate) file: File,
    /// The file that has the head.
    pub(crate) head_file: File,
    /// The last line that is on the disk.
    pub(crate) end: End,
    /// The time of the file's first line.
    pub(crate) began_at: Timestamp,
    /// The time of the file's last line.
    pub(crate) last_at: Timestamp,
    /// Whether the file has a request in it.
    pub(crate) has_requests: bool,
}

/// The first line of a file.
pub(crate) fn first_line(
    previous: Head,
    now: Timestamp,
    gateway: &str,
    file: u64,
) -> (Vec<u8>, End) {
    let mut members = Members::default();
    members.text("format", FORMAT);
    members.text("gateway", gateway);
    members.number("file", file);
    members.text("previous", &previous.hash.to_string());
    let mut bytes = Vec::new();
    let head = line::write(previous, now, Kind::File, &members, &mut bytes);
    let end = End {
        head,
        file,
        bytes: bytes.len() as u64,
    };
    (bytes, end)
}

/// What stands before the first line of all.
pub(crate) const BEFORE_ALL: Head = Head {
    sequence: 0,
    hash: LineHash::ZERO,
};

impl Chain {
    /// Whether the last file is still where it was, and as long as it was.
    pub(crate) fn is_untouched(&self) -> bool {
        let length = self.file.metadata().map(|metadata| metadata.len());
        is_at(&self.file, &self.folder.file(self.end.file))
            && length.is_ok_and(|length| length == self.end.bytes)
    }

    /// Whether the next file is due.
    pub(crate) fn is_full(&self, rotate_bytes: u64, now: Timestamp) -> bool {
        let is_set_back = now.plus(SET_BACK) < self.last_at;
        self.end.bytes >= rotate_bytes || is_set_back
    }

    /// Begins the next file.
    pub(crate) fn rotate(&mut self, now: Timestamp) -> Result<(), FileError> {
        let number = self.end.file + 1;
        let (bytes, end) = first_line(self.end.head, now, &self.gateway, number);
        self.file = self.folder.create(number, &bytes)?;
        self.began_at = now;
        self.last_at = now;
        self.has_requests = false;
        self.reach(end)
    }

    /// Writes lines and waits until they are on the disk.
    pub(crate) fn append(
        &mut self,
        lines: &[&(Kind, Members)],
        now: Timestamp,
    ) -> Result<(), FileError> {
        let now = now.max(self.last_at);
        let mut bytes = Vec::new();
        let mut head = self.end.head;
        for (kind, members) in lines {
            head = line::write(head, now, *kind, members, &mut bytes);
            self.has_requests |= *kind == Kind::Request;
        }
        let path = self.folder.file(self.end.file);
        let written = self
            .file
            .write_all_at(&bytes, self.end.bytes)
            .and_then(|()| self.file.sync_data());
        if let Err(cause) = written {
            // What is not acknowledged is not to stay, but if it does it does no harm:
            // it is looked at when the chain is opened anew.
            let _ = self.file.set_len(self.end.bytes);
            return Err(FileError::new("write", &path, cause));
        }
        self.last_at = now;
        self.reach(End {
            head,
            file: self.end.file,
            bytes: self.end.bytes + bytes.len() as u64,
        })
    }

    /// Notes where the chain ends, outside of it. Not on the disk at once: after a power
    /// cut it may be behind, which does no harm, and never ahead.
    fn reach(&mut self, end: End) -> Result<(), FileError> {
        self.end = end;
        let path = self.folder.head();
        if !is_at(&self.head_file, &path) {
            self.head_file = self.folder.create_head(end)?;
            return Ok(());
        }
        self.head_file
            .write_all_at(&end.to_bytes(), 0)
            .doing("write", &path)
    }
}
