//! What the mirror learns, on its way to be recorded.
//!
//! The reader thread waits for nobody: what finds the queue full is dropped and
//! counted, and the time is a gap for whoever records.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel,
};
use std::time::Duration;

use model::{Gap, Match, Timestamp};
use parking_lot::Mutex;

/// Batches that may wait to be recorded: some seconds of all that a reader can read,
/// as long as a history may take to open. 50 MB at most.
pub const WAITING: usize = 4096;

/// Something that is to be recorded.
#[derive(Debug)]
pub enum Learned {
    /// Translations that began or ended, in the kernel's order.
    Changes(Vec<Match>),
    /// Something is missing: a gap has begun, or is over.
    Gap(Gap),
}

/// The end of the queue that is fed by the mirror.
#[derive(Clone, Debug)]
pub struct Feed {
    queue: SyncSender<Learned>,
    waiting: Arc<AtomicU64>,
    dropped: Arc<Mutex<Dropped>>,
}

/// The end of the queue that is read to record.
#[derive(Debug)]
pub struct Intake {
    queue: Receiver<Learned>,
    waiting: Arc<AtomicU64>,
    dropped: Arc<Mutex<Dropped>>,
}

/// What found the queue full.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Dropped {
    /// Changes.
    pub changes: u64,
    /// When the first of them began or ended; `None` where there is none.
    pub since: Option<Timestamp>,
    /// Gaps, as many as are [`REMEMBERED`]: what they tell must not be lost.
    pub gaps: Vec<Gap>,
}

/// Gaps that are remembered for when there is room in the queue. One more would be
/// within the time of what was dropped.
const REMEMBERED: usize = 1000;

/// A queue from the mirror to whoever records.
pub fn feed() -> (Feed, Intake) {
    let (sender, queue) = sync_channel(WAITING);
    let waiting = Arc::<AtomicU64>::default();
    let dropped = Arc::<Mutex<Dropped>>::default();
    let feed = Feed {
        queue: sender,
        waiting: Arc::clone(&waiting),
        dropped: Arc::clone(&dropped),
    };
    let intake = Intake {
        queue,
        waiting,
        dropped,
    };
    (feed, intake)
}

impl Feed {
    /// Hands something over, or drops it where the queue is full.
    pub fn learn(&self, learned: Learned, now: Timestamp) {
        // Counted first: taken out at once it would be less than none.
        self.waiting.fetch_add(1, Relaxed);
        // Disconnected while natconnd stops, or after a fault that was reported.
        if let Err(TrySendError::Full(learned) | TrySendError::Disconnected(learned)) =
            self.queue.try_send(learned)
        {
            self.waiting.fetch_sub(1, Relaxed);
            self.dropped.lock().add(learned, now);
        }
    }
}

impl Dropped {
    /// Whether nothing was.
    pub const fn is_empty(&self) -> bool {
        self.changes == 0 && self.gaps.is_empty()
    }

    fn add(&mut self, learned: Learned, now: Timestamp) {
        let since = match learned {
            Learned::Changes(changes) => {
                self.changes += changes.len() as u64;
                let times = changes.iter().map(|one| one.ended_at.or(one.started_at));
                times.flatten().map(|time| time.at).min().unwrap_or(now)
            }
            Learned::Gap(gap) if self.gaps.len() < REMEMBERED => return self.gaps.push(gap),
            Learned::Gap(gap) => gap.from,
        };
        self.since = Some(self.since.map_or(since, |known| known.min(since)));
    }
}

impl Intake {
    /// What was learned next, once there is something; not for longer than `patience`.
    ///
    /// # Errors
    ///
    /// Nothing came, or nobody is left who could learn anything.
    pub fn take_within(&self, patience: Duration) -> Result<Learned, RecvTimeoutError> {
        let learned = self.queue.recv_timeout(patience)?;
        self.waiting.fetch_sub(1, Relaxed);
        Ok(learned)
    }

    /// What was learned next, if anything was.
    ///
    /// # Errors
    ///
    /// There is nothing.
    pub fn take(&self) -> Result<Learned, TryRecvError> {
        let learned = self.queue.try_recv()?;
        self.waiting.fetch_sub(1, Relaxed);
        Ok(learned)
    }

    /// How many batches wait, for others to look at; [`WAITING`] at most.
    pub fn waiting(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.waiting)
    }

    /// What was dropped since this was asked last.
    pub fn take_dropped(&self) -> Dropped {
        std::mem::take(&mut self.dropped.lock())
    }
}

#[cfg(test)]
mod tests {
    use model::{
        Endpoint, GapCause, Protocol, TimeSource, Timed, Translation, TranslationKind, Zone,
    };

    use super::*;

    /// A translation that began at this time.
    fn found(at: i64) -> Match {
        let endpoint = Endpoint::default();
        Match {
            protocol: Protocol::TCP,
            translation: Translation {
                kind: TranslationKind::Source,
                internal: endpoint,
                nat: endpoint,
                remote: endpoint,
            },
            original_destination: endpoint,
            zone: Zone::default(),
            kernel_id: None,
            started_at: Some(Timed {
                at: Timestamp(at),
                source: TimeSource::Kernel,
            }),
            ended_at: None,
            end_evidence: None,
            traffic: None,
            mark: None,
        }
    }

    fn full() -> (Feed, Intake) {
        let (feed, intake) = feed();
        for _ in 0..WAITING {
            feed.learn(Learned::Changes(Vec::new()), Timestamp(0));
        }
        (feed, intake)
    }

    #[test]
    fn what_does_not_fit_is_counted_and_not_waited_for() {
        let (feed, intake) = full();
        feed.learn(Learned::Changes(vec![found(7), found(5)]), Timestamp(9));
        feed.learn(Learned::Changes(vec![found(6)]), Timestamp(9));
        let dropped = intake.take_dropped();
        assert_eq!((dropped.changes, dropped.since), (3, Some(Timestamp(5))));
        assert!(intake.take_dropped().is_empty());
        assert_eq!(intake.waiting().load(Relaxed), WAITING as u64);
        let taken = std::iter::from_fn(|| intake.take().ok()).count();
        assert_eq!((taken, intake.waiting().load(Relaxed)), (WAITING, 0));
    }

    #[test]
    fn gaps_are_kept_for_when_there_is_room() {
        let (feed, intake) = full();
        let gap = Gap {
            from: Timestamp(1),
            to: None,
            cause: GapCause::Socket,
        };
        feed.learn(Learned::Gap(gap), Timestamp(2));
        let dropped = intake.take_dropped();
        assert_eq!((dropped.changes, dropped.since), (0, None));
        assert_eq!(dropped.gaps, [gap]);
    }
}
