//! The lines of a file, the last one first, in little memory.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::line::LONGEST;

/// How much is read at once.
const READ_AT_ONCE: u64 = 64 << 10;

/// Reads lines from the end to the beginning.
#[derive(Debug)]
pub(super) struct Backwards {
    file: File,
    /// Where what was read and not yet given out begins.
    begin: u64,
    bytes: Vec<u8>,
    /// Whether the end of the line that is being read was given up, as it is too long.
    is_dropped: bool,
}

impl Backwards {
    /// The lines before an offset.
    pub(super) const fn new(file: File, end: u64) -> Self {
        Self {
            file,
            begin: end,
            bytes: Vec::new(),
            is_dropped: false,
        }
    }

    /// The one before, with where it begins; nothing of one that is too long.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            // The last byte is the end of the line itself, unless that was given up.
            let is_whole = usize::from(!self.is_dropped);
            let inner = self.bytes.len().saturating_sub(is_whole);
            let end = self.bytes[..inner].iter().rposition(|byte| *byte == b'\n');
            if let Some(end) = end {
                let line = self.bytes.split_off(end + 1);
                let line = self.unless_dropped(line);
                return Ok(Some((self.begin + end as u64 + 1, line)));
            }
            if self.begin == 0 {
                let line = std::mem::take(&mut self.bytes);
                let line = self.unless_dropped(line);
                return Ok((!line.is_empty()).then_some((0, line)));
            }
            if self.bytes.len() > LONGEST {
                self.is_dropped = true;
                self.bytes.clear();
            }
            let size = self.begin.min(READ_AT_ONCE);
            self.begin -= size;
            let mut block = vec![0; usize::try_from(size).unwrap_or(0)];
            self.file.read_exact_at(&mut block, self.begin)?;
            block.append(&mut self.bytes);
            self.bytes = block;
        }
    }

    fn unless_dropped(&mut self, line: Vec<u8>) -> Vec<u8> {
        match std::mem::take(&mut self.is_dropped) {
            true => b"\n".to_vec(),
            false => line,
        }
    }
}
