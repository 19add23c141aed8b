//! Going on with the chain that is there, whatever a crash has left of it.
//!
//! What follows the remembered head was never acknowledged: whole lines stay, and what
//! is no whole line is moved aside. Where the remembered line is not in its place,
//! nothing that is there is touched: a new file goes on from the remembered line, so
//! that the hole stays to be seen for ever.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use model::Timestamp;

use crate::chain::{BEFORE_ALL, Chain, first_line};
use crate::error::{Doing, FileError};
use crate::folder::Folder;
use crate::head::{End, Head};
use crate::line::{self, ENDING, Line, Parts};
use crate::lines::{Found, Lines};
use crate::status::{Moved, Recovery};
use crate::tail;

/// Goes on with the chain of a folder, or begins one. `known` is the last line that
/// was acknowledged by this process; else what the folder remembers counts.
pub(crate) fn open(
    folder: &Folder,
    gateway: &str,
    known: Option<End>,
    now: Timestamp,
) -> Result<(Chain, Option<Recovery>), FileError> {
    folder.remove_temporary()?;
    let opening = Opening {
        folder,
        gateway,
        now,
    };
    let numbers = folder.numbers()?;
    let remembered = match known {
        Some(end) => Some(end),
        None => folder.read_head()?,
    };
    let has_memory = folder.head().symlink_metadata().is_ok();
    match (remembered, numbers.last()) {
        (None, None) => Ok((opening.first()?, None)),
        // Only a file's first line is remembered before the file is there.
        (Some(end), None) if end.head.sequence == 1 => Ok((opening.first()?, None)),
        (Some(end), None) => {
            let found = format!("there is no file, expected {}", place(end));
            opening.anew(end.head, end.file, found)
        }
        (Some(end), Some(last)) => opening.after(end, &numbers, *last),
        (None, Some(last)) => opening.without_head(*last, has_memory),
    }
}

struct Opening<'a> {
    folder: &'a Folder,
    gateway: &'a str,
    now: Timestamp,
}

fn place(end: End) -> String {
    let name = Folder::name(end.file);
    format!("line {} at the end of {name}", end.head.sequence)
}

type Opened = (Chain, Option<Recovery>);

impl Opening<'_> {
    /// Begins a chain.
    fn first(&self) -> Result<Chain, FileError> {
        let (bytes, end) = first_line(BEFORE_ALL, self.now, self.gateway, 1);
        // First, so that a head that is missing is never the work of a crash.
        let head_file = self.folder.create_head(end)?;
        let file = self.folder.create(1, &bytes)?;
        Ok(self.chain(file, head_file, end))
    }

    fn chain(&self, file: File, head_file: File, end: End) -> Chain {
        Chain {
            folder: self.folder.clone(),
            gateway: self.gateway.to_owned(),
            file,
            head_file,
            end,
            began_at: self.now,
            last_at: self.now,
            has_requests: false,
        }
    }

    /// Goes on in a new file, from a line that is known, and leaves all that is there.
    fn anew(&self, head: Head, last_file: u64, found: String) -> Result<Opened, FileError> {
        let number = last_file + 1;
        let (bytes, end) = first_line(head, self.now, self.gateway, number);
        let file = self.folder.create(number, &bytes)?;
        let head_file = self.folder.create_head(end)?;
        let recovery = Recovery {
            found,
            is_loss: true,
            moved: None,
        };
        Ok((self.chain(file, head_file, end), Some(recovery)))
    }

    /// Goes on from the line that is remembered.
    fn after(&self, end: End, numbers: &[u64], last: u64) -> Result<Opened, FileError> {
        let anew = |found: &str| {
            let found = format!("{found}, expected {}", place(end));
            self.anew(end.head, last.max(end.file), found)
        };
        if !numbers.contains(&end.file) {
            return anew("the file is not there");
        }
        if !self.ends_there(end)? {
            return anew("the line is not there");
        }
        let mut reached = self.scan(end)?;
        // A crash can leave one more file than is remembered.
        while reached.file < last {
            let next = End {
                file: reached.file + 1,
                bytes: 0,
                ..reached
            };
            let is_next = self.rest(reached)? == 0 && numbers.contains(&next.file);
            reached = match is_next.then(|| self.scan(next)).transpose()? {
                Some(scanned) if scanned.bytes > 0 => scanned,
                _ => return anew("another file is behind it that does not follow"),
            };
        }
        self.go_on(reached, None)
    }

    /// Goes on from what is there, where nothing is remembered: lines may be missing at
    /// the end.
    fn without_head(&self, last: u64, has_memory: bool) -> Result<Opened, FileError> {
        let found = match has_memory {
            true => "the head is not readable, so lines before this one may be missing",
            false => "there is no head, so lines before this one may be missing",
        };
        let reached = self.scan(End {
            head: self.before(last)?,
            file: last,
            bytes: 0,
        })?;
        let last_line = self.last_line(last)?;
        if last_line == Some(reached.head) {
            return self.go_on(reached, Some(found));
        }
        let head = last_line.unwrap_or(reached.head);
        let found = format!("{found}, and {} is damaged", Folder::name(last));
        self.anew(head, last, found)
    }

    /// Goes on in a file behind its last whole line, and moves aside what is there.
    fn go_on(&self, end: End, loss: Option<&str>) -> Result<Opened, FileError> {
        let path = self.folder.file(end.file);
        let file = self.folder.open(&path)?;
        let moved = self.move_aside(&file, end)?;
        // What is there may be on its way to the disk still.
        file.sync_all().doing("write", &path)?;
        let head_file = self.folder.create_head(end)?;
        let recovery = (loss.is_some() || moved.is_some()).then(|| Recovery {
            found: match loss {
                Some(found) => found.to_owned(),
                None => format!("{} ended within a line", Folder::name(end.file)),
            },
            is_loss: loss.is_some(),
            moved,
        });
        let (began_at, last_at) = self.times(end)?;
        let chain = Chain {
            began_at,
            last_at,
            // To begin the next file too early does no harm.
            has_requests: true,
            ..self.chain(file, head_file, end)
        };
        Ok((chain, recovery))
    }

    /// Moves what is behind the end of a file into one of its own.
    fn move_aside(&self, file: &File, end: End) -> Result<Option<Moved>, FileError> {
        let bytes = self.rest(end)?;
        if bytes == 0 {
            return Ok(None);
        }
        let mut rest = file;
        let path = self.folder.file(end.file);
        rest.seek(SeekFrom::Start(end.bytes)).doing("read", &path)?;
        let (to, hash) = self.folder.keep_torn(end, rest)?;
        file.set_len(end.bytes).doing("shorten", &path)?;
        Ok(Some(Moved {
            to,
            bytes,
            sha256: hash.to_string(),
        }))
    }

    /// How many bytes are behind the end of a file.
    fn rest(&self, end: End) -> Result<u64, FileError> {
        let path = self.folder.file(end.file);
        let metadata = path.symlink_metadata().doing("read", &path)?;
        Ok(metadata.len().saturating_sub(end.bytes))
    }

    /// Whether a line ends where it is said to end.
    fn ends_there(&self, end: End) -> Result<bool, FileError> {
        let path = self.folder.file(end.file);
        let read = || {
            let mut file = File::open(&path)?;
            let Some(begin) = end.bytes.checked_sub(ENDING as u64) else {
                return Ok(false);
            };
            if file.metadata()?.len() < end.bytes {
                return Ok(false);
            }
            file.seek(SeekFrom::Start(begin))?;
            let mut found = [0; ENDING];
            file.read_exact(&mut found)?;
            Ok(found == line::ending(end.head.hash))
        };
        read().doing("read", &path)
    }

    /// Reads the lines that follow in a file, for as long as they do.
    fn scan(&self, mut end: End) -> Result<End, FileError> {
        let path = self.folder.file(end.file);
        let mut read = || {
            let mut lines = lines(&path, end.bytes)?;
            while let Some(Found::Line(bytes)) = lines.next()? {
                let next = Parts::of(bytes).filter(|parts| {
                    parts.sequence == end.head.sequence + 1 && parts.follows(end.head.hash)
                });
                let Some(next) = next else { break };
                end.head = next.head();
                end.bytes += bytes.len() as u64;
            }
            Ok(end)
        };
        read().doing("read", &path)
    }

    /// What the first line of a file says that it follows.
    fn before(&self, number: u64) -> Result<Head, FileError> {
        let path = self.folder.file(number);
        let read = || {
            let mut lines = lines(&path, 0)?;
            let Some(Found::Line(bytes)) = lines.next()? else {
                return Ok(None);
            };
            let line = Line::of(number, bytes);
            Ok(line.and_then(|line| line.previous()))
        };
        Ok(read().doing("read", &path)?.unwrap_or(BEFORE_ALL))
    }

    /// The last line of a file that looks like one, whether it follows another or not.
    fn last_line(&self, number: u64) -> Result<Option<Head>, FileError> {
        let path = self.folder.file(number);
        let read = || {
            let mut lines = lines(&path, 0)?;
            let mut last = None;
            while let Some(found) = lines.next()? {
                if let Found::Line(bytes) = found
                    && let Some(parts) = Parts::of(bytes)
                {
                    last = Some(parts.head());
                }
            }
            Ok(last)
        };
        read().doing("read", &path)
    }

    /// When the first and the last line of a file were written.
    fn times(&self, end: End) -> Result<(Timestamp, Timestamp), FileError> {
        let path = self.folder.file(end.file);
        let read = || {
            let times = tail::times(&File::open(&path)?, end.bytes)?;
            Ok(times.unwrap_or((self.now, self.now)))
        };
        read().doing("read", &path)
    }
}

fn lines(path: &Path, offset: u64) -> io::Result<Lines<BufReader<File>>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    Ok(Lines::new(BufReader::with_capacity(1 << 16, file), offset))
}
