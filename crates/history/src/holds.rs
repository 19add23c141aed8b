//! Records that are kept for a case, whatever retention says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::{Gap, Match, Timestamp};

use crate::addresses::Addresses;
use crate::archive::Archive;
use crate::catalogue::HoldEntry;
use crate::folder::{self, Replacement, sync_folder};
use crate::gaps::{self, whole_milliseconds};
use crate::order::{by_all, is_same_record};
use crate::rows::Rows;
use crate::seal::checkpoint;
use crate::segment::{Checksum, Meta, Segment, SegmentError, checksum, write};
use crate::{FindError, Hold};

/// The most records that a case can hold: all of them are in memory when some are added.
const MOST: usize = 1 << 20;

/// Adds records to what a case holds, and `gaps` to what was not known of their time.
///
/// A crash at any moment leaves the old file or the new one, and a catalogue that knows
/// it: the new one is announced before it gets its name.
///
/// # Errors
///
/// Where the name is none for a file, what the case holds cannot be read, or the
/// file cannot be written.
pub(crate) fn hold(
    archive: &Archive,
    case: &str,
    records: &[Match],
    gaps: &[Gap],
    now: Timestamp,
) -> Result<(), FindError> {
    if !is_case(case) {
        return Err(FindError::CaseName(case.to_owned()));
    }
    let _alone = archive.holding.lock();
    let path = archive.folder.hold(case);
    let mut held = held(&path)?;
    held.add(records, gaps, now);
    if held.records.len() > MOST {
        return Err(FindError::TooMany {
            case: case.to_owned(),
            most: MOST,
        });
    }
    let failed = |source| FindError::Write {
        path: path.clone(),
        source,
    };
    let not_noted = |source| FindError::Write {
        path: archive.folder.catalogue(),
        source,
    };
    let mut checksum = Checksum::default();
    let file = Replacement::write(&path, |file| {
        checksum = held.write(&archive.settings.gateway, file)?;
        Ok(())
    })
    .map_err(failed)?;
    stop_at(archive, "hold written").map_err(failed)?;
    let entry = HoldEntry {
        verified_at: now.milliseconds(),
        ..entry_of(case, &held, checksum)
    };
    let announced = archive.catalogue.lock().announce_hold(entry.clone());
    if let Err(source) = announced {
        archive.catalogue.lock().withdrawn(case);
        return Err(not_noted(source));
    }
    stop_at(archive, "hold announced").map_err(failed)?;
    if let Err(source) = file.put() {
        settle(archive, entry);
        return Err(failed(source));
    }
    stop_at(archive, "hold put").map_err(failed)?;
    let noted = archive.catalogue.lock().add_hold(entry);
    noted.map_err(not_noted)
}

/// Finds out whether a file that was announced is there, and has the catalogue know it.
pub(crate) fn settle(archive: &Archive, announced: HoldEntry) {
    let path = archive.folder.hold(&announced.case);
    let expected = Checksum {
        bytes: announced.bytes,
        crc32: announced.crc32,
    };
    let is_there = checksum(&path).is_ok_and(|found| found == expected);
    let mut catalogue = archive.catalogue.lock();
    if is_there {
        catalogue.remember_hold(announced);
    } else {
        catalogue.withdrawn(&announced.case);
    }
}

/// The entry of a file that the catalogue does not know.
///
/// # Errors
///
/// Where it cannot be read at all.
pub(crate) fn adopted(path: &Path, case: &str, now: Timestamp) -> io::Result<HoldEntry> {
    let bytes = folder::open(path)?.metadata()?.len();
    let (held, fault) = match held(path) {
        Ok(held) => (held, None),
        Err(error) => (Held::default(), Some(error.to_string())),
    };
    // Of one that is damaged it is of no use, and such a file may be endless.
    let checksum = match fault {
        Some(_) => Checksum { bytes, crc32: 0 },
        None => checksum(path)?,
    };
    Ok(HoldEntry {
        verified_at: now.milliseconds(),
        fault,
        ..entry_of(case, &held, checksum)
    })
}

/// The cases that hold records, by name.
pub(crate) fn list(archive: &Archive) -> Vec<Hold> {
    let catalogue = archive.catalogue.lock();
    let told = |hold: &HoldEntry| Hold {
        case: hold.case.clone(),
        records: hold.records,
        gaps: hold
            .gaps
            .as_ref()
            .map(|gaps| gaps.iter().map(Gap::from).collect()),
    };
    catalogue.holds().map(told).collect()
}

/// What a case holds.
#[derive(Debug, Default)]
struct Held {
    records: Vec<Match>,
    /// Nothing where nobody noted what was not known.
    gaps: Option<Vec<Gap>>,
}

impl Held {
    fn add(&mut self, records: &[Match], gaps: &[Gap], now: Timestamp) {
        let all = &mut self.records;
        // One that is still open is held as it was at this time.
        all.extend(records.iter().map(|record| match record.ended_at {
            Some(_) => *record,
            None => checkpoint(record, now),
        }));
        all.sort_by(by_all);
        all.dedup_by(|one, other| is_same_record(one, other));
        if let Some(known) = &mut self.gaps {
            // One that lasts has lasted until now, as far as these records are concerned.
            known.extend(gaps.iter().map(|gap| {
                whole_milliseconds(Gap {
                    to: gap.to.or(Some(now.max(gap.from))),
                    ..*gap
                })
            }));
            known.sort_by_key(|gap| (gap.from, gap.to, gap.cause.name()));
            known.dedup();
        }
    }

    fn write(&self, gateway: &str, file: &fs::File) -> io::Result<Checksum> {
        let mut addresses = Addresses::default();
        let mut rows = Rows::with_capacity(self.records.len());
        for record in &self.records {
            rows.push(&mut addresses, record);
        }
        let meta = Meta {
            first_generation: 0,
            last_generation: 0,
            gateway: gateway.to_owned(),
            gaps: self.gaps.clone(),
        };
        let written = write(&[&rows], &addresses, &meta, file);
        written
            .map(|written| written.checksum)
            .map_err(|error| match error {
                SegmentError::Write(error) => error,
                other => io::Error::other(other),
            })
    }
}

fn entry_of(case: &str, held: &Held, checksum: Checksum) -> HoldEntry {
    let gaps = held.gaps.as_ref();
    HoldEntry {
        case: case.to_owned(),
        records: held.records.len() as u64,
        bytes: checksum.bytes,
        crc32: checksum.crc32,
        gaps: gaps.map(|gaps| gaps.iter().map(gaps::Line::from).collect()),
        verified_at: 0,
        fault: None,
    }
}

/// What is in the file of a hold; nothing where it is not there.
fn held(path: &Path) -> Result<Held, FindError> {
    let read = || {
        let segment = Segment::open(path)?;
        let records = segment.groups().iter().map(|group| group.records);
        let records: u64 = records.sum();
        if records > MOST as u64 {
            let path = path.to_owned();
            let cause = format!("it has {records} records, expected {MOST} at most");
            return Err(SegmentError::Damaged { path, cause });
        }
        let mut held = Held {
            records: Vec::new(),
            gaps: segment.meta().gaps.clone(),
        };
        segment.scan(&mut |record| {
            held.records.push(record);
            true
        })?;
        Ok(held)
    };
    match read() {
        Ok(held) => Ok(held),
        Err(SegmentError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(Held {
                gaps: Some(Vec::new()),
                ..Held::default()
            })
        }
        Err(error) => Err(FindError::Damaged {
            path: path.to_owned(),
            fault: error.to_string(),
        }),
    }
}

/// Gives up what a case holds; false where it holds nothing.
///
/// # Errors
///
/// Where the file could not be removed.
pub(crate) fn release(archive: &Archive, case: &str) -> Result<bool, FindError> {
    if !is_case(case) {
        return Err(FindError::CaseName(case.to_owned()));
    }
    let _alone = archive.holding.lock();
    let path = archive.folder.hold(case);
    let was_there = match fs::remove_file(&path) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(source) => return Err(FindError::Write { path, source }),
    };
    // Before the catalogue forgets it: else it could come back with the power.
    sync_folder(&archive.folder.holds()).map_err(|source| FindError::Write { path, source })?;
    let noted = archive.catalogue.lock().remove_hold(case);
    noted.map_err(|source| FindError::Write {
        path: archive.folder.catalogue(),
        source,
    })?;
    Ok(was_there)
}

/// The files of all holds.
pub(crate) fn files(archive: &Archive) -> Vec<PathBuf> {
    let catalogue = archive.catalogue.lock();
    catalogue
        .holds()
        .map(|hold| archive.folder.hold(&hold.case))
        .collect()
}

/// Stops here as a crash would, where a test wants it.
#[cfg(not(test))]
#[allow(clippy::unnecessary_wraps)]
fn stop_at(_archive: &Archive, _step: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
fn stop_at(archive: &Archive, step: &str) -> io::Result<()> {
    crate::failpoint::stop_at(archive.folder.path(), step)
}

/// Whether this can be the name of a case: it is one of a file, too.
pub(crate) fn is_case(case: &str) -> bool {
    (1..=100).contains(&case.len())
        && !case.starts_with('.')
        && case
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_case_cannot_lead_elsewhere() {
        for name in ["2026-017", "abuse_1.b", "A"] {
            assert!(is_case(name), "{name}");
        }
        for name in ["", ".", "..", "../x", "a/b", "a b", "ä", &"x".repeat(101)] {
            assert!(!is_case(name), "{name}");
        }
    }
}
