//! Reading a journal, past its damage too.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use model::Timestamp;

use super::block::{self, BLOCK_HEADER, FILE_HEADER, Header};
use super::bytes::Input;
use super::entry::{self, Entry};
use super::scan::next_whole;
use crate::folder::{self, is_no_file, is_passing};

/// How far a journal could be read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Replayed {
    /// Bytes up to the end of the last whole block; zero where not even the file's
    /// header is whole, and no block after it.
    pub(crate) length: u64,
    /// Entries up to there, those that could not be read included.
    pub(crate) entries: u64,
    /// When the first block was written.
    pub(crate) first_at: Option<Timestamp>,
    /// When the last one was written.
    pub(crate) last_at: Option<Timestamp>,
    /// What could not be read although something whole comes after it.
    pub(crate) holes: Vec<Hole>,
    /// Why what follows could not be read; nothing follows where `None`.
    pub(crate) fault: Option<String>,
}

/// Damage with something whole after it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Hole {
    /// Where it is, and what is wrong there.
    pub(crate) fault: String,
    /// Entries that could not be read.
    pub(crate) entries: u64,
    /// When the last block before it was written; `None` where there is none.
    pub(crate) from: Option<Timestamp>,
    /// When the first block after it was written.
    pub(crate) to: Timestamp,
}

/// Calls `visit` with each entry of the whole blocks, and when its block was written.
/// Nothing of a block is visited before all of it was understood. `after` says what was
/// visited before, and is passed over.
///
/// # Errors
///
/// Where the file cannot be opened, or not be read just now. One that cannot be read to
/// the end whenever it is tried is damaged.
pub(crate) fn replay(
    path: &Path,
    generation: u64,
    after: Option<&Replayed>,
    mut visit: impl FnMut(&Entry, Timestamp),
) -> io::Result<Replayed> {
    let mut replayed = after.cloned().unwrap_or_default();
    let file = match folder::open(path) {
        Err(error) if is_no_file(&error) => {
            replayed.fault = Some(error.to_string());
            return Ok(replayed);
        }
        other => other?,
    };
    let mut input = BufReader::with_capacity(1 << 18, file);
    input.seek(SeekFrom::Start(replayed.length))?;
    let mut journal = Journal {
        input,
        generation,
        payload: Vec::new(),
        at: replayed.length,
        replayed,
        hole: None,
    };
    journal.replayed.fault = match journal.replay(&mut visit) {
        Ok(()) => journal.hole,
        Err(Fault::Damage(cause)) => Some(cause),
        Err(Fault::System(error)) => return Err(error),
    };
    Ok(journal.replayed)
}

/// A journal that is being read.
struct Journal {
    input: BufReader<File>,
    generation: u64,
    payload: Vec<u8>,
    replayed: Replayed,
    /// Where it is read.
    at: u64,
    /// What is wrong with what stands before, as long as nothing whole has come.
    hole: Option<String>,
}

/// Why a journal could not be read on.
enum Fault {
    /// The system could not read it just now.
    System(io::Error),
    /// It is not what was written.
    Damage(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if is_passing(&error) {
            Self::System(error)
        } else {
            Self::Damage(error.to_string())
        }
    }
}

impl Journal {
    fn replay(&mut self, visit: &mut impl FnMut(&Entry, Timestamp)) -> Result<(), Fault> {
        if self.at == 0 {
            self.header()?;
        }
        loop {
            // One that is being written may be whole when it is looked at again.
            let (again_from, cause) = match self.next_block() {
                Ok(None) => return Ok(()),
                Ok(Some(header)) => match self.take(&header, visit) {
                    Ok(()) => continue,
                    Err(cause) => (self.at + 1, cause),
                },
                Err(Fault::Damage(cause)) => (self.at, cause),
                Err(fault) => return Err(fault),
            };
            let cause = self.hole.take().unwrap_or(cause);
            let (file, entries) = (self.input.get_ref(), self.replayed.entries);
            let next = next_whole(file, again_from, self.generation, entries)?;
            let Some(next) = next else {
                return Err(Fault::Damage(cause));
            };
            self.hole = (next > self.at).then_some(cause);
            self.at = next;
            self.input.seek(SeekFrom::Start(next))?;
        }
    }

    /// Reads the header of the file. One that is damaged is a hole: blocks say
    /// themselves that they are of this generation.
    fn header(&mut self) -> Result<(), Fault> {
        let mut header = [0; FILE_HEADER];
        if self.fill(&mut header)? < FILE_HEADER {
            return Err(Fault::Damage(
                "the header of the file is cut off".to_owned(),
            ));
        }
        self.at = FILE_HEADER as u64;
        match block::check_file_header(&header, self.generation) {
            Ok(()) => self.replayed.length = self.at,
            Err(error) => self.hole = Some(format!("at byte 0: {error}")),
        }
        Ok(())
    }

    /// Reads the block that stands here into the payload; nothing at the end.
    fn next_block(&mut self) -> Result<Option<Header>, Fault> {
        let mut bytes = [0; BLOCK_HEADER];
        match self.fill(&mut bytes)? {
            0 => return Ok(None),
            BLOCK_HEADER => {}
            _ => return Err(self.damage("the header of a block is cut off")),
        }
        let header = block::header(&bytes).map_err(|error| self.damage(&error.to_string()))?;
        let mut payload = std::mem::take(&mut self.payload);
        payload.resize(header.length, 0);
        let filled = self.fill(&mut payload);
        self.payload = payload;
        if filled? < header.length {
            return Err(self.damage("a block is cut off"));
        }
        if !block::is_whole(&bytes, &self.payload, self.generation) {
            return Err(self.damage("the checksum of a block is wrong"));
        }
        Ok(Some(header))
    }

    /// Visits the entries of the block that was read, if it belongs here and all of it is
    /// understood.
    fn take(
        &mut self,
        header: &Header,
        visit: &mut impl FnMut(&Entry, Timestamp),
    ) -> Result<(), String> {
        let Some(missing) = header.first.checked_sub(self.replayed.entries) else {
            return Err(self.located("a block stands there twice"));
        };
        each(&self.payload, header.entries, |_| {}).map_err(|cause| self.located(&cause))?;
        each(&self.payload, header.entries, |entry| {
            visit(entry, header.written_at)
        })?;
        if missing > 0 && self.hole.is_none() {
            self.hole = Some(self.located("a block is missing before it"));
        }
        let replayed = &mut self.replayed;
        if let Some(fault) = self.hole.take() {
            replayed.holes.push(Hole {
                fault,
                entries: missing,
                from: replayed.last_at,
                to: header.written_at,
            });
        }
        self.at += (BLOCK_HEADER + header.length) as u64;
        replayed.length = self.at;
        replayed.entries = header.first + u64::from(header.entries);
        replayed.first_at = replayed.first_at.or(Some(header.written_at));
        replayed.last_at = Some(header.written_at);
        Ok(())
    }

    fn damage(&self, cause: &str) -> Fault {
        Fault::Damage(self.located(cause))
    }

    fn located(&self, cause: &str) -> String {
        format!("at byte {}: {cause}", self.at)
    }

    /// Reads until the buffer is full or the file at its end; says how much.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.input.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(filled)
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
