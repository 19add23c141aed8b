//! Sealing a generation: its records become a segment, what is still open goes over
//! to the next generation, its journal is removed.
//!
//! Each step can be repeated, so a crash between any two does no harm: while the
//! segment has not got its name, everything is done again; once it has, the journal
//! only has to be removed.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use model::{EndEvidence, Match, TimeSource, Timed, Timestamp};

use crate::archive::Archive;
use crate::background::save;
use crate::catalogue::{Entry, GroupEntry};
use crate::folder::{Numbered, create, sync_folder};
use crate::generation::Generation;
use crate::journal::{OpenSet, write_open};
use crate::sealed::Sealed;
use crate::segment::{Checksum, Group, Meta, SegmentError, Written, write};
use crate::{News, still_open};

/// Why a generation could not be sealed. It is tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    /// A file could not be written, read or removed.
    #[error("seal {path}: {source}")]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// Something else could not be done.
    #[error("{0}")]
    Other(String),
    /// The segment could not be written.
    #[error("seal {path}: {source}")]
    Segment {
        path: PathBuf,
        #[source]
        source: SegmentError,
    },
}

/// A generation that is full.
#[derive(Clone, Debug)]
pub(crate) struct Full {
    /// Its records.
    pub(crate) generation: Arc<Generation>,
    /// When it became full.
    pub(crate) at: Timestamp,
    /// Whether what its journal has as open is known to be.
    pub(crate) is_settled: bool,
}

/// Seals a generation. All before it must have been sealed.
///
/// # Errors
///
/// Where a file could not be written; its records stay where they are.
pub(crate) fn seal(archive: &Archive, full: &Full) -> Result<(), SealError> {
    let number = full.generation.number();
    // The journal has gaps that nothing else may have.
    save(archive).map_err(SealError::Other)?;
    carry_over(archive, full)?;
    stop_at(archive, "carried over")?;
    if full.generation.len() == 0 {
        forget(archive, &full.generation, None);
        return remove_journal(archive, number);
    }
    let path = archive.folder.numbered(Numbered::Segment, number);
    let written = write_segment(archive, &full.generation, &path)?;
    stop_at(archive, "segment written")?;
    let sealed = Arc::new(Sealed::new(
        &archive.folder,
        entry(number, &written, full.at),
    ));
    if let Err(error) = archive.catalogue.lock().add_segment(sealed.entry().clone()) {
        // The segment would be found without its line; the journal takes more room.
        archive.progress.lock().trouble = Some(error.to_string());
    }
    stop_at(archive, "in the catalogue")?;
    archive.tell(News::Sealed(sealed.info()));
    forget(archive, &full.generation, Some(sealed));
    remove_journal(archive, number)
}

/// Lets the segment take the place of the generation, for all readers at once.
fn forget(archive: &Archive, generation: &Arc<Generation>, sealed: Option<Arc<Sealed>>) {
    let mut sources = archive.sources.write();
    sources
        .generations
        .retain(|other| !Arc::ptr_eq(other, generation));
    sources.segments.extend(sealed);
}

/// Writes down what is open for the next generation, with checkpoints of what has
/// been open for long.
fn carry_over(archive: &Archive, full: &Full) -> Result<(), SealError> {
    let number = full.generation.number();
    let mut open = OpenSet::default();
    let failed = |(path, source)| SealError::File { path, source };
    still_open::read_begin(archive, number, &mut open, full.at).map_err(failed)?;
    let (_, is_whole) =
        still_open::read_journal(archive, &full.generation, None, &mut open).map_err(failed)?;
    // Of what a damaged journal has as open nobody knows whether it is.
    if full.is_settled && is_whole {
        let now = full.at.milliseconds();
        let every = archive.settings.checkpoint_every.as_millis();
        let before = now.saturating_sub(i64::try_from(every).unwrap_or(i64::MAX));
        let mut records = Vec::new();
        open.check(before, now, |begun| {
            records.extend(begun.to_match().ok().map(|open| checkpoint(&open, full.at)));
        });
        full.generation.push_checkpoints(&records);
    }
    let path = archive.folder.numbered(Numbered::Open, number + 1);
    write_open(&path, number + 1, &open, full.at)
        .and_then(|()| sync_folder(&archive.folder.journal()))
        .map_err(|source| SealError::File { path, source })
}

/// The record that says that a translation lived at a time.
pub(crate) fn checkpoint(open: &Match, now: Timestamp) -> Match {
    Match {
        ended_at: Some(Timed {
            at: now,
            source: TimeSource::Received,
        }),
        end_evidence: Some(EndEvidence::Checkpoint),
        ..*open
    }
}

fn write_segment(
    archive: &Archive,
    generation: &Generation,
    path: &PathBuf,
) -> Result<Written, SealError> {
    let number = generation.number();
    let meta = Meta {
        first_generation: number,
        last_generation: number,
        gateway: archive.settings.gateway.clone(),
        gaps: None,
    };
    let temporary = path.with_extension("parquet.tmp");
    let outcome = generation.with_rows(|rows, addresses| {
        let file = create(&temporary).map_err(SegmentError::Write)?;
        let mut output = BufWriter::with_capacity(1 << 18, &file);
        let written = write(rows, addresses, &meta, &mut output)?;
        output.flush().map_err(SegmentError::Write)?;
        drop(output);
        file.sync_all().map_err(SegmentError::Write)?;
        Ok(written)
    });
    let written = outcome.map_err(|source| {
        // It takes room that may be what is missing. The first error says more.
        let _ = fs::remove_file(&temporary);
        SealError::Segment {
            path: path.clone(),
            source,
        }
    })?;
    fs::rename(&temporary, path)
        .and_then(|()| sync_folder(&archive.folder.segments()))
        .map_err(|source| SealError::File {
            path: path.clone(),
            source,
        })?;
    Ok(written)
}

/// Removes the journal of a generation whose records are in a segment.
///
/// # Errors
///
/// Where it cannot be removed.
pub(crate) fn remove_journal(archive: &Archive, number: u64) -> Result<(), SealError> {
    use io::ErrorKind::{IsADirectory, NotFound};
    // In this order: what was open is of no use without the journal, and is known
    // for that when the journal is not there.
    for kind in [Numbered::Journal, Numbered::Open] {
        let path = archive.folder.numbered(kind, number);
        // A folder in its place is none of ours, and stays.
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), NotFound | IsADirectory) => {}
            Err(source) => return Err(SealError::File { path, source }),
        }
        stop_at(archive, "journal removed")?;
    }
    Ok(())
}

fn entry(generation: u64, written: &Written, now: Timestamp) -> Entry {
    entry_of(generation, &written.groups, written.checksum, now)
}

/// What the catalogue has to know of a segment.
pub(crate) fn entry_of(
    generation: u64,
    groups: &[Group],
    checksum: Checksum,
    now: Timestamp,
) -> Entry {
    let group = |group: &Group| GroupEntry {
        records: group.records,
        from: (group.period.from != Timestamp::MIN).then(|| group.period.from.milliseconds()),
        to: group.period.to.milliseconds(),
    };
    Entry {
        generation,
        bytes: checksum.bytes,
        crc32: checksum.crc32,
        groups: groups.iter().map(group).collect(),
        verified_at: now.milliseconds(),
        fault: None,
    }
}

/// Stops here as a crash would, where a test wants it.
#[cfg(not(test))]
#[allow(clippy::unnecessary_wraps)]
fn stop_at(_archive: &Archive, _step: &str) -> Result<(), SealError> {
    Ok(())
}

#[cfg(test)]
fn stop_at(archive: &Archive, step: &str) -> Result<(), SealError> {
    crate::failpoint::stop_at(archive.folder.path(), step).map_err(|source| SealError::File {
        path: PathBuf::from(step),
        source,
    })
}
