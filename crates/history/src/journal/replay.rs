//! Reading a journal up to its first damage.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use model::Timestamp;

use super::block::{self, BLOCK_HEADER, FILE_HEADER};
use super::bytes::Input;
use super::entry::{self, Entry};

/// How far a journal could be read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Replayed {
    /// Bytes up to the end of the last whole block; zero where not even the file's
    /// header is whole.
    pub(crate) length: u64,
    /// Entries in these.
    pub(crate) entries: u64,
    /// When the first block was written.
    pub(crate) first_at: Option<Timestamp>,
    /// When the last one was written.
    pub(crate) last_at: Option<Timestamp>,
    /// Why what follows could not be read; nothing follows where `None`.
    pub(crate) fault: Option<String>,
}

/// Calls `visit` with each entry of the whole blocks before the first damage, and
/// when its block was written. Nothing of a block is visited before all of it was
/// understood. `after` says what was visited before, and is passed over.
///
/// # Errors
///
/// Where the file cannot be opened. One that cannot be read to the end is damaged.
pub(crate) fn replay(
    path: &Path,
    generation: u64,
    after: Option<&Replayed>,
    mut visit: impl FnMut(&Entry, Timestamp),
) -> io::Result<Replayed> {
    let mut file = File::open(path)?;
    let mut replayed = after.cloned().unwrap_or_default();
    file.seek(SeekFrom::Start(replayed.length))?;
    let mut input = BufReader::with_capacity(1 << 18, file);
    let outcome = read(&mut input, generation, &mut replayed, &mut visit);
    replayed.fault = outcome.err();
    Ok(replayed)
}

fn read(
    input: &mut impl Read,
    generation: u64,
    replayed: &mut Replayed,
    visit: &mut impl FnMut(&Entry, Timestamp),
) -> Result<(), String> {
    if replayed.length == 0 {
        let mut header = [0; FILE_HEADER];
        if fill(input, &mut header)? < FILE_HEADER {
            return Err("the header of the file is cut off".to_owned());
        }
        block::check_file_header(&header, generation).map_err(|error| error.to_string())?;
        replayed.length = FILE_HEADER as u64;
    }
    let mut payload = Vec::new();
    loop {
        let mut bytes = [0; BLOCK_HEADER];
        match fill(input, &mut bytes)? {
            0 => return Ok(()),
            BLOCK_HEADER => {}
            _ => return Err(at(replayed, "the header of a block is cut off")),
        }
        let header = block::header(&bytes).map_err(|error| at(replayed, &error.to_string()))?;
        payload.resize(header.length, 0);
        if fill(input, &mut payload)? < header.length {
            return Err(at(replayed, "a block is cut off"));
        }
        if !block::is_whole(&bytes, &payload, generation) {
            return Err(at(replayed, "the checksum of a block is wrong"));
        }
        if header.first != replayed.entries {
            return Err(at(replayed, "a block is missing"));
        }
        each(&payload, header.entries, |_| {}).map_err(|error| at(replayed, &error))?;
        each(&payload, header.entries, |entry| {
            visit(entry, header.written_at)
        })?;
        replayed.length += (BLOCK_HEADER + header.length) as u64;
        replayed.entries += u64::from(header.entries);
        replayed.first_at = replayed.first_at.or(Some(header.written_at));
        replayed.last_at = Some(header.written_at);
    }
}

fn each(payload: &[u8], entries: u32, mut visit: impl FnMut(&Entry)) -> Result<(), String> {
    let mut input = Input::new(payload);
    for _ in 0..entries {
        let entry = entry::decode(&mut input).map_err(|error| error.to_string())?;
        visit(&entry);
    }
    if input.is_empty() {
        Ok(())
    } else {
        Err("a block has more than its entries".to_owned())
    }
}

fn at(replayed: &Replayed, cause: &str) -> String {
    format!("at byte {}: {cause}", replayed.length)
}

/// Reads until the buffer is full or the file at its end; says how much.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> Result<usize, String> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(filled)
}
