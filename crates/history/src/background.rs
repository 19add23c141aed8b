//! What takes long, on threads of its own: sealing and what else is done with files on
//! one, waiting for the disk on the other.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use model::Timestamp;

use crate::archive::Archive;
use crate::folder::sync_folder;
use crate::generation::Generation;
use crate::journal::{OpenSet, Replayed};
use crate::retention::expire;
use crate::seal::{Full, seal};
use crate::verify::verify_next;
use crate::{gaps, still_open};

/// Something to be done.
#[derive(Debug)]
pub(crate) enum Job {
    /// Seal a generation.
    Seal(Full),
    /// Read the journals of some generations, oldest first, for what is open.
    ReadOpen(Vec<Arc<Generation>>),
    /// Write the file of gaps, and the catalogue if it is not written.
    Save,
    /// Remove segments whose time is over.
    Expire(Timestamp),
    /// Verify one segment or hold.
    Verify(Timestamp),
    /// Make what was written to a journal safe from a power cut; with the folder,
    /// where its name is new.
    Sync(Arc<File>, Option<PathBuf>),
}

/// What has become of it.
#[derive(Debug)]
pub(crate) enum Done {
    /// A generation was sealed, or why not.
    Sealed(Result<(), String>),
    /// What is open, and how much of the last journal was read for it.
    ReadOpen(Result<(OpenSet, Replayed), String>),
    /// Files were saved or removed, or why not.
    Other(Result<(), String>),
    /// A journal is safe, or why not.
    Synced(Result<(), String>),
}

/// The threads. They end when this is dropped, after what they are doing.
#[derive(Debug)]
pub(crate) struct Background {
    /// Taken when dropped.
    slow: Option<Sender<Job>>,
    disk: Option<Sender<Job>>,
    done: Receiver<Done>,
    threads: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts them.
    ///
    /// # Errors
    ///
    /// Where the system gives no thread.
    pub(crate) fn start(archive: &Arc<Archive>) -> io::Result<Self> {
        let (done_sender, done) = channel();
        let mut threads = Vec::new();
        let mut start = |name: &str| -> io::Result<Sender<Job>> {
            let (sender, jobs) = channel();
            let (archive, done) = (Arc::clone(archive), done_sender.clone());
            let work = move || {
                for job in jobs {
                    // Nobody is there to be told only when all of it ends.
                    let _ = done.send(attempt(&archive, job));
                }
            };
            threads.push(Builder::new().name(name.to_owned()).spawn(work)?);
            Ok(sender)
        };
        Ok(Self {
            slow: Some(start("history-seal")?),
            disk: Some(start("history-sync")?),
            done,
            threads,
        })
    }

    /// Has something done.
    pub(crate) fn start_job(&self, job: Job) {
        let sender = match job {
            Job::Sync(..) => &self.disk,
            _ => &self.slow,
        };
        if let Some(sender) = sender {
            // The thread is there until this is dropped.
            let _ = sender.send(job);
        }
    }

    /// What has been done since it was asked last.
    pub(crate) fn try_done(&self) -> Option<Done> {
        self.done.try_recv().ok()
    }

    /// Waits until something has been done.
    pub(crate) fn wait_done(&self, timeout: Duration) -> Result<Done, RecvTimeoutError> {
        self.done.recv_timeout(timeout)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.slow = None;
        self.disk = None;
        for thread in self.threads.drain(..) {
            // Whether it has panicked is seen by nobody any more.
            let _ = thread.join();
        }
    }
}

/// Does a job. A panic is a fault of this crate and fails that job alone, as an error does: what
/// waits to be done is not lost with the thread.
fn attempt(archive: &Archive, job: Job) -> Done {
    let failed = match job {
        Job::Seal(_) => |fault| Done::Sealed(Err(fault)),
        Job::ReadOpen(_) => |fault| Done::ReadOpen(Err(fault)),
        Job::Save | Job::Expire(_) | Job::Verify(_) => |fault| Done::Other(Err(fault)),
        Job::Sync(..) => |fault| Done::Synced(Err(fault)),
    };
    // No lock can be poisoned, and files get their names last: what a job leaves is what a
    // crash would leave.
    let done = catch_unwind(AssertUnwindSafe(|| work(archive, job)));
    done.unwrap_or_else(|_| failed("a thread of history panicked".to_owned()))
}

fn work(archive: &Archive, job: Job) -> Done {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    match job {
        Job::Seal(full) => Done::Sealed(seal(archive, &full).map_err(|error| text(&error))),
        Job::ReadOpen(generations) => Done::ReadOpen(read_open(archive, &generations)),
        Job::Save => Done::Other(save(archive)),
        Job::Expire(now) => {
            Done::Other(expire(archive, now).map_err(|error| format!("remove segments: {error}")))
        }
        Job::Verify(now) => {
            verify_next(archive, now);
            Done::Other(Ok(()))
        }
        Job::Sync(file, folder) => Done::Synced(
            file.sync_data()
                .and_then(|()| folder.map_or(Ok(()), |folder| sync_folder(&folder)))
                .map_err(|error| text(&error)),
        ),
    }
}

/// What is open at the end of the last of these generations.
fn read_open(
    archive: &Archive,
    generations: &[Arc<Generation>],
) -> Result<(OpenSet, Replayed), String> {
    let failed = |(path, error): (PathBuf, io::Error)| format!("read {}: {error}", path.display());
    let mut open = OpenSet::default();
    let mut last = Replayed::default();
    if let Some(first) = generations.first() {
        // What is open at the start of the later ones follows from it.
        let seen_at = first.written().to;
        still_open::read_begin(archive, first.number(), &mut open, seen_at).map_err(failed)?;
    }
    for generation in generations {
        (last, _) =
            still_open::read_journal(archive, generation, None, &mut open).map_err(failed)?;
    }
    Ok((open, last))
}

/// Writes the file of gaps and the catalogue, where they do not say everything.
pub(crate) fn save(archive: &Archive) -> Result<(), String> {
    let _alone = archive.saving.lock();
    let list = {
        let gaps = archive.gaps.lock();
        gaps.is_unsaved().then(|| gaps.list())
    };
    if let Some(list) = list {
        gaps::save(&archive.folder.gaps(), &list)
            .map_err(|error| format!("write the file of gaps: {error}"))?;
        archive.gaps.lock().saved(&list);
    }
    let saved = archive.catalogue.lock().save();
    saved.map_err(|error| format!("write the catalogue: {error}"))
}
