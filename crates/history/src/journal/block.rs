//! Files of checked blocks.
//!
//! A file begins with a header; numbers are little-endian:
//!
//! | bytes | is |
//! |---|---|
//! | 8 | [`MAGIC`] |
//! | 4 | [`VERSION`] |
//! | 8 | generation |
//! | 4 | CRC-32 of these |
//!
//! and goes on with blocks:
//!
//! | bytes | is |
//! |---|---|
//! | 4 | length of the payload |
//! | 4 | CRC-32 of the generation, the rest of this header and the payload |
//! | 8 | number of the first entry, counted from the start of the file |
//! | 4 | number of entries |
//! | 8 | when it was written, nanoseconds since 1970 |
//! | … | payload: entries |
//!
//! The number of the first entry and the generation tell a block from one that stood
//! at the same place before.

use model::Timestamp;

use super::bytes::{Input, Malformed};

/// The first bytes of a file; some are no text, so that nothing takes it for one.
const MAGIC: [u8; 8] = *b"nAtJ\x00\x8d\x0a\x1a";
/// The version of this format.
const VERSION: u32 = 1;
/// Bytes before the first block.
pub(super) const FILE_HEADER: usize = 24;
/// Bytes of a block before its payload.
pub(super) const BLOCK_HEADER: usize = 28;
/// The most bytes that a payload has; a length above is damage.
pub(super) const LONGEST: usize = 1 << 24;

/// What the header of a block says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    pub(super) length: usize,
    crc32: u32,
    pub(super) first: u64,
    pub(super) entries: u32,
    pub(super) written_at: Timestamp,
}

/// The header of a file.
pub(super) fn file_header(generation: u64) -> [u8; FILE_HEADER] {
    let mut header = [0; FILE_HEADER];
    header[..8].copy_from_slice(&MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[12..20].copy_from_slice(&generation.to_le_bytes());
    let crc32 = crc32fast::hash(&header[..20]);
    header[20..].copy_from_slice(&crc32.to_le_bytes());
    header
}

/// What is wrong with the header of a file, if anything.
pub(super) fn check_file_header(header: &[u8], generation: u64) -> Result<(), Malformed> {
    let mut input = Input::new(header);
    if input.array()? != MAGIC {
        return Err(Malformed("header of the file"));
    }
    if input.u32()? != VERSION {
        return Err(Malformed("version of the file"));
    }
    if header != file_header(generation) {
        return Err(Malformed("header of the file"));
    }
    Ok(())
}

/// Fills in the header of a block that has its payload already.
pub(super) fn close(block: &mut [u8], generation: u64, first: u64, entries: u32, at: Timestamp) {
    let length = (block.len() - BLOCK_HEADER) as u32;
    block[..4].copy_from_slice(&length.to_le_bytes());
    block[8..16].copy_from_slice(&first.to_le_bytes());
    block[16..20].copy_from_slice(&entries.to_le_bytes());
    block[20..28].copy_from_slice(&at.0.to_le_bytes());
    let crc32 = checksum(
        generation,
        &block[..4],
        &block[8..BLOCK_HEADER],
        &block[BLOCK_HEADER..],
    );
    block[4..8].copy_from_slice(&crc32.to_le_bytes());
}

/// Reads the header of a block.
pub(super) fn header(bytes: &[u8; BLOCK_HEADER]) -> Result<Header, Malformed> {
    let mut input = Input::new(bytes);
    let header = Header {
        length: input.u32()? as usize,
        crc32: input.u32()?,
        first: input.u64()?,
        entries: input.u32()?,
        written_at: Timestamp(input.i64()?),
    };
    if header.length > LONGEST {
        return Err(Malformed("length of a block"));
    }
    Ok(header)
}

/// Whether a block is the one that was written.
pub(super) fn is_whole(bytes: &[u8; BLOCK_HEADER], payload: &[u8], generation: u64) -> bool {
    header(bytes)
        .is_ok_and(|header| header.crc32 == checksum(generation, &bytes[..4], &bytes[8..], payload))
}

fn checksum(generation: u64, length: &[u8], rest: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&generation.to_le_bytes());
    hasher.update(length);
    hasher.update(rest);
    hasher.update(payload);
    hasher.finalize()
}
