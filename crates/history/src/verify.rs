//! Whether files are what was written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Timestamp;

use crate::archive::Archive;
use crate::catalogue::HoldEntry;
use crate::folder::{Numbered, is_passing};
use crate::generation::Generation;
use crate::journal::replay;
use crate::sealed::Sealed;
use crate::segment::{Checksum, Segment, SegmentError, checksum};
use crate::still_open::{fault_of, first_fault};
use crate::{News, Verified, holds};

/// Verifies every file, and calls `visit` after each.
pub(crate) fn verify_all(archive: &Archive, now: Timestamp, mut visit: impl FnMut(Verified)) {
    for sealed in archive.sources().segments {
        if let Some(fault) = verify_segment(archive, &sealed, now) {
            visit(verified(sealed.path(), fault));
        }
    }
    let cases: Vec<String> = holds::list(archive)
        .into_iter()
        .map(|hold| hold.case)
        .collect();
    for case in cases {
        if let Some(fault) = verify_hold(archive, &case, now) {
            visit(verified(&archive.folder.hold(&case), fault));
        }
    }
    let generations = archive.sources().generations;
    for generation in &generations {
        verify_journal(archive, generation, &mut visit);
    }
}

/// Verifies the journal of a generation that is not sealed, and what was open before it.
fn verify_journal(
    archive: &Archive,
    generation: &Arc<Generation>,
    visit: &mut dyn FnMut(Verified),
) {
    let number = generation.number();
    // Before it is read: what comes later may be on its way just now.
    let written = generation.written().bytes;
    for kind in [Numbered::Open, Numbered::Journal] {
        let path = archive.folder.numbered(kind, number);
        let fault = match (kind, replay(&path, number, None, |_, _| {})) {
            (Numbered::Journal, Ok(replayed)) => fault_of(&replayed, written),
            (_, Ok(replayed)) => first_fault(&replayed),
            (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                if kind == Numbered::Open || written == 0 {
                    continue;
                }
                Some("it is missing".to_owned())
            }
            (_, Err(error)) => Some(format!("it cannot be read: {error}")),
        };
        // It may have been sealed meanwhile, and its journal removed.
        let is_there = |other: &Arc<Generation>| Arc::ptr_eq(other, generation);
        if fault.is_none() || archive.sources().generations.iter().any(is_there) {
            visit(verified(&path, fault));
        }
    }
}

/// Verifies the segment or the hold that has been verified longest ago.
pub(crate) fn verify_next(archive: &Archive, now: Timestamp) {
    let (segment, hold) = {
        let catalogue = archive.catalogue.lock();
        let segment = catalogue.segments().min_by_key(|entry| entry.verified_at);
        let hold = catalogue.holds().min_by_key(|hold| hold.verified_at);
        (
            segment.map(|entry| (entry.verified_at, entry.generation)),
            hold.map(|hold| (hold.verified_at, hold.case.clone())),
        )
    };
    match (segment, hold) {
        (Some((segment_at, generation)), hold)
            if hold
                .as_ref()
                .is_none_or(|(hold_at, _)| segment_at <= *hold_at) =>
        {
            let mut segments = archive.sources().segments.into_iter();
            if let Some(sealed) = segments.find(|sealed| sealed.generation() == generation) {
                verify_segment(archive, &sealed, now);
            }
        }
        (_, Some((_, case))) => {
            verify_hold(archive, &case, now);
        }
        (_, None) => {}
    }
}

/// What is wrong with the file of a segment, if anything; nothing where it is no segment
/// any more. Notes it, unless that says nothing of the file.
fn verify_segment(
    archive: &Archive,
    sealed: &Arc<Sealed>,
    now: Timestamp,
) -> Option<Option<String>> {
    let entry = sealed.entry();
    let expected = Checksum {
        bytes: entry.bytes,
        crc32: entry.crc32,
    };
    // One that was damaged when it was found has no checksum that it should have, and may be
    // endless.
    let was_never_read = entry.groups.is_empty() && entry.fault.is_some();
    let still = match was_never_read {
        true => Segment::open(sealed.path()).err(),
        false => None,
    };
    let found = match still {
        Some(SegmentError::Read { source, .. }) if is_passing(&source) => Err(source),
        Some(error) => Ok(Some(error.to_string())),
        None => fault_of_file(sealed.path(), expected),
    };
    let fault = match found {
        Ok(fault) => fault,
        Err(error) => return Some(Some(not_now(&error))),
    };
    archive.set_fault(sealed, fault.clone()).then(|| {
        let found = (sealed.generation(), fault.clone());
        let noted = archive.catalogue.lock().verified(found, now.milliseconds());
        could_note(archive, noted);
        fault
    })
}

/// The same for the file of a hold.
fn verify_hold(archive: &Archive, case: &str, now: Timestamp) -> Option<Option<String>> {
    // Nobody changes or releases it meanwhile.
    let _alone = archive.holding.lock();
    let known = archive.catalogue.lock().hold(case).cloned()?;
    let path = archive.folder.hold(case);
    let expected = Checksum {
        bytes: known.bytes,
        crc32: known.crc32,
    };
    let fault = match fault_of_file(&path, expected) {
        Ok(fault) => fault,
        Err(error) => return Some(Some(not_now(&error))),
    };
    if known.fault.is_none() && fault.is_some() {
        archive.tell(News::Damaged(verified(&path, fault.clone())));
    }
    let noted = archive.catalogue.lock().add_hold(HoldEntry {
        verified_at: now.milliseconds(),
        fault: fault.clone(),
        ..known
    });
    could_note(archive, noted);
    Some(fault)
}

fn could_note(archive: &Archive, noted: io::Result<()>) {
    if let Err(error) = noted {
        archive.progress.lock().trouble = Some(format!("write the catalogue: {error}"));
    }
}

fn not_now(error: &io::Error) -> String {
    format!("it could not be read just now, which says nothing of it: {error}")
}

/// What is wrong with a file, if anything.
///
/// # Errors
///
/// Where it cannot be read just now.
fn fault_of_file(path: &Path, expected: Checksum) -> io::Result<Option<String>> {
    let of_other_length = |bytes: u64| {
        let differs = bytes != expected.bytes;
        differs.then(|| format!("it has {bytes} bytes, expected {}", expected.bytes))
    };
    // A longer one need not be read: it may be endless.
    let length = fs::metadata(path).ok().filter(|it| it.is_file());
    if let Some(fault) = length.and_then(|it| of_other_length(it.len())) {
        return Ok(Some(fault));
    }
    Ok(match checksum(path) {
        Err(error) if is_passing(&error) => return Err(error),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("it is missing".to_owned()),
        Err(error) => Some(format!("it cannot be read: {error}")),
        Ok(found) if found.bytes != expected.bytes => of_other_length(found.bytes),
        Ok(found) if found.crc32 != expected.crc32 => Some(format!(
            "its checksum is {:08x}, expected {:08x}",
            found.crc32, expected.crc32
        )),
        Ok(_) => None,
    })
}

fn verified(path: &Path, fault: Option<String>) -> Verified {
    Verified {
        path: PathBuf::from(path),
        fault,
    }
}
