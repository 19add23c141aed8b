//! Whether files are what was written.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Timestamp;

use crate::Verified;
use crate::archive::Archive;
use crate::folder::Numbered;
use crate::generation::Generation;
use crate::journal::replay;
use crate::sealed::Sealed;
use crate::segment::{Checksum, checksum};
use crate::still_open::{fault_of, first_fault};

/// Verifies every file, and calls `visit` after each.
pub(crate) fn verify_all(archive: &Archive, now: Timestamp, mut visit: impl FnMut(Verified)) {
    let mut found = Vec::new();
    for sealed in archive.sources().segments {
        let fault = fault_of_segment(&sealed);
        if archive.set_fault(&sealed, fault.clone()) {
            found.push((sealed.generation(), fault.clone()));
            visit(verified(sealed.path(), fault));
        }
    }
    note(archive, &found, now);
    let holds: Vec<_> = archive.catalogue.lock().holds().cloned().collect();
    for hold in holds {
        let path = archive.folder.hold(&hold.case);
        let expected = Checksum {
            bytes: hold.bytes,
            crc32: hold.crc32,
        };
        let fault = fault_of_file(&path, expected);
        let held = |archive: &Archive| archive.catalogue.lock().holds().any(|other| *other == hold);
        // It may have been changed or released meanwhile.
        if fault.is_none() || held(archive) {
            visit(verified(&path, fault));
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

/// Verifies the segment that has been verified longest ago.
pub(crate) fn verify_next(archive: &Archive, now: Timestamp) {
    let oldest = {
        let catalogue = archive.catalogue.lock();
        let oldest = catalogue.segments().min_by_key(|entry| entry.verified_at);
        oldest.map(|entry| entry.generation)
    };
    let segments = archive.sources().segments;
    let next = segments
        .into_iter()
        .find(|sealed| Some(sealed.generation()) == oldest);
    if let Some(sealed) = next {
        let fault = fault_of_segment(&sealed);
        if archive.set_fault(&sealed, fault.clone()) {
            note(archive, &[(sealed.generation(), fault)], now);
        }
    }
}

fn note(archive: &Archive, found: &[(u64, Option<String>)], now: Timestamp) {
    let mut catalogue = archive.catalogue.lock();
    if let Err(error) = catalogue.verified(found, now.milliseconds()) {
        archive.progress.lock().trouble = Some(format!("write the catalogue: {error}"));
    }
}

fn fault_of_segment(sealed: &Arc<Sealed>) -> Option<String> {
    let entry = sealed.entry();
    let expected = Checksum {
        bytes: entry.bytes,
        crc32: entry.crc32,
    };
    fault_of_file(sealed.path(), expected)
}

/// What is wrong with a file, if anything.
pub(crate) fn fault_of_file(path: &Path, expected: Checksum) -> Option<String> {
    match checksum(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("it is missing".to_owned()),
        Err(error) => Some(format!("it cannot be read: {error}")),
        Ok(found) if found.bytes != expected.bytes => Some(format!(
            "it has {} bytes, expected {}",
            found.bytes, expected.bytes
        )),
        Ok(found) if found.crc32 != expected.crc32 => Some(format!(
            "its checksum is {:08x}, expected {:08x}",
            found.crc32, expected.crc32
        )),
        Ok(_) => None,
    }
}

fn verified(path: &Path, fault: Option<String>) -> Verified {
    Verified {
        path: PathBuf::from(path),
        fault,
    }
}
