//! What history says about itself.

use std::path::PathBuf;

use model::{Period, Timestamp};

/// How much is kept, and how it goes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// Records in sealed segments.
    pub sealed_records: u64,
    /// Records that are in the journal only.
    pub journal_records: u64,
    /// Bytes of sealed segments.
    pub segment_bytes: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Sealed segments.
    pub segments: u64,
    /// The end of the oldest record that is kept.
    pub oldest: Option<Timestamp>,
    /// Whether records can be written at this time.
    pub is_recording: bool,
    /// Why they cannot.
    pub trouble: Option<String>,
    /// Records that could not be written since the start.
    pub unrecorded: u64,
    /// Files that are damaged or missing.
    pub damaged: Vec<PathBuf>,
    /// When every file had been verified for the last time.
    pub verified_at: Option<Timestamp>,
}

/// One sealed segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SegmentInfo {
    /// Its file.
    pub path: PathBuf,
    /// Its records.
    pub records: u64,
    /// Its bytes.
    pub bytes: u64,
    /// From the first begin to the last end.
    pub period: Period,
}

/// What became of verifying one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it; nothing where `None`.
    pub fault: Option<String>,
}
