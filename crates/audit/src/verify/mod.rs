//! Whether a chain is whole: reads every line of every file, in little memory.
//!
//! Needs no writer, and may run beside one. What it finds shows where a chain was
//! damaged; that it finds nothing shows that every line is as it was written, unless
//! whoever may write the folder has written a whole new chain. Only an anchor that is
//! kept elsewhere shows that.

mod finding;
mod report;
mod trail;
mod walk;

use std::path::Path;

use crate::error::FileError;
use crate::folder::Folder;
use crate::head::Head;

pub use finding::{Fault, Finding};
pub use report::{Report, Span};

/// Why it cannot be told whether a chain is whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The folder or a file in it cannot be read.
    #[error("{0}")]
    File(FileError),
    /// There is nothing that could be verified.
    #[error("verify {folder}: found no audit file and no head")]
    Empty {
        /// The folder.
        folder: String,
    },
}

impl From<FileError> for VerifyError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// Reads the chain of a folder and tells whether it is whole, and whether it has a line
/// that is known from elsewhere.
///
/// # Errors
///
/// There is no chain, or a file cannot be read.
pub fn verify(folder: &Path, anchor: Option<Head>) -> Result<Report, VerifyError> {
    let folder = Folder::at(folder);
    // Before the files, so that none of them can be behind it.
    let has_head = folder.head().symlink_metadata().is_ok();
    let head = folder.read_head()?;
    let (numbers, others) = folder.list()?;
    if numbers.is_empty() && !has_head {
        return Err(VerifyError::Empty {
            folder: folder.path().display().to_string(),
        });
    }
    let mut walk = walk::Walk::new(&folder, head, anchor);
    if head.is_none() {
        walk.no_head(has_head);
    }
    walk.others(&others);
    for number in &numbers {
        walk.file(*number, numbers.last() == Some(number))?;
    }
    Ok(walk.finish())
}
