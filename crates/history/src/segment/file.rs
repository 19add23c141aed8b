//! The file as a whole.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What tells whether a file is the one that was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Checksum {
    /// Its length.
    pub(crate) bytes: u64,
    /// CRC-32 (that of gzip) of all its bytes.
    pub(crate) crc32: u32,
}

/// Reads a file from start to end for its checksum.
///
/// # Errors
///
/// Where it cannot be read.
pub(crate) fn checksum(path: &Path) -> io::Result<Checksum> {
    let mut file = File::open(path)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Checksum {
        bytes,
        crc32: hasher.finalize(),
    })
}
