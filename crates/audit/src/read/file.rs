//! The lines of one file that are wanted.

use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};

use super::ReadError;
use super::backwards::Backwards;
use super::bounds::bisect;
use super::wanted::{Order, Wanted, as_written};
use crate::error::{Doing, FileError};
use crate::folder::Folder;
use crate::line::{Line, Parts, TIME};
use crate::lines::{self, Found};

/// The lines of one file that are wanted.
#[derive(Debug)]
pub(super) struct OneFile {
    number: u64,
    folder: Folder,
    /// Whether a line may just be written at its end.
    is_last: bool,
    bounds: Bounds,
    /// What a line must have in it.
    written: Vec<String>,
    way: Way,
}

/// The next line.
#[derive(Debug)]
pub(super) enum Next {
    Line(Line),
    /// One that does not fit, by its sequence.
    Other(u64),
    /// There is none in this file that could be wanted.
    End,
}

#[derive(Debug)]
enum Way {
    Forwards(lines::Lines<BufReader<File>>),
    Backwards(Backwards),
}

/// What is wanted of the order.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    from: Option<[u8; TIME]>,
    to: Option<[u8; TIME]>,
    /// Only sequences above this.
    above: Option<u64>,
    /// Only sequences below this.
    below: Option<u64>,
}

impl Bounds {
    fn of(wanted: &Wanted, after: Option<u64>) -> Self {
        let (above, below) = match wanted.order {
            Order::OldestFirst => (after, None),
            Order::NewestFirst => (None, after),
        };
        Self {
            from: wanted.from.and_then(as_written),
            to: wanted.to.and_then(as_written),
            above,
            below,
        }
    }

    /// Whether a line comes before all that are wanted.
    fn is_before(&self, parts: &Parts<'_>) -> bool {
        self.above.is_some_and(|above| parts.sequence <= above)
            || self.from.is_some_and(|from| *parts.time < from)
    }

    /// Whether a line comes behind all that are wanted.
    fn is_behind(&self, parts: &Parts<'_>) -> bool {
        self.below.is_some_and(|below| parts.sequence >= below)
            || self.to.is_some_and(|to| *parts.time > to)
    }
}

impl OneFile {
    /// Opens a file; `None` where nothing in it is wanted, or where it has just been
    /// deleted.
    pub(super) fn open(
        folder: &Folder,
        number: u64,
        is_last: bool,
        wanted: &Wanted,
        after: Option<u64>,
    ) -> Result<Option<Self>, FileError> {
        let path = folder.file(number);
        let bounds = Bounds::of(wanted, after);
        let open = || {
            let mut file = match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                opened => opened?,
            };
            let length = file.metadata()?.len();
            let way = match wanted.order {
                Order::OldestFirst => {
                    let (begin, _) = bisect(&file, length, |parts| bounds.is_before(parts))?;
                    file.seek(SeekFrom::Start(begin))?;
                    let file = BufReader::with_capacity(64 << 10, file);
                    Way::Forwards(lines::Lines::new(file, begin))
                }
                Order::NewestFirst => {
                    let (_, end) = bisect(&file, length, |parts| !bounds.is_behind(parts))?;
                    Way::Backwards(Backwards::new(file, end))
                }
            };
            Ok(Some(way))
        };
        let way = open().doing("read", &path)?;
        Ok(way.map(|way| Self {
            number,
            folder: folder.clone(),
            is_last,
            bounds,
            written: wanted.written(),
            way,
        }))
    }

    /// The next line.
    pub(super) fn next(&mut self, wanted: &Wanted) -> Result<Next, ReadError> {
        loop {
            let next = match &mut self.way {
                Way::Forwards(lines) => forwards(lines),
                Way::Backwards(lines) => lines.next(),
            };
            let next = next.map_err(|cause| {
                let path = self.folder.file(self.number);
                FileError::new("read", &path, cause)
            })?;
            let Some((offset, bytes)) = next else {
                return Ok(Next::End);
            };
            let Some(parts) = Parts::of(&bytes) else {
                // What is torn there may be written right now.
                if self.is_last && bytes.last() != Some(&b'\n') {
                    continue;
                }
                return Err(self.damaged(offset));
            };
            if self.bounds.is_before(&parts) || self.bounds.is_behind(&parts) {
                if self.is_over(&parts) {
                    return Ok(Next::End);
                }
                continue;
            }
            if self.may_fit(&bytes) {
                let line = Line::of(self.number, &bytes);
                let line = line.ok_or_else(|| self.damaged(offset))?;
                if wanted.fits(&line) {
                    return Ok(Next::Line(line));
                }
            }
            return Ok(Next::Other(parts.sequence));
        }
    }

    /// Whether a line has in it what it must have, as far as that is told by its bytes.
    fn may_fit(&self, bytes: &[u8]) -> bool {
        let has_all = |text: &str| self.written.iter().all(|written| text.contains(written));
        str::from_utf8(bytes).is_ok_and(has_all)
    }

    /// Whether nothing that is wanted comes behind a line.
    fn is_over(&self, parts: &Parts<'_>) -> bool {
        match self.way {
            Way::Forwards(_) => self.bounds.is_behind(parts),
            Way::Backwards(_) => self.bounds.is_before(parts),
        }
    }

    fn damaged(&self, offset: u64) -> ReadError {
        ReadError::Damaged {
            file: Folder::name(self.number),
            offset,
        }
    }
}

/// The next line, with where it begins; nothing of one that is too long.
fn forwards(lines: &mut lines::Lines<BufReader<File>>) -> io::Result<Option<(u64, Vec<u8>)>> {
    let offset = lines.offset();
    Ok(lines.next()?.map(|found| match found {
        Found::Line(bytes) | Found::Torn(bytes) => (offset, bytes.to_vec()),
        Found::TooLong => (offset, b"\n".to_vec()),
    }))
}
