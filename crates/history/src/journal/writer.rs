//! The journal of one generation, while it grows.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Gap, Match, Timestamp};

use super::{block, entry, identity};
use crate::RemotePolicy;
use crate::folder::MODE;

/// Bytes after which a block is written without waiting for more.
const FULL: usize = 256 << 10;

/// The journal of one generation, while it grows.
///
/// Entries gather in a block, which [`Writer::flush`] writes with one call. What was
/// written survives the process; what was synced survives the machine.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    file: Arc<File>,
    generation: u64,
    remote: RemotePolicy,
    /// The next block: room for its header, then its payload.
    block: Vec<u8>,
    entries: u32,
    /// Entries in blocks that were written.
    first: u64,
    /// Bytes of the file that are whole blocks.
    length: u64,
}

impl Writer {
    /// Makes a new journal.
    ///
    /// # Errors
    ///
    /// Where it cannot be made; nothing is left of it then.
    pub(crate) fn create(path: &Path, generation: u64, remote: RemotePolicy) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(MODE)
            .open(path)?;
        if let Err(error) = file.write_all_at(&block::file_header(generation), 0) {
            std::fs::remove_file(path)?;
            return Err(error);
        }
        Ok(Self::new(
            path,
            file,
            generation,
            remote,
            block::FILE_HEADER as u64,
            0,
        ))
    }

    /// Goes on with one whose first `length` bytes are whole blocks with `entries`
    /// entries; cuts off what follows.
    ///
    /// # Errors
    ///
    /// Where it cannot be opened.
    pub(crate) fn reopen(
        path: &Path,
        generation: u64,
        remote: RemotePolicy,
        length: u64,
        entries: u64,
    ) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(length)?;
        Ok(Self::new(path, file, generation, remote, length, entries))
    }

    fn new(
        path: &Path,
        file: File,
        generation: u64,
        remote: RemotePolicy,
        length: u64,
        first: u64,
    ) -> Self {
        let mut block = Vec::with_capacity(FULL + 4096);
        block.resize(block::BLOCK_HEADER, 0);
        Self {
            path: path.to_owned(),
            file: Arc::new(file),
            generation,
            remote,
            block,
            entries: 0,
            first,
            length,
        }
    }

    /// Adds a translation that began or, where it has an end, ended.
    pub(crate) fn add(&mut self, record: &Match) {
        self.entries += 1;
        entry::encode(record, &mut self.block, |block| {
            identity::encode(record, self.remote, block);
        });
    }

    /// Adds the end of a translation that an earlier entry of this identity began.
    pub(crate) fn add_end(&mut self, identity: &[u8], record: &Match) {
        self.entries += 1;
        entry::encode(record, &mut self.block, |block| {
            block.extend_from_slice(identity)
        });
    }

    /// Adds a gap.
    pub(crate) fn add_gap(&mut self, gap: &Gap) {
        self.entries += 1;
        entry::encode_gap(gap, &mut self.block);
    }

    /// Whether enough has gathered to be written.
    pub(crate) fn is_full(&self) -> bool {
        self.block.len() >= FULL
    }

    /// Whether there is anything that is not written.
    pub(crate) fn has_unwritten(&self) -> bool {
        self.entries > 0
    }

    /// Writes what has gathered, even if it is nothing: the block then says that
    /// natconnd was alive. What cannot be written is kept.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(crate) fn flush(&mut self, now: Timestamp) -> io::Result<()> {
        block::close(
            &mut self.block,
            self.generation,
            self.first,
            self.entries,
            now,
        );
        // What a failed attempt has left is overwritten: this has all of that, and more.
        self.file.write_all_at(&self.block, self.length)?;
        self.length += self.block.len() as u64;
        self.first += u64::from(self.entries);
        self.entries = 0;
        self.block.truncate(block::BLOCK_HEADER);
        Ok(())
    }

    /// The file, for whoever syncs it.
    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that were written.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}
