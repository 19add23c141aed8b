//! Why the audit cannot be kept.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Something that was done to a file, and why it did not work.
#[derive(Clone, Debug)]
pub struct FileError {
    /// What was done.
    pub doing: &'static str,
    /// To what.
    pub path: PathBuf,
    /// Why it did not work.
    pub cause: Arc<io::Error>,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.doing, self.path.display(), self.cause)
    }
}

impl std::error::Error for FileError {}

impl FileError {
    pub(crate) fn new(doing: &'static str, path: &Path, cause: io::Error) -> Self {
        Self {
            doing,
            path: path.to_owned(),
            cause: Arc::new(cause),
        }
    }

    /// Whether there may be room again without anybody's doing.
    pub(crate) fn is_for_a_time(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        matches!(
            self.cause.kind(),
            QuotaExceeded | ReadOnlyFilesystem | StorageFull
        )
    }
}

/// Says what was done to which file where that did not work.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, FileError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, FileError> {
        self.map_err(|cause| FileError::new(doing, path, cause))
    }
}

/// Why a chain cannot be begun or gone on with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process writes it.
    #[error("lock {}: another process writes the audit there", folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// A file or the folder is of no use.
    #[error("{0}")]
    File(FileError),
    /// There is no thread for it.
    #[error("start the audit's thread: {0}")]
    Thread(io::Error),
}

impl From<FileError> for OpenError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// Why entries are not in the audit.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// They could not be written, or nobody knows whether they are on the disk.
    #[error("{0}")]
    File(FileError),
    /// More is waiting than there is room for: the disk does not follow.
    #[error("queue audit lines: {waiting} bytes are waiting for the disk, expected {room} at most")]
    Full {
        /// How many bytes are waiting.
        waiting: usize,
        /// How many may.
        room: usize,
    },
    /// The audit has been closed.
    #[error("write to the audit: it is closed")]
    Closed,
}

impl From<FileError> for RecordError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}
