//! The one thread that writes: all that waits goes with one write and one
//! `fdatasync`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use model::Timestamp;
use parking_lot::{Condvar, Mutex};

use crate::chain::Chain;
use crate::error::{FileError, OpenError, RecordError};
use crate::folder::{Folder, Lock};
use crate::head::End;
use crate::line::{Kind, Members};
use crate::opening;
use crate::recorded::{Promise, Recorded, pair};
use crate::retention::{due, longest_file};
use crate::settings::Settings;
use crate::status::{Recovery, Status};

/// How much may wait, in bytes of JSON: some hundred thousand usual lines.
const ROOM: usize = 64 << 20;
/// How often files are looked at though nothing is to be written.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What the thread shares with everybody who has something to record.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    queue: Mutex<Queue>,
    has_work: Condvar,
    status: Mutex<Status>,
    /// Requests that were answered though they could not be recorded, not yet told of.
    answered: AtomicU64,
    /// Requests that were refused for it, not yet told of.
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Waiting>,
    bytes: usize,
    is_closing: bool,
    is_closed: bool,
}

#[derive(Debug)]
struct Waiting {
    entries: Vec<Members>,
    promise: Promise,
}

impl Shared {
    /// Puts lines into the queue.
    pub(crate) fn queue(&self, entries: Vec<Members>) -> Recorded {
        let bytes: usize = entries.iter().map(Members::len).sum();
        let mut queue = self.queue.lock();
        if queue.is_closing || queue.is_closed {
            return Recorded::resolved(Err(RecordError::Closed));
        }
        // Whatever is alone has room.
        if queue.bytes + bytes > ROOM && queue.bytes > 0 {
            let full = RecordError::Full {
                waiting: queue.bytes,
                room: ROOM,
            };
            self.status.lock().unrecorded += entries.len() as u64;
            return Recorded::resolved(Err(full));
        }
        let (promise, recorded) = pair();
        queue.bytes += bytes;
        queue.waiting.push(Waiting { entries, promise });
        drop(queue);
        self.has_work.notify_one();
        recorded
    }

    /// Has the thread write what waits, and end.
    pub(crate) fn close(&self) {
        self.queue.lock().is_closing = true;
        self.has_work.notify_one();
    }

    /// How it is doing.
    pub(crate) fn status(&self) -> Status {
        self.status.lock().clone()
    }

    /// Counts a request that could not be recorded.
    pub(crate) fn went_unrecorded(&self, is_answered: bool) {
        let count = match is_answered {
            true => &self.answered,
            false => &self.refused,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// What waits, and whether it is the last. Waits for it, for some time.
    fn take(&self) -> (Vec<Waiting>, bool) {
        let mut queue = self.queue.lock();
        if queue.waiting.is_empty() && !queue.is_closing {
            self.has_work.wait_for(&mut queue, LOOK_EVERY);
        }
        queue.bytes = 0;
        (std::mem::take(&mut queue.waiting), queue.is_closing)
    }
}

/// Since when nothing could be written, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Failing {
    since: Timestamp,
    error: String,
    /// Entries that could not be written.
    unrecorded: u64,
}

/// Tells the time.
#[derive(Clone)]
pub(crate) struct Clock(pub(crate) Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// The thread's own.
#[derive(Debug)]
pub(crate) struct Committer {
    shared: Arc<Shared>,
    settings: Settings,
    clock: Clock,
    lock: Lock,
    /// `None` after an error, until it could be opened anew.
    chain: Option<Chain>,
    /// The last line that was acknowledged.
    known: Option<End>,
    /// Lines that are to be written before all others.
    due: Vec<(Kind, Members)>,
    failing: Option<Failing>,
    /// The last failure, for requests that are only told of when it is over.
    failed: Option<Failing>,
}

impl Committer {
    /// Locks the folder, goes on with its chain, and says so there.
    ///
    /// Where there is no room just now, it is tried again with the first entries.
    pub(crate) fn open(
        settings: Settings,
        clock: Clock,
        shared: Arc<Shared>,
    ) -> Result<Self, OpenError> {
        let folder = Folder::at(&settings.folder);
        folder.make()?;
        let mut committer = Self {
            lock: folder.lock()?,
            shared,
            settings,
            clock,
            chain: None,
            known: None,
            due: vec![(Kind::Started, Members::default())],
            failing: None,
            failed: None,
        };
        match committer.commit(&[]) {
            Err(error) if !error.is_for_a_time() => Err(error.into()),
            _ => Ok(committer),
        }
    }

    /// Writes until it is told to end, and says so in the chain; returns whether that
    /// worked.
    pub(crate) fn run(mut self) -> Result<(), RecordError> {
        let _closing = Closing(Arc::clone(&self.shared));
        let mut looked_at: Option<Instant> = None;
        loop {
            let (waiting, is_last) = self.shared.take();
            let mut promises = Vec::with_capacity(waiting.len());
            let mut entries = Vec::with_capacity(waiting.len());
            for each in waiting {
                promises.push(each.promise);
                let each = each.entries.into_iter();
                entries.extend(each.map(|members| (Kind::Request, members)));
            }
            if !entries.is_empty() {
                let outcome = self.commit(&entries).map_err(RecordError::from);
                for promise in promises {
                    promise.keep(outcome.clone());
                }
            }
            if is_last {
                let stopped = (Kind::Stopped, Members::default());
                return self.commit(&[stopped]).map_err(RecordError::from);
            }
            if looked_at.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
                self.look_after_files();
                looked_at = Some(Instant::now());
            }
        }
    }

    /// Writes lines, and before them what is due; notes what came of it.
    pub(crate) fn commit(&mut self, lines: &[(Kind, Members)]) -> Result<(), FileError> {
        let now = (self.clock.0)();
        let is_entry = |(kind, _): &&(Kind, Members)| *kind == Kind::Request;
        let entries = lines.iter().filter(is_entry).count() as u64;
        let outcome = self.try_commit(lines, now);
        if let Err(error) = &outcome {
            if let Some(chain) = self.chain.take() {
                self.known = Some(chain.end);
            }
            let failing = self.failing.get_or_insert(Failing {
                since: now,
                error: error.to_string(),
                unrecorded: 0,
            });
            failing.unrecorded += entries;
            failing.error = error.to_string();
        }
        self.tell(outcome.as_ref().err(), entries);
        outcome
    }

    fn try_commit(&mut self, lines: &[(Kind, Members)], now: Timestamp) -> Result<(), FileError> {
        self.make_sure_of_chain(now)?;
        let answered = self.shared.answered.load(Ordering::Relaxed);
        let refused = self.shared.refused.load(Ordering::Relaxed);
        let failed = self.failed_line(answered, refused, now);
        let lines: Vec<_> = self.due.iter().chain(&failed).chain(lines).collect();
        let rotate_bytes = self.settings.rotate_bytes;
        let is_due = self.is_old(now);
        let Some(chain) = &mut self.chain else {
            return Ok(());
        };
        if is_due || chain.is_full(rotate_bytes, now) {
            chain.rotate(now)?;
            self.shared.status.lock().rotated += 1;
        }
        if !lines.is_empty() {
            chain.append(&lines, now)?;
        }
        let count = lines.len() as u64;
        self.known = Some(chain.end);
        self.due.clear();
        if failed.is_some() {
            self.shared.answered.fetch_sub(answered, Ordering::Relaxed);
            self.shared.refused.fetch_sub(refused, Ordering::Relaxed);
        }
        if let Some(failing) = self.failing.take() {
            self.failed = Some(failing);
        }
        self.shared.status.lock().lines += count;
        Ok(())
    }

    /// The line that says that nothing could be written for a time, when that is over.
    fn failed_line(&self, answered: u64, refused: u64, now: Timestamp) -> Option<(Kind, Members)> {
        if self.failing.is_none() && answered + refused == 0 {
            return None;
        }
        let mut members = Members::default();
        match self.failing.as_ref().or(self.failed.as_ref()) {
            Some(failing) => {
                members.text("since", &failing.since.to_string());
                members.text("error", &failing.error);
            }
            None => members.text("since", &now.to_string()),
        }
        let unrecorded = self.failing.as_ref().map_or(0, |it| it.unrecorded);
        members.number("unrecorded", unrecorded);
        members.number("answered", answered);
        members.number("refused", refused);
        Some((Kind::Failed, members))
    }

    /// Opens the chain anew where it is not open, or where somebody has had a hand in it.
    fn make_sure_of_chain(&mut self, now: Timestamp) -> Result<(), FileError> {
        let folder = Folder::at(&self.settings.folder);
        let is_locked = self.lock.is_of(&folder);
        if is_locked && self.chain.as_ref().is_some_and(Chain::is_untouched) {
            return Ok(());
        }
        if let Some(chain) = self.chain.take() {
            self.known = Some(chain.end);
        }
        if !is_locked {
            self.lock = folder.lock().map_err(|error| match error {
                OpenError::File(error) => error,
                other => FileError::new("lock", folder.path(), std::io::Error::other(other)),
            })?;
        }
        let (chain, recovery) = opening::open(&folder, &self.settings.gateway, self.known, now)?;
        self.known = Some(chain.end);
        self.chain = Some(chain);
        if let Some(recovery) = recovery {
            self.due.insert(0, (Kind::Recovered, recovered(&recovery)));
            self.shared.status.lock().recovery = Some(recovery);
        }
        Ok(())
    }

    /// Whether the file has been written to for too long.
    fn is_old(&self, now: Timestamp) -> bool {
        let (Some(chain), Some(keep_for)) = (&self.chain, self.settings.keep_for) else {
            return false;
        };
        chain.has_requests && chain.began_at.plus(longest_file(keep_for)) < now
    }

    /// Begins the next file where this one is old, and deletes those whose time is over,
    /// each after a line that says so.
    pub(crate) fn look_after_files(&mut self) {
        let Some(keep_for) = self.settings.keep_for else {
            return;
        };
        let folder = Folder::at(&self.settings.folder);
        let now = (self.clock.0)();
        if self.is_old(now) && self.commit(&[]).is_err() {
            return;
        }
        while let Some(current) = self.chain.as_ref().map(|chain| chain.end.file) {
            let found = due(&folder, current, keep_for, now);
            let removed = found.and_then(|due| {
                let Some(due) = due else { return Ok(false) };
                self.commit(&[(Kind::Removed, due.members(keep_for))])?;
                folder.remove(due.file)?;
                self.shared.status.lock().removed += 1;
                Ok(true)
            });
            match removed {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.shared.status.lock().last_error = Some(error.to_string());
                    break;
                }
            }
        }
    }

    /// Notes how it is doing.
    fn tell(&self, error: Option<&FileError>, entries: u64) {
        let mut status = self.shared.status.lock();
        status.is_writable = error.is_none();
        status.failing_since = self.failing.as_ref().map(|failing| failing.since);
        match error {
            None => status.entries += entries,
            Some(error) => {
                status.last_error = Some(error.to_string());
                status.unrecorded += entries;
            }
        }
        if let Some(end) = self.known {
            status.head = Some(end.head);
            status.file = end.file;
            status.bytes = end.bytes;
        }
    }
}

/// What the line says that tells of a recovery.
fn recovered(recovery: &Recovery) -> Members {
    let mut members = Members::default();
    members.text("found", &recovery.found);
    members.flag("loss", recovery.is_loss);
    if let Some(moved) = &recovery.moved {
        members.text("moved_to", &moved.to);
        members.number("moved_bytes", moved.bytes);
        members.text("moved_sha256", &moved.sha256);
    }
    members
}

/// Says that nothing is written any more, even where the thread panics.
struct Closing(Arc<Shared>);

impl Drop for Closing {
    fn drop(&mut self) {
        let waiting = {
            let mut queue = self.0.queue.lock();
            queue.is_closed = true;
            std::mem::take(&mut queue.waiting)
        };
        // Each of them says that the audit is closed.
        drop(waiting);
        self.0.status.lock().is_writable = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Entry, Outcome};

    #[test]
    fn what_has_no_room_is_an_error_at_once() {
        let shared = Shared::default();
        let entry = Entry {
            question: Some("x".repeat(16_000)),
            ..Entry::new("lookup", Outcome::Answered)
        };
        let call = || shared.queue(vec![entry.members(); 64]);
        // More than there is room for, all at once: nothing else waits.
        let waiting = shared.queue(vec![entry.members(); 5000]);
        let error = call().wait().unwrap_err();
        assert!(
            error.to_string().contains("waiting for the disk"),
            "{error}"
        );
        assert_eq!(shared.status().unrecorded, 64);
        let (taken, is_last) = shared.take();
        assert_eq!((taken.len(), is_last), (1, false));
        let next = call();
        shared.close();
        assert!(matches!(call().wait(), Err(RecordError::Closed)));
        let (rest, is_last) = shared.take();
        assert_eq!((rest.len(), is_last), (1, true));
        // Nobody waits for what the thread has given up.
        drop((taken, rest));
        assert!(waiting.wait().is_err());
        assert!(next.wait().is_err());
    }

    #[test]
    fn it_can_be_shared() {
        const fn is_shared<T: Send + Sync + 'static>() {}
        is_shared::<crate::Audit>();
        is_shared::<crate::Recorded>();
    }
}
