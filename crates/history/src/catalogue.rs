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

use crate::folder::{self, is_number, replace};
use crate::holds::is_case;
use crate::{checked_lines, gaps};

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
    /// What was not known of its time, as the file says, too; nothing where nobody noted
    /// whether anything was not.
    #[serde(default)]
    pub(crate) gaps: Option<Vec<gaps::Line>>,
    /// When its file was last read and found to be whole, or written; zero where nobody
    /// noted that.
    #[serde(default)]
    pub(crate) verified_at: i64,
    /// What was wrong with its file then.
    #[serde(default)]
    pub(crate) fault: Option<String>,
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
    /// A file is about to take the place of what a case holds. Whether it has, is seen by
    /// its checksum.
    Holding(HoldEntry),
    Hold(HoldEntry),
    Released {
        case: String,
    },
}

impl Line {
    /// Whether natconnd can have written it: its numbers and names are those of files, and
    /// there are not so many that knowing them takes all memory.
    fn is_ours(&self, catalogue: &Catalogue) -> bool {
        match self {
            Self::Kept { .. } | Self::Expired { .. } | Self::Released { .. } => true,
            Self::Segment(entry) => {
                is_number(entry.generation)
                    && entry.groups.len() <= MOST_GROUPS
                    && (catalogue.segments.len() < MOST_FILES
                        || catalogue.segments.contains_key(&entry.generation))
            }
            Self::Holding(hold) | Self::Hold(hold) => {
                is_case(&hold.case)
                    && (catalogue.holds.len() < MOST_FILES
                        || catalogue.holds.contains_key(&hold.case))
            }
        }
    }
}

/// Segments, and holds, that a catalogue tells of: three years at ten thousand records a
/// second.
const MOST_FILES: usize = 1 << 20;

/// Groups of records of one segment; natconnd writes three.
const MOST_GROUPS: usize = 64;

/// Which segments and holds there are, and what is known of their files.
#[derive(Debug)]
pub(crate) struct Catalogue {
    path: PathBuf,
    file: Option<File>,
    since: Option<i64>,
    segments: BTreeMap<u64, Entry>,
    holds: BTreeMap<String, HoldEntry>,
    /// What may have taken the place of those, by case.
    announced: BTreeMap<String, HoldEntry>,
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
            announced: BTreeMap::new(),
        };
        let file = match folder::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((catalogue, 0)),
            Err(error) => return Err(error),
        };
        let damaged = checked_lines::read(BufReader::new(file), |line: Line| {
            let is_ours = line.is_ours(&catalogue);
            if is_ours {
                catalogue.apply(line);
            }
            is_ours
        })?;
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
            Line::Holding(hold) => {
                self.announced.insert(hold.case.clone(), hold);
            }
            Line::Hold(hold) => {
                self.announced.remove(&hold.case);
                self.holds.insert(hold.case.clone(), hold);
            }
            Line::Released { case } => {
                self.announced.remove(&case);
                self.holds.remove(&case);
            }
        }
    }

    fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        let kept = self.since.map(|since| Line::Kept { since });
        let segments = self.segments.values().cloned().map(Line::Segment);
        let holds = self.holds.values().cloned().map(Line::Hold);
        let announced = self.announced.values().cloned().map(Line::Holding);
        kept.into_iter()
            .chain(segments)
            .chain(holds)
            .chain(announced)
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

    /// Says that the file of a segment was verified, and what was wrong with it.
    ///
    /// # Errors
    ///
    /// As [`Catalogue::keep_since`].
    pub(crate) fn verified(
        &mut self,
        (generation, fault): (u64, Option<String>),
        verified_at: i64,
    ) -> io::Result<()> {
        let entry = self.segments.get(&generation).map(|entry| Entry {
            verified_at,
            fault,
            ..entry.clone()
        });
        self.add(entry.map(Line::Segment))
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
    pub(crate) fn holds(&self) -> impl ExactSizeIterator<Item = &HoldEntry> {
        self.holds.values()
    }

    /// What a case holds.
    pub(crate) fn hold(&self, case: &str) -> Option<&HoldEntry> {
        self.holds.get(case)
    }

    /// Says that a hold is about to be put in the place of another, or of none. If that
    /// does not come about, it is to be [`Catalogue::withdrawn`].
    ///
    /// # Errors
    ///
    /// As [`Catalogue::keep_since`].
    pub(crate) fn announce_hold(&mut self, hold: HoldEntry) -> io::Result<()> {
        self.add([Line::Holding(hold)])
    }

    /// Forgets what was announced for a case: it is not there.
    pub(crate) fn withdrawn(&mut self, case: &str) {
        if self.announced.remove(case).is_some() {
            self.file = None;
        }
    }

    /// What was announced, and nobody has noted whether it is there.
    pub(crate) fn announced(&self) -> Vec<HoldEntry> {
        self.announced.values().cloned().collect()
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
        total(self.groups.iter().map(|group| group.records))
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

/// The sum of what catalogues say, which may be anything.
pub(crate) fn total(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
}
