//! The one writer of history.
//!
//! Here is what is called from outside. `flow` is about the journal: filling it,
//! changing over to the next one, stopping when it cannot be written and going on
//! again; `due` about what is done from time to time; `open` about the start, with
//! the files that are there (`inventory`) and what a crash has left (`journals`).

mod due;
mod flow;
mod inventory;
mod journals;
mod news;
mod open;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;

use model::{EndEvidence, Endpoint, Gap, Match, Timestamp};

use crate::archive::Archive;
use crate::background::{Background, Job, save};
use crate::generation::Generation;
use crate::journal::Writer;
use crate::rows::own_destination;
use crate::seal::Full;
use crate::unsettled::{Ended, Unsettled};
use crate::{History, RemotePolicy};

pub use news::{News, WriteError};
pub use open::{OpenError, open};

/// Records that are taken at once: between two of them it is decided whether the
/// journal is full.
const AT_ONCE: usize = 512;

/// The one writer of history. Belongs to one thread.
#[derive(Debug)]
pub struct Recorder {
    archive: Arc<Archive>,
    history: Arc<History>,
    /// The generation that grows, and its journal.
    generation: Arc<Generation>,
    journal: Writer,
    generation_began: Timestamp,
    /// Generations that are full, oldest first; the first is being sealed unless
    /// that has to be tried again.
    waiting: VecDeque<Full>,
    settling: Settling,
    /// Whether all has to be settled once more after what is being settled.
    is_doubted: bool,
    stopped: Option<flow::Stopped>,
    times: due::Times,
    last_alive: Option<Timestamp>,
    /// What has gone wrong in the background and was not told yet.
    trouble: Option<String>,
    /// Ends, and waits for what it is doing, before the lock is given up.
    background: Background,
    _lock: File,
}

/// What is known of translations that may have ended unseen.
#[derive(Debug)]
enum Settling {
    /// There are none.
    Settled,
    /// These.
    Known(Unsettled),
    /// The journals have to be read for them.
    Needed,
    /// They are being read, of these generations.
    Reading(Vec<u64>),
}

impl Recorder {
    /// What everybody else has of it.
    pub fn history(&self) -> &Arc<History> {
        &self.history
    }

    /// Records translations in the kernel's order: those that began (no
    /// `ended_at`) and those that ended.
    ///
    /// # Errors
    ///
    /// Where they could not be written. They are lost then, and the time is a gap
    /// until writing succeeds again.
    pub fn record(&mut self, found: &[Match], now: Timestamp) -> Result<(), WriteError> {
        self.look_after_background(now);
        let mut rest = found;
        while !rest.is_empty() {
            if !self.can_take(now) {
                return Err(self.lose(rest));
            }
            let (chunk, others) = rest.split_at(rest.len().min(AT_ONCE));
            self.take(chunk, now);
            rest = others;
        }
        Ok(())
    }

    /// Takes some records. Those that cannot be written now stay for a later time.
    fn take(&mut self, chunk: &[Match], now: Timestamp) {
        let remote = self.archive.settings.remote;
        let mut chunk = with_lives(chunk);
        if let Settling::Known(unsettled) = &mut self.settling
            && !unsettled.is_empty()
        {
            for record in chunk.to_mut() {
                record.started_at = unsettled.start_of(record, remote).or(record.started_at);
            }
            let meet = |record| unsettled.meet(record, remote);
            let replaced: Vec<Ended> = chunk.iter().filter_map(meet).collect();
            self.take_ends(&replaced);
        }
        for record in &*chunk {
            self.journal.add(record);
        }
        let ended = chunk.iter().filter(|record| record.ended_at.is_some());
        match remote {
            RemotePolicy::Keep => self.generation.push(ended),
            RemotePolicy::Omit => {
                let ended: Vec<Match> = ended.map(without_remote).collect();
                self.generation.push(ended.iter());
            }
        }
        self.generation.sort();
        if self.journal.is_full() {
            self.flush(now);
        }
    }

    /// Takes ends of translations that are known by what the journal has of them.
    fn take_ends(&mut self, ends: &[Ended]) {
        for end in ends {
            self.journal.add_end(&end.identity, &end.record);
        }
        self.generation.push(ends.iter().map(|end| &end.record));
    }

    /// Records a gap, or the end of one that lasted.
    ///
    /// # Errors
    ///
    /// Where it could not be written; it is remembered and written later.
    pub fn note_gap(&mut self, gap: Gap) -> Result<(), WriteError> {
        self.archive.gaps.lock().note(gap);
        match &self.stopped {
            None => {
                self.journal.add_gap(&gap);
                Ok(())
            }
            Some(stopped) => Err(WriteError::Postponed(format!(
                "note a gap: {}",
                stopped.cause()
            ))),
        }
    }

    /// When the process before this one was last known to record; `None` where there
    /// was none. From then on until now nothing was seen.
    pub fn last_alive(&self) -> Option<Timestamp> {
        self.last_alive
    }

    /// What happened in the background since the last call, for the log.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.archive.news.lock())
    }

    /// Does what is due: writes to the disk, seals, expires, scrubs. To be called
    /// several times a second.
    ///
    /// # Errors
    ///
    /// Where something that was due could not be done; it stays due.
    pub fn tick(&mut self, now: Timestamp) -> Result<(), WriteError> {
        self.look_after_background(now);
        self.catch_up(now);
        match self.trouble.take() {
            Some(trouble) => Err(WriteError::Postponed(trouble)),
            None => Ok(()),
        }
    }

    /// Whether there are translations that had begun before natconnd stopped, or
    /// before records were lost, and whose end was not told.
    pub fn has_unsettled(&self) -> bool {
        match &self.settling {
            Settling::Settled => self.is_doubted,
            Settling::Known(unsettled) => self.is_doubted || !unsettled.is_empty(),
            Settling::Needed | Settling::Reading(_) => true,
        }
    }

    /// Says that ends may have gone missing on their way here: what is open is to be
    /// settled again.
    pub fn doubt(&mut self) {
        match self.settling {
            // It is read to the end before it is settled, what comes in meanwhile included.
            Settling::Needed | Settling::Reading(_) => {}
            Settling::Settled => self.settling = Settling::Needed,
            Settling::Known(_) => self.is_doubted = true,
        }
    }

    /// Settles those: the ones that `is_known` does not know have ended at an unknown
    /// time before `now`. What it gets is the translation as it was when it began; its
    /// remote endpoint is [`Endpoint::OMITTED`] where those are left out. It knows
    /// what lives, and that whose end is told and will be recorded.
    ///
    /// Takes two calls or more, until there are no unsettled ones: call it once the
    /// kernel's table has been read to the end, and record between two calls all that
    /// was learned before the first. What ends meanwhile is recorded as it is told.
    ///
    /// # Errors
    ///
    /// Where the ends could not be written; they stay unsettled.
    pub fn settle(
        &mut self,
        now: Timestamp,
        is_known: impl FnMut(&Match) -> bool,
    ) -> Result<(), WriteError> {
        self.look_after_background(now);
        if self.stopped.is_some() {
            return Err(self.lose(&[]));
        }
        let unsettled = match std::mem::replace(&mut self.settling, Settling::Settled) {
            Settling::Known(unsettled) if unsettled.is_sifted() => unsettled,
            mut other => {
                if let Settling::Known(unsettled) = &mut other {
                    unsettled.sift(is_known);
                }
                self.settling = other;
                return Ok(());
            }
        };
        if std::mem::take(&mut self.is_doubted) {
            self.settling = Settling::Needed;
        }
        for chunk in unsettled.end(now).chunks(AT_ONCE) {
            if !self.can_take(now) {
                self.settling = Settling::Needed;
                return Err(self.lose(&[]));
            }
            self.take_ends(chunk);
            if self.journal.is_full() {
                self.flush(now);
            }
        }
        self.generation.sort();
        Ok(())
    }

    /// Writes everything to the disk, for the process that comes after this one.
    ///
    /// # Errors
    ///
    /// Where it could not be written.
    pub fn close(mut self, now: Timestamp) -> Result<(), WriteError> {
        // Gaps first: where the journal cannot be written, they say so.
        let saved = save(&self.archive).map_err(WriteError::Postponed);
        self.journal
            .flush(now)
            .and_then(|()| self.journal.file().sync_data())
            .map_err(|source| WriteError::File {
                path: self.journal.path().to_owned(),
                source,
            })?;
        saved
    }

    fn start_job(&mut self, job: Job) {
        self.background.start_job(job);
    }
}

/// How the end of those is known that do not live any more.
const AFTER_RESTART: EndEvidence = EndEvidence::Restart;
const AFTER_LOSS: EndEvidence = EndEvidence::Dump;

/// The records, none of which ends before it begins, as it may look when the clock
/// was set.
fn with_lives(records: &[Match]) -> Cow<'_, [Match]> {
    let ends_early = |record: &Match| match (record.started_at, record.ended_at) {
        (Some(start), Some(end)) => end.at < start.at,
        _ => false,
    };
    if !records.iter().any(ends_early) {
        return Cow::Borrowed(records);
    }
    let mut records = records.to_vec();
    for record in &mut records {
        if let (Some(start), Some(end)) = (record.started_at, &mut record.ended_at) {
            end.at = end.at.max(start.at);
        }
    }
    Cow::Owned(records)
}

/// A record without its remote endpoint.
fn without_remote(record: &Match) -> Match {
    let mut record = *record;
    record.translation.remote = Endpoint::OMITTED;
    record.original_destination = own_destination(&record.translation);
    record
}

#[cfg(test)]
impl Recorder {
    /// Whether nothing waits to be sealed.
    pub(crate) fn is_sealed(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether the background has nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.is_sealed() && !self.times.is_asked()
    }

    /// What it does when the disk could not take what was written.
    pub(crate) fn sync_fails(&mut self, now: Timestamp) {
        self.times.syncing += 1;
        let done = crate::background::Done::Synced(Err("it is broken".to_owned()));
        self.take_note(done, now);
    }

    /// Begins a generation though this one is not full.
    pub(crate) fn change_over_now(&mut self, now: Timestamp) {
        self.change_over(now);
    }
}
