//! Reading lines again: of a period, of a caller, of a case, page by page.
//!
//! Needs no writer, and may run beside one. Does not verify.

mod backwards;
mod bounds;
mod file;
mod wanted;

use std::collections::VecDeque;
use std::path::Path;
use std::time::Instant;

use crate::error::FileError;
use crate::folder::Folder;
use crate::line::Line;

use file::{Next, OneFile};
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
    /// It is later than was said that it may become. Nothing comes behind it.
    #[error("read the audit: it took too long, up to sequence {sequence}")]
    TookTooLong {
        /// The last line that was looked at: what is wanted comes behind it, if it does.
        sequence: u64,
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
pub fn read(folder: &Path, wanted: Wanted, after: Option<u64>) -> Result<Lines, FileError> {
    let folder = Folder::at(folder);
    let numbers = folder.numbers()?;
    Ok(Lines {
        last: numbers.last().copied(),
        numbers: numbers.into(),
        folder,
        wanted,
        after,
        file: None,
        deadline: None,
        others: 0,
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
    deadline: Option<Instant>,
    /// Lines that did not fit.
    others: u64,
}

/// After how many lines that do not fit the clock is looked at.
const LOOK_EVERY: u64 = 256;

impl Lines {
    /// The same, but no line is looked for any more when it is later than this.
    #[must_use]
    pub const fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Gives out nothing more.
    fn end(&mut self) {
        self.file = None;
        self.numbers.clear();
    }
}

impl Iterator for Lines {
    type Item = Result<Line, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(file) = &mut self.file {
                match file.next(&self.wanted) {
                    Ok(Next::Line(line)) => return Some(Ok(line)),
                    Ok(Next::Other(sequence)) => {
                        self.others += 1;
                        let is_time_to_look = self.others.is_multiple_of(LOOK_EVERY);
                        let is_late = |deadline| Instant::now() >= deadline;
                        if is_time_to_look && self.deadline.is_some_and(is_late) {
                            self.end();
                            return Some(Err(ReadError::TookTooLong { sequence }));
                        }
                        continue;
                    }
                    Ok(Next::End) => self.file = None,
                    Err(error) => {
                        if !matches!(error, ReadError::Damaged { .. }) {
                            self.end();
                        }
                        return Some(Err(error));
                    }
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
                    self.end();
                    return Some(Err(error.into()));
                }
            }
        }
    }
}
