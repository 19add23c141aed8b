//! Reading parts of a file from any number of threads at once.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// A file that is read at offsets. The `parquet` crate's own reader of files moves the
/// one cursor that all threads share.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    length: u64,
}

impl Source {
    /// Reads from `file`.
    ///
    /// # Errors
    ///
    /// Where its length cannot be told.
    pub(super) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }

    /// How many bytes it has.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Reads a part into `buffer`, which has no more than it afterwards.
    ///
    /// # Errors
    ///
    /// Where the file ends before, or cannot be read.
    pub(super) fn read(&self, offset: u64, length: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
        let is_within = offset
            .checked_add(length as u64)
            .is_some_and(|end| end <= self.length);
        if !is_within {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer.resize(length, 0);
        self.file.read_exact_at(buffer, offset)
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Source {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let length = usize::try_from(self.length.saturating_sub(start));
        let length = length.map_err(|error| ParquetError::External(error.into()))?;
        Ok(self.get_bytes(start, length)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut buffer = Vec::new();
        self.read(start, length, &mut buffer)?;
        Ok(buffer.into())
    }
}
