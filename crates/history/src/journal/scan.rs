//! Finding the next whole block after damage.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::block::{self, BLOCK_HEADER, Header};
use super::entry::{LONGEST, SHORTEST};

/// Bytes that are looked through at once.
const WINDOW: usize = 1 << 20;

/// Where the next whole block of a generation begins, at `from` or after it; nothing
/// where there is none. `entries` have come before.
///
/// # Errors
///
/// Where the file cannot be read.
pub(super) fn next_whole(
    file: &File,
    from: u64,
    generation: u64,
    entries: u64,
) -> io::Result<Option<u64>> {
    let length = file.metadata()?.len();
    let mut window = Vec::new();
    let mut payload = Vec::new();
    let mut start = from;
    while start.saturating_add(BLOCK_HEADER as u64) <= length {
        let rest = usize::try_from(length - start).unwrap_or(WINDOW);
        window.resize(rest.min(WINDOW), 0);
        file.read_exact_at(&mut window, start)?;
        for (place, bytes) in (start..).zip(window.array_windows::<BLOCK_HEADER>()) {
            let Ok(header) = block::header(bytes) else {
                continue;
            };
            let room = length - place - BLOCK_HEADER as u64;
            if header.length as u64 > room || !may_be_next(&header, entries, place - from) {
                continue;
            }
            payload.resize(header.length, 0);
            file.read_exact_at(&mut payload, place + BLOCK_HEADER as u64)?;
            if block::is_whole(bytes, &payload, generation) {
                return Ok(Some(place));
            }
        }
        start += (window.len() - BLOCK_HEADER + 1) as u64;
    }
    Ok(None)
}

/// Whether this can be the header of a block that comes so many bytes after `entries`
/// entries. Nearly nothing else looks like that, so hardly a checksum is computed in vain.
fn may_be_next(header: &Header, entries: u64, after: u64) -> bool {
    let missing = after / SHORTEST as u64;
    let fits = |length: usize, entries: usize| {
        (entries * SHORTEST..=entries.saturating_mul(LONGEST)).contains(&length)
    };
    (entries..=entries.saturating_add(missing)).contains(&header.first)
        && fits(header.length, header.entries as usize)
}
