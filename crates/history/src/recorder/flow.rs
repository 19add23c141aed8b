//! Filling the journal, changing over to the next one, stopping and going on.

use std::sync::Arc;
use std::time::Duration;

use model::{Gap, GapCause, Match, Timestamp};

use super::due::is_due;
use super::{Recorder, Settling, WriteError};
use crate::News;
use crate::background::Job;
use crate::folder::Numbered;
use crate::generation::{Generation, Written};
use crate::journal::Writer;
use crate::seal::Full;

/// Full generations that may wait in memory to be sealed.
const MOST_WAITING: usize = 2;
/// How long to wait for sealing before records are lost.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often writing is tried again.
const TRY_EVERY: Duration = Duration::from_secs(3);
/// Within which time it comes here that something has begun or ended, however busy the
/// machine.
const TOLD_WITHIN: Duration = Duration::from_secs(60);
/// Distinct addresses beyond which a generation takes too much memory.
const MOST_ADDRESSES: usize = 1 << 20;
/// Bytes of the journal for each record of a full segment, beyond which there are
/// many more begins than ends.
const BYTES_EACH: u64 = 256;

/// Nothing can be recorded.
#[derive(Debug)]
pub(super) struct Stopped {
    /// When the last record was written; or earlier, when the first one that is lost began.
    since: Timestamp,
    cause: String,
    lost: u64,
    tried_at: Timestamp,
    /// Whether the journal cannot be relied on, so that there must be a new one.
    needs_new_journal: bool,
}

impl Stopped {
    pub(super) fn cause(&self) -> &str {
        &self.cause
    }
}

impl Recorder {
    /// Writes what has gathered; stops if that cannot be.
    pub(super) fn flush(&mut self, now: Timestamp) {
        if let Err(cause) = self.write(now) {
            self.stop(cause, false, now);
        }
    }

    fn write(&mut self, now: Timestamp) -> Result<(), String> {
        let outcome = self.journal.flush(now);
        outcome.map_err(|error| format!("write {}: {error}", self.journal.path().display()))?;
        self.generation.has_grown(self.journal.length(), now);
        self.times.written_at = now;
        self.times.is_unsynced = true;
        Ok(())
    }

    /// Whether records can be taken; makes room for them if the journal is full.
    pub(super) fn can_take(&mut self, now: Timestamp) -> bool {
        if self.stopped.is_none() && self.is_full() {
            self.change_over(now);
        }
        self.stopped.is_none()
    }

    fn is_full(&self) -> bool {
        let records = self.archive.settings.segment_records.max(1);
        self.generation.len() >= records
            || self.generation.addresses() >= MOST_ADDRESSES
            || self.journal.length() >= (records as u64 * BYTES_EACH).max(1 << 26)
    }

    /// Begins the next generation and has this one sealed; stops if that cannot be.
    pub(super) fn change_over(&mut self, now: Timestamp) {
        let outcome = self.write(now).and_then(|()| self.begin_next(now));
        if let Err(cause) = outcome {
            self.stop(cause, false, now);
        }
    }

    fn begin_next(&mut self, now: Timestamp) -> Result<(), String> {
        while self.waiting.len() >= MOST_WAITING && self.times.seal_failed_at.is_none() {
            match self.background.wait_done(PATIENCE) {
                Ok(done) => self.take_note(done, now),
                Err(_) => break,
            }
        }
        if self.waiting.len() >= MOST_WAITING {
            return Err(match &self.times.seal_failed_at {
                Some((_, why)) => format!("two segments wait to be sealed: {why}"),
                None => "two segments wait to be sealed, which takes too long".to_owned(),
            });
        }
        let number = self.generation.number() + 1;
        let path = self.archive.folder.numbered(Numbered::Journal, number);
        let remote = self.archive.settings.remote;
        let journal = Writer::create(&path, number, remote)
            .map_err(|error| format!("write {}: {error}", path.display()))?;
        let generation = Arc::new(Generation::new(number));
        generation.set_written(Written {
            bytes: journal.length(),
            from: now,
            to: now,
        });
        let folder = self.archive.folder.journal();
        let former = std::mem::replace(&mut self.journal, journal);
        self.start_job(Job::Sync(Arc::clone(former.file()), None));
        self.start_job(Job::Sync(Arc::clone(self.journal.file()), Some(folder)));
        self.times.syncing += 2;
        let mut sources = self.archive.sources.write();
        sources.generations.push(Arc::clone(&generation));
        drop(sources);
        let former = std::mem::replace(&mut self.generation, generation);
        self.generation_began = now;
        self.waiting.push_back(Full {
            generation: former,
            at: now,
            is_settled: !self.has_unsettled(),
        });
        if self.waiting.len() == 1 {
            self.seal_first();
        }
        Ok(())
    }

    /// Has the oldest of the generations sealed that wait.
    pub(super) fn seal_first(&mut self) {
        self.times.seal_failed_at = None;
        if let Some(full) = self.waiting.front() {
            self.background.start_job(Job::Seal(full.clone()));
        }
    }

    /// Stops recording.
    pub(super) fn stop(&mut self, cause: String, needs_new_journal: bool, now: Timestamp) {
        self.archive.tell(News::Stopped(cause.clone()));
        let stopped = self.stopped.get_or_insert_with(|| Stopped {
            since: self.times.written_at.min(now),
            cause: String::new(),
            lost: 0,
            tried_at: now,
            needs_new_journal,
        });
        stopped.cause = cause;
        stopped.needs_new_journal |= needs_new_journal;
        self.archive.gaps.lock().note(stopped.gap(None));
        self.archive.progress.lock().stopped = Some(stopped.cause.clone());
    }

    /// Counts what is lost. It began before it came here, so the gap may have to begin
    /// earlier than recording stopped.
    pub(super) fn lose(&mut self, lost: &[Match]) -> WriteError {
        let many = lost.len();
        let cause = match &mut self.stopped {
            Some(stopped) => {
                stopped.lost += many as u64;
                let since = first_moment(lost, stopped.since);
                if since < stopped.since {
                    let mut gaps = self.archive.gaps.lock();
                    gaps.begin_earlier(&stopped.gap(None), since);
                    stopped.since = since;
                }
                stopped.cause.clone()
            }
            None => String::new(),
        };
        self.archive.progress.lock().unrecorded += many as u64;
        WriteError::Stopped { cause, lost: many }
    }

    /// Tries to go on, if it is time to.
    pub(super) fn try_to_resume(&mut self, now: Timestamp) {
        let needs_new_journal = match &mut self.stopped {
            Some(stopped) if is_due(stopped.tried_at, now, TRY_EVERY) => {
                stopped.tried_at = now;
                stopped.needs_new_journal
            }
            _ => return,
        };
        let outcome = self
            .write(now)
            .and_then(|()| match needs_new_journal || self.is_full() {
                true => self.begin_next(now),
                false => Ok(()),
            });
        if let Err(cause) = outcome {
            if let Some(stopped) = &mut self.stopped {
                self.archive.progress.lock().stopped = Some(cause.clone());
                stopped.cause = cause;
            }
            return;
        }
        let Some(stopped) = self.stopped.take() else {
            return;
        };
        let gap = stopped.gap(Some(now));
        self.archive.gaps.lock().note(gap);
        self.journal.add_gap(&gap);
        self.archive.progress.lock().stopped = None;
        self.archive.tell(News::Resumed {
            unrecorded: stopped.lost,
        });
        // Ends may be among what was lost.
        self.settling = Settling::Needed;
    }
}

/// When the first of these began or ended, if that was before a time, and not by so much
/// that a dump has told it: such a begin was told when it happened, too.
fn first_moment(records: &[Match], before: Timestamp) -> Timestamp {
    let times = records
        .iter()
        .flat_map(|record| [record.started_at, record.ended_at]);
    times
        .flatten()
        .map(|time| time.at)
        .filter(|at| before.since(*at) <= TOLD_WITHIN)
        .fold(before, Timestamp::min)
}

impl Stopped {
    fn gap(&self, to: Option<Timestamp>) -> Gap {
        Gap {
            from: self.since,
            to,
            cause: GapCause::Unrecorded,
        }
    }
}
