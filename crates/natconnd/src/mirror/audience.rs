//! Who is told of what happens: counters, followers, whoever records.

use std::sync::atomic::Ordering::Relaxed;

use model::{ChangeKind, Gap, Match};

use super::clock::now;
use super::feed::Learned;
use super::{Change, Mirror, Notice};

/// Who is told of the changes of a batch, and what they will be told.
pub(super) struct Audience {
    has_followers: bool,
    /// What is to be recorded; `None` where nobody records.
    recorded: Option<Vec<Match>>,
}

impl Audience {
    /// Nobody but the counters.
    pub(super) const fn nobody() -> Self {
        Self {
            has_followers: false,
            recorded: None,
        }
    }
}

impl Mirror {
    /// Who is told of a batch of about `size` events; takes a lock, so ask once a
    /// batch, and [dismiss](Self::dismiss) it afterwards.
    pub(super) fn audience(&self, size: usize) -> Audience {
        Audience {
            has_followers: self.notices.receiver_count() > 0,
            recorded: self.feed.is_some().then(|| Vec::with_capacity(size)),
        }
    }

    /// Hands over what is to be recorded. Not while the table is locked.
    pub(super) fn dismiss(&self, audience: Audience) {
        if let (Some(feed), Some(recorded)) = (&self.feed, audience.recorded)
            && !recorded.is_empty()
        {
            feed.learn(Learned::Changes(recorded), now());
        }
    }

    /// Counts a change and tells whoever wants to know.
    pub(super) fn note(&self, change: table::Change<'_>, audience: &mut Audience) {
        let counter = match change.kind {
            ChangeKind::Started => &self.counters.started,
            ChangeKind::Ended => &self.counters.ended,
        };
        // Only the writer of the table comes here.
        counter.store(counter.load(Relaxed) + 1, Relaxed);
        if audience.has_followers {
            self.publish(Notice::Change(Change {
                kind: change.kind,
                found: change.to_match(),
            }));
        }
        if let Some(recorded) = &mut audience.recorded {
            recorded.push(change.to_match());
        }
    }

    /// Tells followers, and whoever records, of a gap.
    pub(super) fn publish_gap(&self, gap: Gap) {
        self.publish(Notice::Gap(gap));
        if let Some(feed) = &self.feed {
            feed.learn(Learned::Gap(gap), now());
        }
    }
}
