//! What the mirror learns, on its way to be recorded.
//!
//! The reader thread waits for nobody: what finds the queue full is dropped and
//! counted, and the time is a gap for whoever records.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use model::{Gap, Match, Timestamp};
use parking_lot::Mutex;

/// Batches that may wait to be recorded: some seconds of all that a reader can read,
/// as long as a history may take to open. 50 MB at most.
const WAITING: usize = 4096;

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
    dropped: Arc<Mutex<Dropped>>,
}

/// The end of the queue that is read to record.
#[derive(Debug)]
pub struct Intake {
    /// What has been learned, in order.
    pub queue: Receiver<Learned>,
    dropped: Arc<Mutex<Dropped>>,
}

/// What found the queue full.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dropped {
    /// Changes and gaps.
    pub count: u64,
    /// When the first of them was learned; `None` where there is none.
    pub since: Option<Timestamp>,
}

/// A queue from the mirror to whoever records.
pub fn feed() -> (Feed, Intake) {
    let (sender, queue) = sync_channel(WAITING);
    let dropped = Arc::<Mutex<Dropped>>::default();
    let feed = Feed {
        queue: sender,
        dropped: Arc::clone(&dropped),
    };
    (feed, Intake { queue, dropped })
}

impl Feed {
    /// Hands something over, or drops it where the queue is full.
    pub fn learn(&self, learned: Learned, now: Timestamp) {
        let count = match &learned {
            Learned::Changes(changes) => changes.len() as u64,
            Learned::Gap(_) => 1,
        };
        // Disconnected while natconnd stops, or after a fault that was reported.
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) =
            self.queue.try_send(learned)
        {
            let mut dropped = self.dropped.lock();
            dropped.count += count;
            dropped.since.get_or_insert(now);
        }
    }
}

impl Intake {
    /// What was dropped since this was asked last.
    pub fn take_dropped(&self) -> Dropped {
        std::mem::take(&mut self.dropped.lock())
    }
}

#[cfg(test)]
mod tests {
    use model::GapCause;

    use super::*;

    #[test]
    fn what_does_not_fit_is_counted_and_not_waited_for() {
        let (feed, intake) = feed();
        let gap = Gap {
            from: Timestamp(1),
            to: None,
            cause: GapCause::Socket,
        };
        for at in 0..4200 {
            feed.learn(Learned::Gap(gap), Timestamp(at));
        }
        let expected = Dropped {
            count: 4200 - WAITING as u64,
            since: Some(Timestamp(WAITING as i64)),
        };
        assert_eq!(intake.take_dropped(), expected);
        assert_eq!(intake.take_dropped(), Dropped::default());
        assert_eq!(intake.queue.try_iter().count(), WAITING);
    }
}
