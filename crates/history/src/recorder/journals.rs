//! What the journals have left, when history is opened.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Timestamp;

use super::open::{OpenError, failed};
use crate::archive::Archive;
use crate::folder::Numbered;
use crate::generation::{Generation, Written};
use crate::journal::{Entry as Logged, OpenSet, Replayed, Writer, replay};
use crate::seal::{Full, remove_journal};
use crate::still_open::{note_holes, read_begin};

/// The number of the first generation ever.
const FIRST: u64 = 1;

/// What the journals have left.
pub(super) struct Journals {
    /// Generations that are to be sealed.
    pub(super) waiting: VecDeque<Full>,
    /// The one that goes on.
    pub(super) generation: Arc<Generation>,
    pub(super) journal: Writer,
    pub(super) generation_began: Timestamp,
    /// What is open at its end.
    pub(super) open: OpenSet,
    pub(super) last_alive: Option<Timestamp>,
    /// When the first of them began.
    pub(super) began: Timestamp,
}

impl Journals {
    pub(super) fn read(archive: &Archive, now: Timestamp) -> Result<Self, OpenError> {
        let numbers = unsealed(archive)?;
        let mut open = OpenSet::default();
        if let Some(first) = numbers.first() {
            read_begin(archive, *first, &mut open, now).map_err(failed)?;
        }
        let mut full: Vec<Full> = Vec::new();
        let mut last_alive = None;
        let mut began = now;
        let mut last = None;
        // Where a journal is damaged, records are missing up to the next one.
        let mut lost_since: Option<(PathBuf, String, Timestamp)> = None;
        for number in numbers.iter().copied() {
            let (generation, replayed) = read_journal(archive, number, &mut open)?;
            if let Some((path, fault, from)) = lost_since.take() {
                archive.lost(path, fault, from, replayed.first_at.unwrap_or(now));
            }
            let path = archive.folder.numbered(Numbered::Journal, number);
            let before = last_alive.unwrap_or(archive.since().min(now));
            note_holes(archive, &path, &replayed, before);
            let mut written = Written {
                bytes: replayed.length,
                from: replayed.first_at.unwrap_or(before),
                to: replayed.last_at.unwrap_or(before),
            };
            last_alive = replayed.last_at.or(last_alive);
            began = began.min(replayed.first_at.unwrap_or(now));
            if let Some(fault) = &replayed.fault
                && (Some(&number) != numbers.last() || !is_torn(&path, &replayed))
            {
                written.bytes = length(&path);
                lost_since = Some((path, fault.clone(), written.to));
            }
            generation.set_written(written);
            full.push(Full {
                generation: Arc::new(generation),
                at: replayed.last_at.or(last_alive).unwrap_or(now),
                // What is open may have ended unseen: no checkpoint may say that it lives.
                is_settled: false,
            });
            last = Some((number, replayed));
        }
        if let Some((path, fault, from)) = lost_since {
            archive.lost(path, fault, from, now);
        }
        // Where no journal is left, as after a backup was put back, segments tell.
        let last_alive = last_alive.or_else(|| last_sealed(archive, now));
        let known = archive
            .catalogue
            .lock()
            .segments()
            .next_back()
            .map(|entry| entry.generation);
        let next = known
            .max(numbers.last().copied())
            .map_or(FIRST, |number| number + 1);
        let remote = archive.settings.remote;
        let file = |number| archive.folder.numbered(Numbered::Journal, number);
        // The last one goes on, if it has a header at least and no damage. One that has
        // is sealed, so that it is soon gone.
        let (number, journal, generation_began) = match &last {
            Some((number, replayed)) if replayed.length > 0 && replayed.holes.is_empty() => {
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
        generation.set_written(Written {
            bytes: journal.length(),
            from: generation_began.min(now),
            to: last_alive.unwrap_or(now),
        });
        Ok(Self {
            waiting,
            generation,
            journal,
            generation_began: generation_began.min(now),
            open,
            last_alive,
            began,
        })
    }
}

/// The generations that were not sealed, oldest first; what is left of others is
/// removed.
fn unsealed(archive: &Archive) -> Result<Vec<u64>, OpenError> {
    let journals = archive.folder.numbers(Numbered::Journal).map_err(failed)?;
    let mut numbers = Vec::new();
    for number in journals {
        if archive.catalogue.lock().segment(number).is_some() {
            // A crash came between naming the segment and removing the journal.
            remove(archive, number)?;
        } else {
            numbers.push(number);
        }
    }
    let open = archive.folder.numbers(Numbered::Open).map_err(failed)?;
    let highest = open.last().copied();
    for number in open {
        if numbers.contains(&number) {
            continue;
        }
        let goes_on = Some(number) == highest
            && numbers.iter().all(|other| *other < number)
            && archive.catalogue.lock().segment(number).is_none();
        if !goes_on {
            // Its journal was removed and this was not.
            remove(archive, number)?;
        } else if numbers.last().is_none_or(|last| last + 1 != number) {
            // Its journal is lost, or was never on the disk.
            numbers.push(number);
        }
        // Else it was written when the one before could not be sealed after all.
    }
    Ok(numbers)
}

fn remove(archive: &Archive, number: u64) -> Result<(), OpenError> {
    remove_journal(archive, number).map_err(|error| {
        let path = archive.folder.numbered(Numbered::Journal, number);
        failed((path, io::Error::other(error)))
    })
}

/// Reads a journal: its records into memory, what it begins and ends into `open`,
/// its gaps into the list of gaps.
fn read_journal(
    archive: &Archive,
    number: u64,
    open: &mut OpenSet,
) -> Result<(Generation, Replayed), OpenError> {
    let path = archive.folder.numbered(Numbered::Journal, number);
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
            Logged::Gap(gap) => archive.gaps.lock().note(*gap),
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
    if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    let length = length(path);
    match replayed.length {
        0 => length <= FILE_HEADER,
        read => length.saturating_sub(read) <= MOST_TORN,
    }
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Bytes of a journal that has no block.
const FILE_HEADER: u64 = 24;
/// Bytes that are written in about a second, at most.
const MOST_TORN: u64 = 16 << 20;

/// Records that are put into memory at once.
const AT_ONCE: usize = 1024;

/// The last end that is in a segment.
fn last_sealed(archive: &Archive, now: Timestamp) -> Option<Timestamp> {
    let segments = archive.sources().segments;
    let known = segments.iter().filter(|it| !it.entry().groups.is_empty());
    let last = known.map(|sealed| sealed.entry().last_end()).max()?;
    Some(Timestamp::of_milliseconds(last).min(now))
}
