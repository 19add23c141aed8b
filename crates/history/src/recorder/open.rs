//! Opening a folder of history, after a clean end or after a crash.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use model::Timestamp;

use super::due::Times;
use super::inventory::{find_holds, find_segments, since};
use super::journals::Journals;
use super::{AFTER_RESTART, Recorder, Settling};
use crate::archive::Archive;
use crate::background::Background;
use crate::catalogue::Catalogue;
use crate::folder::Folder;
use crate::gaps::Gaps;
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

pub(super) fn failed((path, source): (PathBuf, io::Error)) -> OpenError {
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
    let has_gaps = folder.gaps().exists();
    let (catalogue, bad_entries) = Catalogue::open(&folder.catalogue())
        .map_err(|error| failed((folder.catalogue(), error)))?;
    let (gaps, bad_gaps) =
        Gaps::open(&folder.gaps()).map_err(|error| failed((folder.gaps(), error)))?;
    let archive = Archive::new(settings, folder, catalogue, gaps);
    find_segments(&archive, now)?;
    find_holds(&archive, now)?;
    let journals = Journals::read(&archive, now)?;
    archive.gaps.lock().end_all(now);
    if bad_entries > 0 {
        // What it said of segments was found again in these.
        let fault = format!("{bad_entries} of its lines are damaged");
        archive.name_damaged(archive.folder.catalogue(), fault);
    }
    // Without the gaps nobody knows what is missing of the time that there is.
    let fault = match bad_gaps {
        0 if has_gaps || archive.sources().segments.is_empty() => None,
        0 => Some("it is missing".to_owned()),
        _ => Some(format!("{bad_gaps} of its lines are damaged")),
    };
    if let Some(fault) = fault {
        archive.lost(archive.folder.gaps(), fault, Timestamp::default(), now);
    }
    let archive = Arc::new(archive);
    begin(archive, journals, lock, now)
}

fn begin(
    archive: Arc<Archive>,
    journals: Journals,
    lock: fs::File,
    now: Timestamp,
) -> Result<Recorder, OpenError> {
    let background = Background::start(&archive).map_err(OpenError::Thread)?;
    let Journals {
        waiting,
        generation,
        journal,
        generation_began,
        open,
        last_alive,
        began,
    } = journals;
    {
        let mut sources = archive.sources.write();
        let generations = waiting.iter().map(|full| Arc::clone(&full.generation));
        sources.generations = generations.chain([Arc::clone(&generation)]).collect();
    }
    // What cannot be saved now is saved later.
    let since = since(&archive, began);
    let is_known = archive.catalogue.lock().since().is_some();
    let saved = match is_known {
        false => archive.keep_since(since.milliseconds()),
        true => Ok(()),
    };
    let saved = saved.and_then(|()| archive.catalogue.lock().save());
    let mut recorder = Recorder {
        history: Arc::new(History {
            archive: Arc::clone(&archive),
        }),
        archive,
        generation,
        journal,
        generation_began,
        waiting,
        settling: Settling::Known(Unsettled::new(open, AFTER_RESTART)),
        is_doubted: false,
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
