//! Which segments and holds there are, and what is known of their files.
//!
//! A log of checked lines: what became of a segment is appended, and the log is
//! written anew whenever it is opened, or if a line could not be appended. A segment
//! whose line was lost is found by its file.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::checked_lines;
use crate::folder::replace;

/// What the catalogue knows of a segment. Times are milliseconds since 1970.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The generation whose records it has; the name of its file.
    pub(crate) generation: u64,
    /// Bytes of its file.
    pub(crate) bytes: u64,
    /// CRC-32 of its file.
    pub(crate) crc32: u32,
    /// Its groups of records.
    pub(crate) groups: Vec<GroupEntry>,
    /// When its file was last read and found to be whole, or written.
    pub(crate) verified_at: i64,
    /// What was wrong with its file then.
    pub(crate) fault: Option<String>,
}

/// What the catalogue knows of records that lived about as long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct GroupEntry {
    /// How many.
    pub(crate) records: u64,
    /// The first start; nothing where one is not known.
    pub(crate) from: Option<i64>,
    /// The last end.
    pub(crate) to: i64,
}

/// What the catalogue knows of a hold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct HoldEntry {
    /// The case.
    pub(crate) case: String,
    /// How many records it holds.
    pub(crate) records: u64,
    /// Bytes of its file.
    pub(crate) bytes: u64,
    /// CRC-32 of its file.
    pub(crate) crc32: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum Line {
    /// When the first record could be written, and before which time records have
    /// expired.
    Kept {
        since: i64,
    },
    Segment(Entry),
    Expired {
        generation: u64,
    },
    Hold(HoldEntry),
    Released {
        case: String,
    },
}

/// Which segments and holds there are, and what is known of their files.
#[derive(Debug)]
pub(crate) struct Catalogue {
    path: PathBuf,
    file: Option<File>,
    since: Option<i64>,
    segments: BTreeMap<u64, Entry>,
    holds: BTreeMap<String, HoldEntry>,
}

impl Catalogue {
    /// Reads the log, without what is damaged of it; says how many lines were.
    ///
    /// # Errors
    ///
    /// Where there is one that cannot be read.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, usize)> {
        let mut catalogue = Self {
            path: path.to_owned(),
            file: None,
            since: None,
            segments: BTreeMap::new(),
            holds: BTreeMap::new(),
        };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((catalogue, 0)),
            Err(error) => return Err(error),
        };
        let (lines, damaged) = checked_lines::read(BufReader::new(file))?;
        for line in lines {
            catalogue.apply(line);
        }
        Ok((catalogue, damaged))
    }

    fn apply(&mut self, line: Line) {
        match line {
            Line::Kept { since } => self.since = self.since.max(Some(since)),
            Line::Segment(entry) => {
                self.segments.insert(entry.generation, entry);
            }
            Line::Expired { generation } => {
                self.segments.remove(&generation);
            }
            Line::Hold(hold) => {
                self.holds.insert(hold.case.clone(), hold);
            }
            Line::Released { case } => {
                self.holds.remove(&case);
            }
        }
    }

    fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        let kept = self.since.map(|since| Line::Kept { since });
        let segments = self.segments.values().cloned().map(Line::Segment);
        let holds = self.holds.values().cloned().map(Line::Hold);
        kept.into_iter().chain(segments).chain(holds)
    }

    /// Whether the log does not say everything.
    pub(crate) const fn is_unsaved(&self) -> bool {
        self.file.is_none()
    }

    /// Writes the log anew if it does not say everything.
    ///
    /// # Errors
    ///
    /// Where it cannot be written; it is tried again next time.
    pub(crate) fn save(&mut self) -> io::Result<()> {
        if self.file.is_some() {
            return Ok(());
        }
        replace(&self.path, |file| checked_lines::write(file, self.lines()))?;
        self.file = Some(OpenOptions::new().append(true).open(&self.path)?);
        Ok(())
    }

    /// Remembers changes, and appends them to the log if that works.
    fn add(&mut self, lines: impl IntoIterator<Item = Line>) -> io::Result<()> {
        let lines: Vec<Line> = lines.into_iter().collect();
        let appended = match &mut self.file {
            Some(file) => {
                checked_lines::write(&*file, lines.iter()).and_then(|()| file.sync_data())
            }
            None => Ok(()),
        };
        lines.into_iter().for_each(|line| self.apply(line));
        if appended.is_err() {
            // Part of a line may stand there: the log is written anew.
            self.file = None;
        }
        appended.and_then(|()| self.save())
    }

    /// Since when records are kept: the first start ever, or a later time, before
    /// which records have expired.
    pub(crate) fn since(&self) -> Option<i64> {
        self.since
    }

    /// Says since when records are kept; a time that is less than before counts for
    /// nothing.
    ///
    /// # Errors
    ///
    /// Where the log cannot be written; the catalogue knows it all the same. So it is
    /// with all that changes it.
    pub(crate) fn keep_since(&mut self, since: i64) -> io::Result<()> {
        if self.since >= Some(since) {
            return Ok(());
        }
        self.add([Line::Kept { since }])
    }

    /// The segments, oldest first.
    pub(crate) fn segments(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.segments.values()
    }

    /// The segment of a generation.
    pub(crate) fn segment(&self, generation: u64) -> Option<&Entry> {
        self.segments.get(&generation)
    }

    /// Adds a segment, or what has become of it.
    ///
    /// # Errors
    ///
    /// As [`Catalogue::keep_since`].
    pub(crate) fn add_segment(&mut self, entry: Entry) -> io::Result<()> {
        self.add([Line::Segment(entry)])
    }

    /// Adds a segment that was found without a line; the log is written anew later.
    pub(crate) fn remember_segment(&mut self, entry: Entry) {
        self.apply(Line::Segment(entry));
        self.file = None;
    }

    /// Adds a hold that was found without a line; the log is written anew later.
    pub(crate) fn remember_hold(&mut self, hold: HoldEntry) {
        self.apply(Line::Hold(hold));
        self.file = None;
    }

    /// Says what has become of the files of segments: when each was verified, and what
    /// was wrong with it.
    ///
    /// # Errors
    ///
    /// As [`Catalogue::keep_since`].
    pub(crate) fn verified(
        &mut self,
        found: &[(u64, Option<String>)],
        verified_at: i64,
    ) -> io::Result<()> {
        let entry = |(generation, fault): &(u64, Option<String>)| {
            Some(Line::Segment(Entry {
                verified_at,
                fault: fault.clone(),
                ..self.segments.get(generation)?.clone()
            }))
        };
        let lines: Vec<Line> = found.iter().filter_map(entry).collect();
        self.add(lines)
    }

    /// Forgets a segment.
    ///
    /// # Errors
    ///
    /// As [`Catalogue::keep_since`].
    pub(crate) fn remove_segment(&mut self, generation: u64) -> io::Result<()> {
        self.add([Line::Expired { generation }])
    }

    /// The holds by case.
    pub(crate) fn holds(&self) -> impl Iterator<Item = &HoldEntry> {
        self.holds.values()
    }

    /// Adds a hold, or what has become of it.
    ///
    /// # Errors
    ///
    /// As [`Catalogue::keep_since`].
    pub(crate) fn add_hold(&mut self, hold: HoldEntry) -> io::Result<()> {
        self.add([Line::Hold(hold)])
    }

    /// Forgets a hold.
    ///
    /// # Errors
    ///
    /// As [`Catalogue::keep_since`].
    pub(crate) fn remove_hold(&mut self, case: &str) -> io::Result<()> {
        self.add([Line::Released {
            case: case.to_owned(),
        }])
    }
}

impl Entry {
    /// Its records.
    pub(crate) fn records(&self) -> u64 {
        self.groups.iter().map(|group| group.records).sum()
    }

    /// The last end.
    pub(crate) fn last_end(&self) -> i64 {
        self.groups
            .iter()
            .map(|group| group.to)
            .max()
            .unwrap_or(i64::MIN)
    }
}
