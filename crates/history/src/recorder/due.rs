//! What is done from time to time.

use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;

use super::{AFTER_LOSS, Recorder, Settling};
use crate::background::{Done, Job};
use crate::generation::Generation;
use crate::still_open;
use crate::unsettled::Unsettled;

/// How often the journal says that natconnd is alive, if nothing else is written: the
/// gap of a crash begins no earlier. Some 3 MB a day.
const ALIVE_EVERY: Duration = Duration::from_secs(1);
/// How often what has failed is tried again.
const TRY_EVERY: Duration = Duration::from_secs(3);
/// How often the age and size of segments is looked at.
const EXPIRE_EVERY: Duration = Duration::from_secs(60);
/// In which time every segment and every hold is verified.
const VERIFY_WITHIN: Duration = Duration::from_secs(7 * 24 * 3600);
/// They are verified no faster than this.
const VERIFY_EVERY: Duration = Duration::from_secs(60);

/// When things were done.
#[derive(Debug)]
pub(super) struct Times {
    /// When the journal was written.
    pub(super) written_at: Timestamp,
    /// Whether it was since it was made safe.
    pub(super) is_unsynced: bool,
    /// Journals that are being made safe.
    pub(super) syncing: usize,
    synced_at: Timestamp,
    expired_at: Timestamp,
    verified_at: Timestamp,
    saved_at: Timestamp,
    /// Whether the background has been asked to save, expire or verify.
    is_asked: bool,
    /// When sealing failed, and why.
    pub(super) seal_failed_at: Option<(Timestamp, String)>,
}

impl Times {
    pub(super) const fn begin(now: Timestamp) -> Self {
        Self {
            written_at: now,
            is_unsynced: true,
            syncing: 0,
            synced_at: now,
            // At once, for who has just asked for less.
            expired_at: Timestamp::MIN,
            verified_at: now,
            saved_at: Timestamp::MIN,
            is_asked: false,
            seal_failed_at: None,
        }
    }
}

#[cfg(test)]
impl Times {
    /// Whether the background has been asked for something and has not done it.
    pub(super) const fn is_asked(&self) -> bool {
        self.is_asked
    }
}

/// Whether it is time again; it is where the clock was set back.
pub(super) fn is_due(last: Timestamp, now: Timestamp, every: Duration) -> bool {
    now < last || now.since(last) >= every
}

impl Recorder {
    /// Takes note of what the background has done.
    pub(super) fn look_after_background(&mut self, now: Timestamp) {
        while let Some(done) = self.background.try_done() {
            self.take_note(done, now);
        }
    }

    pub(super) fn take_note(&mut self, done: Done, now: Timestamp) {
        match done {
            Done::Sealed(Ok(())) => {
                self.waiting.pop_front();
                self.seal_first();
            }
            Done::Sealed(Err(why)) => {
                self.trouble = Some(why.clone());
                self.times.seal_failed_at = Some((now, why));
            }
            Done::Synced(outcome) => {
                self.times.syncing -= 1;
                if outcome.is_ok() {
                    self.archive.progress.lock().synced_at = Some(now);
                }
                if let Err(error) = outcome {
                    // The system may have dropped what it could not write, and will
                    // not say so again: the records must go to a segment.
                    let path = self.journal.path().display();
                    self.stop(format!("sync {path}: {error}"), true, now);
                }
            }
            Done::Other(outcome) => {
                self.times.is_asked = false;
                self.trouble = outcome.err().or(self.trouble.take());
            }
            Done::ReadOpen(outcome) => self.take_open(outcome, now),
        }
        self.archive.progress.lock().trouble = match &self.times.seal_failed_at {
            Some((_, why)) => Some(why.clone()),
            None => self.trouble.clone(),
        };
    }

    /// What is unsettled is known, but for what happened while it was read.
    fn take_open(
        &mut self,
        outcome: Result<(crate::journal::OpenSet, crate::journal::Replayed), String>,
        now: Timestamp,
    ) {
        let Settling::Reading(generations) =
            std::mem::replace(&mut self.settling, Settling::Needed)
        else {
            return;
        };
        self.flush(now);
        if self.stopped.is_some() || generations != self.numbers() {
            return;
        }
        let rest = outcome.and_then(|(mut open, read)| {
            still_open::read_journal(&self.archive, &self.generation, Some(&read), &mut open)
                .map_err(|(path, error)| format!("read {}: {error}", path.display()))?;
            Ok(open)
        });
        match rest {
            Ok(open) => self.settling = Settling::Known(Unsettled::new(open, AFTER_LOSS)),
            Err(error) => self.trouble = Some(error),
        }
    }

    /// The generations that are not sealed, oldest first.
    fn generations(&self) -> impl Iterator<Item = &Arc<Generation>> {
        let waiting = self.waiting.iter().map(|full| &full.generation);
        waiting.chain([&self.generation])
    }

    /// Their numbers.
    fn numbers(&self) -> Vec<u64> {
        self.generations().map(|one| one.number()).collect()
    }

    pub(super) fn catch_up(&mut self, now: Timestamp) {
        if let Some((failed_at, _)) = self.times.seal_failed_at
            && is_due(failed_at, now, TRY_EVERY)
        {
            self.seal_first();
        }
        self.try_to_resume(now);
        if self.stopped.is_none() {
            let is_alive_due = is_due(self.times.written_at, now, ALIVE_EVERY);
            if self.journal.has_unwritten() || is_alive_due {
                self.flush(now);
            }
            let age = self.archive.settings.segment_age;
            if self.generation.len() > 0 && is_due(self.generation_began, now, age) {
                self.change_over(now);
            }
        }
        let fsync_every = self.archive.settings.fsync_every;
        if self.times.is_unsynced
            && self.times.syncing == 0
            && is_due(self.times.synced_at, now, fsync_every)
        {
            self.times.synced_at = now;
            self.times.is_unsynced = false;
            self.times.syncing += 1;
            self.start_job(Job::Sync(Arc::clone(self.journal.file()), None));
        }
        if matches!(self.settling, Settling::Needed) && self.stopped.is_none() {
            let generations = self.generations().map(Arc::clone).collect();
            self.settling = Settling::Reading(self.numbers());
            self.start_job(Job::ReadOpen(generations));
        }
        self.keep_house(now);
    }

    /// One thing for the background at a time, and none while it has not done the
    /// last.
    fn keep_house(&mut self, now: Timestamp) {
        if self.times.is_asked {
            return;
        }
        let segments = self.archive.sources.read().segments.len();
        let files = segments + self.archive.catalogue.lock().holds().len();
        let every = VERIFY_WITHIN / u32::try_from(files.max(1)).unwrap_or(u32::MAX);
        // The rarest first, so that nothing keeps it from its turn.
        let job = if files > 0 && is_due(self.times.verified_at, now, every.max(VERIFY_EVERY)) {
            self.times.verified_at = now;
            Job::Verify(now)
        } else if is_due(self.times.expired_at, now, EXPIRE_EVERY) {
            self.times.expired_at = now;
            Job::Expire(now)
        } else if self.archive.is_unsaved() && is_due(self.times.saved_at, now, TRY_EVERY) {
            self.times.saved_at = now;
            Job::Save
        } else {
            return;
        };
        self.times.is_asked = true;
        self.start_job(job);
    }
}
