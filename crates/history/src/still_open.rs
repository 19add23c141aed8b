//! What is open at the end of a generation, by its journal; and what of that nobody knows
//! any more because the journal is damaged.
//!
//! Records that have ended are in memory until they are sealed. A damaged journal costs
//! what began, and would be known to have ended only while it is looked for.

use std::io;
use std::path::{Path, PathBuf};

use model::Timestamp;

use crate::archive::Archive;
use crate::folder::Numbered;
use crate::generation::Generation;
use crate::journal::{OpenSet, Replayed, replay};

/// Adds what was open when a generation began, as it is written down. `now` is when
/// whatever is damaged of that was seen to be.
///
/// # Errors
///
/// Where it cannot be read just now; with its path.
pub(crate) fn read_begin(
    archive: &Archive,
    number: u64,
    open: &mut OpenSet,
    now: Timestamp,
) -> Result<(), (PathBuf, io::Error)> {
    let path = archive.folder.numbered(Numbered::Open, number);
    let fault = match replay(&path, number, None, |entry, at| open.apply(entry, at)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err((path, error)),
        Ok(replayed) => first_fault(&replayed),
    };
    if let Some(fault) = fault {
        // What was open had a checkpoint not long before, or began after that.
        let settings = &archive.settings;
        let written = settings.checkpoint_every + settings.segment_age;
        archive.lost(path, fault, now.minus(written), now);
    }
    Ok(())
}

/// Applies what the journal of a generation that is in memory says, from the end of
/// `after` on; says how far that was, and whether nothing of it is missing.
///
/// # Errors
///
/// Where it cannot be read just now; with its path.
pub(crate) fn read_journal(
    archive: &Archive,
    generation: &Generation,
    after: Option<&Replayed>,
    open: &mut OpenSet,
) -> Result<(Replayed, bool), (PathBuf, io::Error)> {
    let number = generation.number();
    let path = archive.folder.numbered(Numbered::Journal, number);
    let written = generation.written();
    let replayed = replay(&path, number, after, |entry, at| open.apply(entry, at));
    let replayed = match replayed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let is_whole = written.bytes == 0;
            if !is_whole {
                archive.lost(path, "it is missing".to_owned(), written.from, written.to);
            }
            return Ok((Replayed::default(), is_whole));
        }
        other => other.map_err(|error| (path.clone(), error))?,
    };
    let mut is_whole = note_holes(archive, &path, &replayed, written.from);
    if let Some(fault) = missing_end(&replayed, written.bytes) {
        is_whole = false;
        let from = replayed.last_at.unwrap_or(written.from);
        archive.lost(path, fault, from, written.to);
    }
    if !is_whole {
        generation.remove_ended(open, archive.settings.remote);
    }
    Ok((replayed, is_whole))
}

/// Notes what is missing in the middle of a journal that was begun at a time; whether
/// nothing is.
pub(crate) fn note_holes(
    archive: &Archive,
    path: &Path,
    replayed: &Replayed,
    began: Timestamp,
) -> bool {
    for hole in &replayed.holes {
        let (path, fault) = (path.to_owned(), hole.fault.clone());
        if hole.entries > 0 {
            let from = hole.from.unwrap_or(began.min(hole.to));
            archive.lost(path, fault, from, hole.to);
        } else {
            archive.name_damaged(path, fault);
        }
    }
    replayed.holes.iter().all(|hole| hole.entries == 0)
}

/// What is wrong with a journal that has been written up to a place, if anything.
pub(crate) fn fault_of(replayed: &Replayed, written: u64) -> Option<String> {
    let hole = replayed.holes.first().map(|hole| hole.fault.clone());
    hole.or_else(|| missing_end(replayed, written))
}

/// What is wrong with a file that was written once and for all, if anything.
pub(crate) fn first_fault(replayed: &Replayed) -> Option<String> {
    let hole = replayed.holes.first().map(|hole| hole.fault.clone());
    hole.or_else(|| replayed.fault.clone())
}

/// What is wrong with the end of a journal, where it is not all that was written.
fn missing_end(replayed: &Replayed, written: u64) -> Option<String> {
    (replayed.length < written).then(|| {
        let short = || format!("it ends at byte {}, expected {written}", replayed.length);
        replayed.fault.clone().unwrap_or_else(short)
    })
}
