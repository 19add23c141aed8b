//! The file as a whole.

use std::io::{self, Read, Write};
use std::path::Path;

use crate::folder;

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
    let mut file = folder::open(path)?;
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

/// Computes the checksum of what is written through it. Can hold back the last of it, to
/// be changed before it is written.
pub(super) struct HashingWriter<W> {
    inner: W,
    hasher: crc32fast::Hasher,
    bytes: u64,
    held: Option<Vec<u8>>,
}

impl<W: Write> HashingWriter<W> {
    /// Writes to `inner`.
    pub(super) fn new(inner: W) -> Self {
        Self {
            inner,
            hasher: crc32fast::Hasher::new(),
            bytes: 0,
            held: None,
        }
    }

    /// Holds back what comes from here on.
    pub(super) fn hold(&mut self) {
        self.held.get_or_insert_default();
    }

    /// Writes what was held back, after `change`.
    ///
    /// # Errors
    ///
    /// Where it could not be written.
    pub(super) fn release(&mut self, change: impl FnOnce(&mut [u8])) -> io::Result<()> {
        let mut held = self.held.take().unwrap_or_default();
        change(&mut held);
        self.write_all(&held)
    }

    /// How many bytes were written, or held back.
    pub(super) fn written(&self) -> u64 {
        self.bytes + self.held.as_ref().map_or(0, |held| held.len() as u64)
    }

    /// Of all that was written.
    pub(super) fn checksum(&self) -> Checksum {
        Checksum {
            bytes: self.bytes,
            crc32: self.hasher.clone().finalize(),
        }
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if let Some(held) = &mut self.held {
            held.extend_from_slice(buffer);
            return Ok(buffer.len());
        }
        let written = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
