//! Why a segment could not be written or read.

use std::io;
use std::path::PathBuf;

/// Why a segment could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// The system could not write it.
    #[error("write a segment: {0}")]
    Write(#[source] io::Error),
    /// The system could not read it.
    #[error("read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not what was written.
    #[error("read {path}: {cause}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// It is of a format that this natconnd does not know.
    #[error("read {path}: it is of format version {found}, expected {expected} at most")]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The version that it states.
        found: u32,
        /// The newest version that is known.
        expected: u32,
    },
}

impl SegmentError {
    /// Whether it says something of the file: that it is missing, or not what was
    /// written. Else the system could not read it this time.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::Unknown { .. } => true,
            Self::Read { source, .. } => source.kind() == io::ErrorKind::NotFound,
            Self::Write(_) => false,
        }
    }
}
