//! Records that are kept for a case, whatever retention says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::{Match, Timestamp};

use crate::FindError;
use crate::addresses::Addresses;
use crate::archive::Archive;
use crate::catalogue::HoldEntry;
use crate::folder::{replace, sync_folder};
use crate::order::{by_all, is_same_record};
use crate::rows::Rows;
use crate::seal::checkpoint;
use crate::segment::{Meta, Segment, SegmentError, write};

/// Adds records to what a case holds.
///
/// # Errors
///
/// Where the name is none for a file, what the case holds cannot be read, or the
/// file cannot be written.
pub(crate) fn hold(
    archive: &Archive,
    case: &str,
    records: &[Match],
    now: Timestamp,
) -> Result<(), FindError> {
    if !is_name(case) {
        return Err(FindError::CaseName(case.to_owned()));
    }
    let _alone = archive.holding.lock();
    let path = archive.folder.hold(case);
    let mut all = held(&path)?;
    // One that is still open is held as it was at this time.
    all.extend(records.iter().map(|record| match record.ended_at {
        Some(_) => *record,
        None => checkpoint(record, now),
    }));
    all.sort_by(by_all);
    all.dedup_by(|one, other| is_same_record(one, other));
    let mut addresses = Addresses::default();
    let mut rows = Rows::with_capacity(all.len());
    for record in &all {
        rows.push(&mut addresses, record);
    }
    let meta = Meta {
        first_generation: 0,
        last_generation: 0,
        gateway: archive.settings.gateway.clone(),
    };
    let mut written = None;
    let write = |file: &fs::File| {
        let outcome = write(&[&rows], &addresses, &meta, file).map_err(|error| match error {
            SegmentError::Write(error) => error,
            other => io::Error::other(other),
        })?;
        written = Some(outcome);
        Ok(())
    };
    let failed = |source| FindError::Write {
        path: path.clone(),
        source,
    };
    replace(&path, write).map_err(failed)?;
    let Some(written) = written else {
        return Ok(());
    };
    let entry = HoldEntry {
        case: case.to_owned(),
        records: all.len() as u64,
        bytes: written.checksum.bytes,
        crc32: written.checksum.crc32,
    };
    let noted = archive.catalogue.lock().add_hold(entry);
    noted.map_err(|source| FindError::Write {
        path: archive.folder.catalogue(),
        source,
    })
}

/// The records in the file of a hold; none where it is not there.
fn held(path: &Path) -> Result<Vec<Match>, FindError> {
    let mut all = Vec::new();
    let outcome = Segment::open(path).and_then(|segment| {
        segment.scan(&mut |record| {
            all.push(record);
            true
        })
    });
    match outcome {
        Ok(_) => Ok(all),
        Err(SegmentError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(Vec::new())
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
    if !is_name(case) {
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

/// Whether this can be the name of a case: it is one of a file, too.
fn is_name(case: &str) -> bool {
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
            assert!(is_name(name), "{name}");
        }
        for name in ["", ".", "..", "../x", "a/b", "a b", "ä", &"x".repeat(101)] {
            assert!(!is_name(name), "{name}");
        }
    }
}
