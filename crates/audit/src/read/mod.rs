//! Reading lines again: of a period, of a caller, of a case, page by page.
//!
//! Needs no writer, and may run beside one. Does not verify.

mod backwards;
mod bounds;
mod file;
mod wanted;

use std::collections::VecDeque;
use std::path::Path;

use crate::error::FileError;
use crate::folder::Folder;
use crate::line::Line;

use file::OneFile;
pub use wanted::{Order, Wanted};

/// Why a line cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The folder or a file in it cannot be read. Nothing comes behind it.
    #[error("{0}")]
    File(FileError),
    /// No line of an audit stands there. What is behind it can be read.
    #[error("read {file}: found no line of an audit at byte {offset}")]
    Damaged {
        /// The name of the file.
        file: String,
        /// Where it begins, in bytes.
        offset: u64,
    },
}

impl From<FileError> for ReadError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// Reads the lines that are wanted, one by one. `after` is the sequence of the last line
/// of the page before.
///
/// # Errors
///
/// The folder cannot be read.
pub fn read(folder: &Path, wanted: Wanted, after: Option<u64>) -> Result<Lines, ReadError> {
    let folder = Folder::at(folder);
    let numbers = folder.numbers()?;
    Ok(Lines {
        last: numbers.last().copied(),
        numbers: numbers.into(),
        folder,
        wanted,
        after,
        file: None,
    })
}

/// Lines that are wanted, in their order.
#[derive(Debug)]
pub struct Lines {
    folder: Folder,
    wanted: Wanted,
    after: Option<u64>,
    /// Files that are still to be read.
    numbers: VecDeque<u64>,
    /// The last one of the chain.
    last: Option<u64>,
    file: Option<OneFile>,
}

impl Iterator for Lines {
    type Item = Result<Line, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(file) = &mut self.file {
                match file.next(&self.wanted).transpose() {
                    Some(Err(ReadError::File(error))) => {
                        self.file = None;
                        self.numbers.clear();
                        return Some(Err(error.into()));
                    }
                    Some(found) => return Some(found),
                    None => self.file = None,
                }
            }
            let number = match self.wanted.order {
                Order::NewestFirst => self.numbers.pop_back(),
                Order::OldestFirst => self.numbers.pop_front(),
            }?;
            let is_last = self.last == Some(number);
            match OneFile::open(&self.folder, number, is_last, &self.wanted, self.after) {
                Ok(file) => self.file = file,
                Err(error) => {
                    self.numbers.clear();
                    return Some(Err(error.into()));
                }
            }
        }
    }
}
