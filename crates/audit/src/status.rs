//! How the audit is doing.

use model::Timestamp;

use crate::head::Head;

/// How the audit is doing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// Lines that were written since it was opened, of any kind.
    pub lines: u64,
    /// Entries among them.
    pub entries: u64,
    /// Entries that could not be written since it was opened.
    pub unrecorded: u64,
    /// Whether the last attempt to write worked.
    pub is_writable: bool,
    /// Since when none has worked.
    pub failing_since: Option<Timestamp>,
    /// What went wrong last, be it over or not.
    pub last_error: Option<String>,
    /// The last line on the disk; `None` where nothing could be written yet.
    pub head: Option<Head>,
    /// The number of the file that is written to.
    pub file: u64,
    /// How long that file is, in bytes.
    pub bytes: u64,
    /// Files that were begun since it was opened because the one before was full or old.
    pub rotated: u64,
    /// Files that were deleted since it was opened because their time was over.
    pub removed: u64,
    /// What was found that should not be so, and mended, when the chain was last gone on
    /// with.
    pub recovery: Option<Recovery>,
}

/// What was found that should not be so when a chain was to be gone on with.
///
/// It is a line of its own in the chain, too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovery {
    /// What was found.
    pub found: String,
    /// Whether lines that had been acknowledged are gone or changed, or nobody can tell.
    /// A power cut never does that.
    pub is_loss: bool,
    /// Where bytes went that are no whole line, and that had not been acknowledged.
    pub moved: Option<Moved>,
}

/// Bytes at the end of a file that were no whole line, moved to a file of their own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// The name of the file where they are now.
    pub to: String,
    /// How many they are.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
}
