//! What the recorder says: what it could not do, and what happened in the background.

use std::io;
use std::path::PathBuf;

use crate::{SegmentInfo, Verified};

/// Why something could not be written. What it was is lost; writing may succeed
/// later.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Nothing can be recorded for the time being. The time is a gap.
    #[error("record {lost} translations: {cause}")]
    Stopped {
        /// Why.
        cause: String,
        /// Translations that were given and are lost.
        lost: usize,
    },
    /// Something else could not be done, and is tried again.
    #[error("{0}")]
    Postponed(String),
    /// A file could not be written.
    #[error("write {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Something that happened in the background, for the log.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum News {
    /// A segment was sealed.
    Sealed(SegmentInfo),
    /// A segment was removed: its time was over, or there was no room for it.
    Expired(SegmentInfo),
    /// A file was found damaged or missing; its time is a gap now.
    Damaged(Verified),
    /// Records cannot be written from now on.
    Stopped(String),
    /// Records are written again.
    Resumed {
        /// Records that were lost meanwhile.
        unrecorded: u64,
    },
}
