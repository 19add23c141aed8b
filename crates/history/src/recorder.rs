//! The one writer of history.

use std::sync::Arc;

use model::{Gap, Match, Timestamp};

use crate::{History, SegmentInfo, Settings, Verified};

/// Why history could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {}

/// Why something could not be written. What it was is lost; writing may succeed
/// later.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {}

/// Something that happened in the background, for the log.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum News {
    /// A segment was sealed.
    Sealed(SegmentInfo),
    /// A segment was removed: its time was over, or there was no room for it.
    Expired(SegmentInfo),
    /// A file was found damaged or missing; its time is a gap now.
    Damaged(Verified),
    /// Records cannot be written from now on.
    Stopped(String),
    /// Records are written again.
    Resumed {
        /// Records that were lost meanwhile.
        unrecorded: u64,
    },
}

/// The one writer of history. Belongs to one thread.
#[derive(Debug)]
pub struct Recorder {
    history: Arc<History>,
}

/// Opens the history in `settings.folder`, makes it where there is none, and
/// replays what a crash has left in the journal.
///
/// # Errors
///
/// Where the folder cannot be made, read or locked (another process has it).
/// Damaged files are no error: they are gaps.
pub fn open(settings: Settings, now: Timestamp) -> Result<Recorder, OpenError> {
    let _ = now;
    Ok(Recorder {
        history: Arc::new(History { settings }),
    })
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
        let _ = (found, now);
        Ok(())
    }

    /// Records a gap, or the end of one that lasted.
    ///
    /// # Errors
    ///
    /// Where it could not be written; it is remembered and written later.
    pub fn note_gap(&mut self, gap: Gap) -> Result<(), WriteError> {
        let _ = gap;
        Ok(())
    }

    /// When the process before this one was last known to record; `None` where there
    /// was none. From then on until now nothing was seen.
    pub fn last_alive(&self) -> Option<Timestamp> {
        None
    }

    /// What happened in the background since the last call, for the log.
    pub fn take_news(&mut self) -> Vec<News> {
        Vec::new()
    }

    /// Does what is due: writes to the disk, seals, expires, scrubs. To be called
    /// several times a second.
    ///
    /// # Errors
    ///
    /// Where something that was due could not be done; it stays due.
    pub fn tick(&mut self, now: Timestamp) -> Result<(), WriteError> {
        let _ = now;
        Ok(())
    }

    /// Whether there are translations that had begun before natconnd stopped, or
    /// before records were lost, and whose end was not told.
    pub fn has_unsettled(&self) -> bool {
        false
    }

    /// Settles those: the ones that `is_live` does not know have ended at an unknown
    /// time before `now`. What `is_live` gets is the translation as it was when it
    /// began; it answers with when the live one began, as the table knows it.
    ///
    /// Call it once the kernel's table has been read to the end.
    ///
    /// # Errors
    ///
    /// Where the ends could not be written; they stay unsettled.
    pub fn settle(
        &mut self,
        now: Timestamp,
        is_live: impl FnMut(&Match) -> bool,
    ) -> Result<(), WriteError> {
        let _ = (now, is_live);
        Ok(())
    }

    /// Writes everything to the disk, for the process that comes after this one.
    ///
    /// # Errors
    ///
    /// Where it could not be written.
    pub fn close(self, now: Timestamp) -> Result<(), WriteError> {
        let _ = now;
        Ok(())
    }
}
