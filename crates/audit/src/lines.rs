//! The lines of a file, one after the other, in little memory whatever the file is.

use std::io::{self, BufRead};

use crate::line::LONGEST;

/// Reads lines.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    input: R,
    line: Vec<u8>,
    /// Where the next line begins.
    offset: u64,
}

/// What stands in a line's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found<'a> {
    /// A line with its end.
    Line(&'a [u8]),
    /// More bytes than a line can have, up to the next end of a line or of the file.
    TooLong,
    /// The bytes behind the last end of a line.
    Torn(&'a [u8]),
}

impl<R: BufRead> Lines<R> {
    /// The lines of what is left of an input, which begins at an offset.
    pub(crate) const fn new(input: R, offset: u64) -> Self {
        Self {
            input,
            line: Vec::new(),
            offset,
        }
    }

    /// Where the next line begins.
    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    /// The next one; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> io::Result<Option<Found<'_>>> {
        self.line.clear();
        let (mut is_too_long, mut is_whole) = (false, false);
        while !is_whole {
            let bytes = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if bytes.is_empty() {
                break;
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            is_whole = end.is_some();
            let used = end.map_or(bytes.len(), |end| end + 1);
            if self.line.len() + used > LONGEST {
                is_too_long = true;
                self.line.clear();
            }
            if !is_too_long {
                self.line.extend_from_slice(&bytes[..used]);
            }
            self.input.consume(used);
            self.offset += used as u64;
        }
        Ok(match (is_too_long, is_whole) {
            (true, _) => Some(Found::TooLong),
            (false, true) => Some(Found::Line(&self.line)),
            (false, false) if self.line.is_empty() => None,
            (false, false) => Some(Found::Torn(&self.line)),
        })
    }
}
