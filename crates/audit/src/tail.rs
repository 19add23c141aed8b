//! The ends of a file: its first and its last line, without all that is between.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use model::Timestamp;

use crate::line::{LONGEST, Parts};

/// The first line of a file, with its end; `None` where there is no whole one.
pub(crate) fn first_line(file: &File, length: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = part(file, 0, length.min(LONGEST as u64))?;
    let end = bytes.iter().position(|byte| *byte == b'\n');
    Ok(end.map(|end| {
        bytes.truncate(end + 1);
        bytes
    }))
}

/// The last line of a file up to a length, with its end; `None` where there is no whole
/// one. What is behind it is left out.
pub(crate) fn last_line(file: &File, length: u64) -> io::Result<Option<Vec<u8>>> {
    // Twice, for a line that is torn may be behind it.
    let begin = length.saturating_sub(2 * LONGEST as u64);
    let bytes = part(file, begin, length - begin)?;
    let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') else {
        return Ok(None);
    };
    let before = bytes[..end].iter().rposition(|byte| *byte == b'\n');
    Ok(match before {
        Some(before) => Some(bytes[before + 1..=end].to_vec()),
        None => (begin == 0).then(|| bytes[..=end].to_vec()),
    })
}

/// When the first and the last line were written; `None` where one is no line.
pub(crate) fn times(file: &File, length: u64) -> io::Result<Option<(Timestamp, Timestamp)>> {
    let first = first_line(file, length)?;
    let last = last_line(file, length)?;
    let time = |line: Option<Vec<u8>>| Parts::of(&line?)?.timestamp();
    Ok(time(first).zip(time(last)))
}

fn part(file: &File, begin: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    file.read_exact_at(&mut bytes, begin)?;
    Ok(bytes)
}
