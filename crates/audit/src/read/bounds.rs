//! Where in a file the lines of a page are: numbers and times of one file are in
//! order, so half of what is left is ruled out with each look.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::line::{LONGEST, Parts};

/// Less is not worth a look.
const ENOUGH: u64 = 64 << 10;

/// Finds offsets of lines: before the first, all lines are before what is wanted, and
/// from the second on, none is.
///
/// The first lines between them may be on either side; and all of them where a line
/// cannot be read.
pub(super) fn bisect(
    file: &File,
    length: u64,
    is_before: impl Fn(&Parts<'_>) -> bool,
) -> io::Result<(u64, u64)> {
    let (mut low, mut high) = (0, length);
    let mut bytes = Vec::new();
    while high - low > ENOUGH {
        let middle = low + (high - low) / 2;
        let Some((begin, end)) = line_behind(file, middle, high, &mut bytes)? else {
            break;
        };
        let Some(parts) = Parts::of(&bytes) else {
            break;
        };
        if is_before(&parts) {
            low = end;
        } else {
            high = begin;
        }
    }
    Ok((low, high))
}

/// Reads the first line that begins behind an offset and ends before another; returns
/// where it begins and ends.
fn line_behind(
    file: &File,
    offset: u64,
    high: u64,
    line: &mut Vec<u8>,
) -> io::Result<Option<(u64, u64)>> {
    let mut size = 8 << 10;
    loop {
        let size_here = (high - offset).min(size);
        line.resize(usize::try_from(size_here).unwrap_or(0), 0);
        file.read_exact_at(line, offset)?;
        let mut ends = line
            .iter()
            .enumerate()
            .filter_map(|(at, byte)| (*byte == b'\n').then_some(at + 1));
        if let (Some(begin), Some(end)) = (ends.next(), ends.next()) {
            line.truncate(end);
            line.drain(..begin);
            return Ok(Some((offset + begin as u64, offset + end as u64)));
        }
        if size_here < size || size > 2 * LONGEST as u64 {
            return Ok(None);
        }
        size *= 4;
    }
}
