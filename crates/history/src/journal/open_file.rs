//! Writing down which translations were open when a generation began.

use std::io::{self, Write};
use std::path::Path;

use model::Timestamp;

use super::{OpenSet, block, entry};
use crate::folder::create;

/// Bytes after which a block is written.
const FULL: usize = 256 << 10;

/// Writes the file `N.open` of a generation under a temporary name, syncs it and gives
/// it its name.
///
/// # Errors
///
/// Where it cannot be written; what had its name before is untouched.
pub(crate) fn write_open(
    path: &Path,
    generation: u64,
    open: &OpenSet,
    now: Timestamp,
) -> io::Result<()> {
    let temporary = path.with_extension("open.tmp");
    let mut file = create(&temporary)?;
    file.write_all(&block::file_header(generation))?;
    let mut block = vec![0; block::BLOCK_HEADER];
    let (mut first, mut entries) = (0, 0);
    let mut outcome = Ok(());
    let mut close = |block: &mut Vec<u8>, entries: &mut u32| {
        block::close(block, generation, first, *entries, now);
        first += u64::from(*entries);
        *entries = 0;
        let written = file.write_all(block);
        block.truncate(block::BLOCK_HEADER);
        written
    };
    open.each(|begun, seen_at| {
        entry::encode_open(begun, seen_at, &mut block);
        entries += 1;
        if block.len() >= FULL && outcome.is_ok() {
            outcome = close(&mut block, &mut entries);
        }
    });
    outcome?;
    close(&mut block, &mut entries)?;
    file.sync_all()?;
    std::fs::rename(temporary, path)
}
