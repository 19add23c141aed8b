//! Which files of segments and holds there are, when history is opened.

use std::fs;
use std::io;
use std::sync::Arc;

use model::Timestamp;

use super::open::{OpenError, failed};
use crate::archive::Archive;
use crate::catalogue::Entry;
use crate::folder::{Numbered, is_passing};
use crate::holds::{self, is_case};
use crate::seal::entry_of;
use crate::sealed::Sealed;
use crate::segment::{Segment, SegmentError, checksum};
use crate::{News, Verified};

/// Finds the segments, those without a line in the catalogue too, and sees which are
/// missing or not as long as they were.
pub(super) fn find_segments(archive: &Archive, now: Timestamp) -> Result<(), OpenError> {
    let numbers = archive.folder.numbers(Numbered::Segment).map_err(failed)?;
    let mut catalogue = archive.catalogue.lock();
    for number in numbers {
        if catalogue.segment(number).is_none() {
            let entry = adopted(archive, number, now)?;
            if let Some(fault) = &entry.fault {
                archive.tell(News::Damaged(Verified {
                    path: archive.folder.numbered(Numbered::Segment, number),
                    fault: Some(fault.clone()),
                }));
            }
            catalogue.remember_segment(entry);
        }
    }
    let segments = catalogue.segments().map(|entry| {
        let sealed = Sealed::new(&archive.folder, entry.clone());
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
            // Whoever asks is told, and tries again.
            Err(_) => None,
        };
        (Arc::new(sealed), fault)
    });
    let segments: Vec<_> = segments.collect();
    drop(catalogue);
    let mut sources = archive.sources.write();
    sources.segments = segments
        .iter()
        .map(|(sealed, _)| Arc::clone(sealed))
        .collect();
    drop(sources);
    for (sealed, fault) in segments {
        // One that was found to be damaged before stays so until it is verified.
        if fault.is_some() {
            archive.set_fault(&sealed, fault);
        }
    }
    Ok(())
}

/// The entry of a segment that the catalogue does not know. One that cannot be read just
/// now is none: whoever opens tries again.
fn adopted(archive: &Archive, number: u64, now: Timestamp) -> Result<Entry, OpenError> {
    let path = archive.folder.numbered(Numbered::Segment, number);
    let read = || {
        let segment = Segment::open(&path)?;
        let last = segment.meta().last_generation;
        if last != number {
            let cause = format!("it is that of generation {last}, expected {number}");
            let path = path.clone();
            return Err(SegmentError::Damaged { path, cause });
        }
        let checksum = checksum(&path).map_err(|source| SegmentError::Read {
            path: path.clone(),
            source,
        })?;
        Ok(entry_of(number, segment.groups(), checksum, now))
    };
    let fault = match read() {
        Ok(entry) => return Ok(entry),
        Err(SegmentError::Read { path, source }) if is_passing(&source) => {
            return Err(failed((path, source)));
        }
        Err(error) => error.to_string(),
    };
    Ok(Entry {
        generation: number,
        bytes: fs::metadata(&path).map_or(0, |metadata| metadata.len()),
        crc32: 0,
        groups: Vec::new(),
        verified_at: now.milliseconds(),
        fault: Some(fault),
    })
}

/// Finds holds that the catalogue does not know, or not as they are.
pub(super) fn find_holds(archive: &Archive, now: Timestamp) -> Result<(), OpenError> {
    let announced = archive.catalogue.lock().announced();
    for hold in announced {
        // A crash came between putting it there and noting that.
        holds::settle(archive, hold);
    }
    let folder = archive.folder.holds();
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
        let is_known = archive
            .catalogue
            .lock()
            .holds()
            .any(|hold| hold.case == case);
        if is_known {
            continue;
        }
        if !is_case(case) {
            let fault = "its name is none of a case";
            archive.name_damaged(path.clone(), fault.to_owned());
            continue;
        }
        match holds::adopted(&path, case, now) {
            Ok(hold) => archive.catalogue.lock().remember_hold(hold),
            Err(error) if is_passing(&error) => return Err(failed((path, error))),
            Err(error) => archive.name_damaged(path, error.to_string()),
        }
    }
    Ok(())
}

/// Since when records are kept, where the catalogue does not say: for certain since the
/// last end in the oldest segment. What ended before was perhaps not recorded yet, or
/// has expired.
pub(super) fn since(archive: &Archive, began: Timestamp) -> Timestamp {
    let segments = archive.sources().segments;
    let is_known = |sealed: &&Arc<Sealed>| !sealed.entry().groups.is_empty();
    let Some(oldest) = segments.iter().find(is_known) else {
        return began;
    };
    Timestamp::of_milliseconds(oldest.entry().last_end())
}
