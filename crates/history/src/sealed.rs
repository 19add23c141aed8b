//! A sealed segment as one of many.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hashbrown::HashMap;
use model::{Gap, GapCause, Period, Timestamp};
use parking_lot::Mutex;

use crate::SealedSegment;
use crate::catalogue::Entry;
use crate::folder::{Folder, Numbered};
use crate::segment::{Segment, SegmentError};

/// A sealed segment: its file, and what the catalogue knows of it.
#[derive(Debug)]
pub(crate) struct Sealed {
    path: PathBuf,
    entry: Entry,
    fault: Mutex<Option<String>>,
}

impl Sealed {
    /// The segment of an entry of the catalogue.
    pub(crate) fn new(folder: &Folder, entry: Entry) -> Self {
        Self {
            path: folder.numbered(Numbered::Segment, entry.generation),
            fault: Mutex::new(entry.fault.clone()),
            entry,
        }
    }

    /// Its file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What the catalogue knew of it when history was opened or it was sealed.
    pub(crate) const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The generation whose records it has.
    pub(crate) const fn generation(&self) -> u64 {
        self.entry.generation
    }

    /// What is wrong with it, if anything.
    pub(crate) fn fault(&self) -> Option<String> {
        self.fault.lock().clone()
    }

    /// Says what is wrong with it; whether that is news.
    pub(crate) fn set_fault(&self, fault: Option<String>) -> bool {
        let mut known = self.fault.lock();
        let is_news = known.is_some() != fault.is_some();
        *known = fault;
        is_news
    }

    /// Whether records in it may have lived in a period.
    pub(crate) fn touches(&self, period: &Period) -> bool {
        let from = period.from.milliseconds();
        let to = period.to.milliseconds();
        let groups = &self.entry.groups;
        groups
            .iter()
            .any(|group| group.from.is_none_or(|start| start <= to) && group.to >= from)
    }

    /// The first start among groups that touch a period.
    pub(crate) fn first_start(&self, period: &Period) -> i64 {
        let from = period.from.milliseconds();
        let groups = self.entry.groups.iter().filter(|group| group.to >= from);
        let starts = groups.map(|group| group.from.unwrap_or(i64::MIN));
        starts.min().unwrap_or(i64::MAX)
    }

    /// From the first start to the last end; open where a start is not known.
    pub(crate) fn period(&self) -> Period {
        let groups = &self.entry.groups;
        if groups.is_empty() {
            // It cannot be read, and no catalogue knows it: it may be of any time.
            return Period::ALWAYS;
        }
        let from = groups.iter().map(|group| group.from).min().flatten();
        Period {
            from: from.map_or(Timestamp::MIN, Timestamp::of_milliseconds),
            to: Timestamp::of_milliseconds(self.entry.last_end()),
        }
    }

    /// The gap that it leaves, where it is damaged or missing.
    pub(crate) fn gap(&self) -> Option<Gap> {
        self.fault.lock().as_ref()?;
        Some(self.lost())
    }

    /// The gap that it leaves where it is not read.
    pub(crate) fn lost(&self) -> Gap {
        let period = self.period();
        Gap {
            from: period.from,
            to: Some(period.to),
            cause: GapCause::Damaged,
        }
    }

    /// What others may know of it.
    pub(crate) fn info(&self) -> SealedSegment {
        SealedSegment {
            path: self.path.clone(),
            records: self.entry.records(),
            bytes: self.entry.bytes,
            period: self.period(),
        }
    }
}

/// Open segments, as many as fit into some memory.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    open: Mutex<Open>,
    uses: AtomicU64,
}

/// By generation, with when it was used last.
type Open = HashMap<u64, (Arc<Segment>, u64), foldhash::fast::RandomState>;

fn memory_of(open: &Open) -> usize {
    open.values().map(|(segment, _)| segment.memory()).sum()
}

/// Bytes of memory that open segments may take.
const MEMORY: usize = 64 << 20;

/// Uses after which it is looked whether they still fit.
const LOOK_EVERY: u64 = 64;

/// Closes what was not used for longest, but for one generation, until the rest fits.
fn close_longest_unused(open: &mut Open, kept: u64) {
    let mut memory = memory_of(open);
    while memory > MEMORY && open.len() > 1 {
        let longest_unused = open
            .iter()
            .filter(|(generation, _)| **generation != kept)
            .min_by_key(|(_, (_, used))| *used)
            .map(|(generation, _)| *generation);
        let Some((segment, _)) = longest_unused.and_then(|unused| open.remove(&unused)) else {
            break;
        };
        memory -= segment.memory().min(memory);
    }
}

impl Readers {
    /// The open segment of a generation.
    ///
    /// # Errors
    ///
    /// Where it cannot be opened.
    pub(crate) fn get(&self, sealed: &Sealed) -> Result<Arc<Segment>, SegmentError> {
        let generation = sealed.generation();
        let used = self.uses.fetch_add(1, Ordering::Relaxed);
        {
            let mut open = self.open.lock();
            if let Some((segment, last_used)) = open.get_mut(&generation) {
                *last_used = used;
                let segment = Arc::clone(segment);
                // They grow while they are read: dictionaries stay.
                if used.is_multiple_of(LOOK_EVERY) {
                    close_longest_unused(&mut open, generation);
                }
                return Ok(segment);
            }
        }
        // Without the lock: several may open one at the same time, which harms nobody.
        let segment = Arc::new(Segment::open(sealed.path())?);
        let mut open = self.open.lock();
        open.insert(generation, (Arc::clone(&segment), used));
        close_longest_unused(&mut open, generation);
        Ok(segment)
    }

    /// Bytes of memory that the open ones take, about.
    pub(crate) fn memory(&self) -> usize {
        memory_of(&self.open.lock())
    }

    /// Closes the segment of a generation.
    pub(crate) fn close(&self, generation: u64) {
        self.open.lock().remove(&generation);
    }
}
