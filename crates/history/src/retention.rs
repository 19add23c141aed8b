//! Which segments have had their time, and removing them.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use model::Timestamp;

use crate::News;
use crate::archive::Archive;
use crate::catalogue::total;
use crate::folder::sync_folder;
use crate::sealed::Sealed;

/// The segments whose time is over or for which there is no room, oldest first.
pub(crate) fn expired(archive: &Archive, now: Timestamp) -> Vec<Arc<Sealed>> {
    let settings = &archive.settings;
    let segments = archive.sources().segments;
    let is_old = |sealed: &Sealed| {
        // Of one that cannot be read and is in no catalogue nobody knows how old it is.
        let is_known = !sealed.entry().groups.is_empty();
        settings.keep_for.is_some_and(|keep| {
            is_known && sealed.entry().last_end() < now.minus(keep).milliseconds()
        })
    };
    let mut bytes: u64 = 0;
    if settings.keep_bytes.is_some() {
        // What is held for cases does not push out what is not.
        let held = bytes_within(&archive.folder.holds());
        bytes = bytes_of_all(archive).saturating_sub(held);
    }
    let mut expired = Vec::new();
    for sealed in segments {
        let has_no_room = settings.keep_bytes.is_some_and(|keep| bytes > keep);
        if is_old(&sealed) || has_no_room {
            bytes = bytes.saturating_sub(sealed.entry().bytes);
            expired.push(sealed);
        }
    }
    expired
}

/// Removes them.
///
/// # Errors
///
/// Where the catalogue could not be written or a file not be removed. Those are tried
/// again when history is opened next, and are found no more until then.
pub(crate) fn expire(archive: &Archive, now: Timestamp) -> io::Result<()> {
    let mut outcome = Ok(());
    for sealed in expired(archive, now) {
        let generation = sealed.generation();
        // Its last millisecond is not complete any more. A clock that was ahead does
        // not make the time until then one of which nothing is known.
        let last_end = sealed.entry().last_end().min(now.milliseconds());
        outcome = outcome.and(archive.keep_since(last_end.saturating_add(1)));
        let forgotten = archive.catalogue.lock().remove_segment(generation);
        outcome = outcome.and(forgotten);
        archive
            .sources
            .write()
            .segments
            .retain(|other| !Arc::ptr_eq(other, &sealed));
        archive.readers.close(generation);
        let removed = match fs::remove_file(sealed.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        let removed = removed.and_then(|()| sync_folder(&archive.folder.segments()));
        if removed.is_ok() {
            archive.tell(News::Expired(sealed.info()));
        }
        outcome = outcome.and(removed);
    }
    archive.gaps.lock().forget_before(archive.since());
    outcome
}

/// Bytes that all files take together.
pub(crate) fn bytes_of_all(archive: &Archive) -> u64 {
    let segments = archive.sources().segments;
    let segments = total(segments.iter().map(|sealed| sealed.entry().bytes));
    let folder = &archive.folder;
    let others = [folder.path().to_owned(), folder.journal(), folder.holds()];
    total(
        others
            .iter()
            .map(|path| bytes_within(path))
            .chain([segments]),
    )
}

/// Bytes of the files in a folder. What cannot be read does not count.
pub(crate) fn bytes_within(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|metadata| metadata.len())
        .sum()
}
