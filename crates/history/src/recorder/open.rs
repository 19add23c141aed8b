//! Opening a folder of history, after a clean end or after a crash.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Timestamp;
use parking_lot::{Mutex, RwLock};

use super::due::Times;
use super::{AFTER_RESTART, Recorder, Settling};
use crate::background::Background;
use crate::catalogue::{Catalogue, Entry, HoldEntry};
use crate::folder::{Folder, Numbered};
use crate::gaps::Gaps;
use crate::generation::Generation;
use crate::journal::{Entry as Logged, OpenSet, Replayed, Writer, replay};
use crate::seal::{Full, entry_of, remove_journal};
use crate::sealed::{Readers, Sealed};
use crate::segment::{Segment, checksum};
use crate::shared::{Progress, Shared, Sources};
use crate::unsettled::Unsettled;
use crate::{History, Settings};

/// Why history could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "lock {path}: another process has it\nhint: only one natconnd can record into a folder"
    )]
    Locked {
        /// The file that is locked.
        path: PathBuf,
    },
    /// A file or folder could not be made, read or written.
    #[error("open {path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no thread for sealing.
    #[error("start a thread for history: {0}")]
    Thread(#[source] io::Error),
}

fn failed((path, source): (PathBuf, io::Error)) -> OpenError {
    OpenError::File { path, source }
}

/// Opens the history in `settings.folder`, makes it where there is none, and
/// replays what a crash has left in the journal.
///
/// # Errors
///
/// Where the folder cannot be made, read or locked (another process has it).
/// Damaged files are no error: they are gaps.
pub fn open(settings: Settings, now: Timestamp) -> Result<Recorder, OpenError> {
    let folder = Folder::make(&settings.folder).map_err(failed)?;
    let lock = folder
        .lock()
        .map_err(|error| failed((folder.lock_path(), error)))?
        .ok_or_else(|| OpenError::Locked {
            path: folder.lock_path(),
        })?;
    folder.remove_temporary().map_err(failed)?;
    let (catalogue, _) = Catalogue::open(&folder.catalogue())
        .map_err(|error| failed((folder.catalogue(), error)))?;
    let (gaps, _) = Gaps::open(&folder.gaps()).map_err(|error| failed((folder.gaps(), error)))?;
    let shared = Shared {
        settings,
        folder,
        holding: Mutex::new(()),
        catalogue: Mutex::new(catalogue),
        sources: RwLock::new(Sources::default()),
        gaps: Mutex::new(gaps),
        progress: Mutex::new(Progress::default()),
        readers: Readers::default(),
        news: Mutex::new(Vec::new()),
    };
    find_segments(&shared, now)?;
    find_holds(&shared)?;
    let journals = Journals::read(&shared, now)?;
    shared.gaps.lock().end_all(now);
    let shared = Arc::new(shared);
    begin(shared, journals, lock, now)
}

fn begin(
    shared: Arc<Shared>,
    journals: Journals,
    lock: fs::File,
    now: Timestamp,
) -> Result<Recorder, OpenError> {
    let background = Background::start(&shared).map_err(OpenError::Thread)?;
    let Journals {
        waiting,
        generation,
        journal,
        generation_began,
        open,
        last_alive,
    } = journals;
    {
        let mut sources = shared.sources.write();
        let generations = waiting.iter().map(|full| Arc::clone(&full.generation));
        sources.generations = generations.chain([Arc::clone(&generation)]).collect();
    }
    // What cannot be saved now is saved later. Nothing was recorded before the first
    // time ever.
    let since = last_alive.map_or(now, |alive| alive.min(now));
    let mut catalogue = shared.catalogue.lock();
    let saved = match catalogue.since() {
        None => catalogue.keep_since(since.milliseconds()),
        Some(_) => catalogue.save(),
    };
    drop(catalogue);
    let mut recorder = Recorder {
        history: Arc::new(History {
            shared: Arc::clone(&shared),
        }),
        shared,
        generation,
        journal,
        generation_began,
        waiting,
        settling: Settling::Known(Unsettled::new(open, AFTER_RESTART)),
        stopped: None,
        times: Times::begin(now),
        last_alive,
        trouble: saved
            .err()
            .map(|error| format!("write the catalogue: {error}")),
        background,
        _lock: lock,
    };
    recorder.seal_first();
    Ok(recorder)
}

/// Finds the segments, those without a line in the catalogue too, and sees which are
/// missing or not as long as they were.
fn find_segments(shared: &Shared, now: Timestamp) -> Result<(), OpenError> {
    let numbers = shared.folder.numbers(Numbered::Segment).map_err(failed)?;
    let mut catalogue = shared.catalogue.lock();
    for number in numbers {
        if catalogue.segment(number).is_none() {
            let entry = adopted(shared, number, now);
            catalogue.remember_segment(entry);
        }
    }
    let segments = catalogue.segments().map(|entry| {
        let sealed = Sealed::new(&shared.folder, entry.clone());
        let fault = match fs::metadata(sealed.path()) {
            Ok(metadata) if metadata.len() == entry.bytes => None,
            Ok(metadata) => Some(format!(
                "it has {} bytes, expected {}",
                metadata.len(),
                entry.bytes
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Some("it is missing".to_owned())
            }
            Err(error) => Some(format!("it cannot be read: {error}")),
        };
        (Arc::new(sealed), fault)
    });
    let segments: Vec<_> = segments.collect();
    drop(catalogue);
    let mut sources = shared.sources.write();
    sources.segments = segments
        .iter()
        .map(|(sealed, _)| Arc::clone(sealed))
        .collect();
    drop(sources);
    for (sealed, fault) in segments {
        // One that was found to be damaged before stays so until it is verified.
        if fault.is_some() {
            shared.set_fault(&sealed, fault);
        }
    }
    Ok(())
}

/// The entry of a segment that the catalogue does not know.
fn adopted(shared: &Shared, number: u64, now: Timestamp) -> Entry {
    let path = shared.folder.numbered(Numbered::Segment, number);
    let read = Segment::open(&path)
        .map_err(|error| error.to_string())
        .and_then(|segment| {
            let checksum = checksum(&path).map_err(|error| error.to_string())?;
            Ok(entry_of(number, segment.groups(), checksum, now))
        });
    read.unwrap_or_else(|fault| Entry {
        generation: number,
        bytes: fs::metadata(&path).map_or(0, |metadata| metadata.len()),
        crc32: 0,
        groups: Vec::new(),
        verified_at: now.milliseconds(),
        fault: Some(fault),
    })
}

/// Finds holds that the catalogue does not know.
fn find_holds(shared: &Shared) -> Result<(), OpenError> {
    let folder = shared.folder.holds();
    let entries = fs::read_dir(&folder).map_err(|error| failed((folder.clone(), error)))?;
    for entry in entries {
        let path = entry
            .map_err(|error| failed((folder.clone(), error)))?
            .path();
        let case = path.file_stem().and_then(|stem| stem.to_str());
        let Some(case) =
            case.filter(|_| path.extension().is_some_and(|ending| ending == "parquet"))
        else {
            continue;
        };
        let mut catalogue = shared.catalogue.lock();
        if catalogue.holds().any(|hold| hold.case == case) {
            continue;
        }
        // One that cannot be read is found out when somebody asks.
        let records = Segment::open(&path).map_or(0, |segment| segment.records());
        let checksum = checksum(&path).map_err(|error| failed((path.clone(), error)))?;
        catalogue.remember_hold(HoldEntry {
            case: case.to_owned(),
            records,
            bytes: checksum.bytes,
            crc32: checksum.crc32,
        });
    }
    Ok(())
}

/// What the journals have left.
struct Journals {
    /// Generations that are to be sealed.
    waiting: VecDeque<Full>,
    /// The one that goes on.
    generation: Arc<Generation>,
    journal: Writer,
    generation_began: Timestamp,
    /// What is open at its end.
    open: OpenSet,
    last_alive: Option<Timestamp>,
}

impl Journals {
    fn read(shared: &Shared, now: Timestamp) -> Result<Self, OpenError> {
        let numbers = unsealed(shared)?;
        let mut open = OpenSet::default();
        if let Some(first) = numbers.first() {
            read_open(shared, *first, &mut open, now);
        }
        let mut full: Vec<Full> = Vec::new();
        let mut last_alive = None;
        let mut last = None;
        // Where a journal is damaged, records are missing up to the next one.
        let mut lost_since: Option<(PathBuf, String, Timestamp)> = None;
        for number in numbers.iter().copied() {
            let (generation, replayed) = read_journal(shared, number, &mut open)?;
            if let Some((path, fault, from)) = lost_since.take() {
                shared.lost(path, fault, from, replayed.first_at.unwrap_or(now));
            }
            last_alive = replayed.last_at.or(last_alive);
            let path = shared.folder.numbered(Numbered::Journal, number);
            if let Some(fault) = &replayed.fault
                && (Some(&number) != numbers.last() || !is_torn(&path, &replayed))
            {
                let since = shared.catalogue.lock().since();
                let from = last_alive.or(since.map(Timestamp::of_milliseconds));
                lost_since = Some((path, fault.clone(), from.unwrap_or(now)));
            }
            full.push(Full {
                generation: Arc::new(generation),
                at: replayed.last_at.or(last_alive).unwrap_or(now),
                is_settled: true,
            });
            last = Some((number, replayed));
        }
        if let Some((path, fault, from)) = lost_since {
            shared.lost(path, fault, from, now);
        }
        let known = shared
            .catalogue
            .lock()
            .segments()
            .next_back()
            .map(|entry| entry.generation);
        let next = known
            .max(numbers.last().copied())
            .map_or(1, |number| number + 1);
        let remote = shared.settings.remote;
        let file = |number| shared.folder.numbered(Numbered::Journal, number);
        // The last one goes on, if it has a header at least.
        let (number, journal, began) = match &last {
            Some((number, replayed)) if replayed.length > 0 => {
                let Replayed {
                    length, entries, ..
                } = *replayed;
                let journal = Writer::reopen(&file(*number), *number, remote, length, entries);
                (*number, journal, replayed.first_at.unwrap_or(now))
            }
            _ => (next, Writer::create(&file(next), next, remote), now),
        };
        let journal = journal.map_err(|error| failed((file(number), error)))?;
        let mut waiting: VecDeque<Full> = full.into();
        let generation = match waiting.pop_back_if(|full| full.generation.number() == number) {
            Some(full) => full.generation,
            None => Arc::new(Generation::new(number)),
        };
        Ok(Self {
            waiting,
            generation,
            journal,
            generation_began: began.min(now),
            open,
            last_alive,
        })
    }
}

/// The generations that were not sealed, oldest first; what is left of others is
/// removed.
fn unsealed(shared: &Shared) -> Result<Vec<u64>, OpenError> {
    let journals = shared.folder.numbers(Numbered::Journal).map_err(failed)?;
    let mut numbers = Vec::new();
    for number in journals {
        if shared.catalogue.lock().segment(number).is_some() {
            // A crash came between naming the segment and removing the journal.
            remove(shared, number)?;
        } else {
            numbers.push(number);
        }
    }
    let open = shared.folder.numbers(Numbered::Open).map_err(failed)?;
    let highest = open.last().copied();
    for number in open {
        if numbers.contains(&number) {
            continue;
        }
        let goes_on = Some(number) == highest
            && numbers.iter().all(|other| *other < number)
            && shared.catalogue.lock().segment(number).is_none();
        if !goes_on {
            // Its journal was removed and this was not.
            remove(shared, number)?;
        } else if numbers.last().is_none_or(|last| last + 1 != number) {
            // Its journal is lost, or was never on the disk.
            numbers.push(number);
        }
        // Else it was written when the one before could not be sealed after all.
    }
    Ok(numbers)
}

fn remove(shared: &Shared, number: u64) -> Result<(), OpenError> {
    remove_journal(shared, number).map_err(|error| {
        let path = shared.folder.numbered(Numbered::Journal, number);
        failed((path, io::Error::other(error)))
    })
}

/// Reads what was open when the first generation began.
fn read_open(shared: &Shared, number: u64, open: &mut OpenSet, now: Timestamp) {
    let path = shared.folder.numbered(Numbered::Open, number);
    let fault = match replay(&path, number, None, |entry, at| open.apply(entry, at)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(error.to_string()),
        Ok(replayed) => replayed.fault,
    };
    if let Some(fault) = fault {
        // What was open had a checkpoint not long before, or began after that.
        let settings = &shared.settings;
        let written = settings.checkpoint_every + settings.segment_age;
        shared.lost(path, fault, now.minus(written), now);
    }
}

/// Reads a journal: its records into memory, what it begins and ends into `open`,
/// its gaps into the list of gaps.
fn read_journal(
    shared: &Shared,
    number: u64,
    open: &mut OpenSet,
) -> Result<(Generation, Replayed), OpenError> {
    let path = shared.folder.numbered(Numbered::Journal, number);
    let generation = Generation::new(number);
    let mut ended = Vec::with_capacity(AT_ONCE);
    let replayed = replay(&path, number, None, |entry, at| {
        open.apply(entry, at);
        match entry {
            Logged::Ended(entry) => {
                // A block is only visited if all of it can be decoded.
                ended.extend(entry.to_match());
                if ended.len() == AT_ONCE {
                    generation.push(ended.iter());
                    ended.clear();
                }
            }
            Logged::Gap(gap) => shared.gaps.lock().note(*gap),
            Logged::Begun(_) | Logged::Open(..) => {}
        }
    });
    let replayed = match replayed {
        // Only what was open before it is there.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Replayed::default(),
        other => other.map_err(|error| failed((path, error)))?,
    };
    generation.push(ended.iter());
    generation.sort();
    Ok((generation, replayed))
}

/// Whether what cannot be read at the end of a journal is what was being written when
/// natconnd or the machine stopped.
fn is_torn(path: &Path, replayed: &Replayed) -> bool {
    let length = fs::metadata(path).map_or(0, |metadata| metadata.len());
    match replayed.length {
        0 => length <= FILE_HEADER,
        read => length.saturating_sub(read) <= MOST_TORN,
    }
}

/// Bytes of a journal that has no block.
const FILE_HEADER: u64 = 24;
/// Bytes that are written in about a second, at most.
const MOST_TORN: u64 = 16 << 20;

/// Records that are put into memory at once.
const AT_ONCE: usize = 1024;
