//! Ends that have been told, or estimated, before.
//!
//! An end that a dump has found is estimated, and the kernel may tell it late.
//! And where another listener has asked for reliable events and does not read,
//! the kernel tells each end again until that one has room, and everybody gets
//! it again (`nf_conntrack_eventmask_report`).

use std::time::Duration;

use model::{TimeSource, Timed, Tuple, Zone};

use crate::address::Address;
use crate::entry::{Entry, Identity};
use crate::family::{Family, identity_hash};
use crate::slab::Slot;

/// Without the kernel's times, how long after an end another one of the same
/// tuples is the same one: no event tells of a begin in between, and the
/// kernel repeats itself ten times a second.
const REPEATED_WITHIN: Duration = Duration::from_secs(60);

impl<A: Address> Family<A> {
    /// An entry of the same connection as this one, which is not among the living,
    /// whose end was only estimated.
    pub(crate) fn find_estimated(&self, entry: &Entry<A>) -> Option<Slot> {
        self.find_ended(entry, |before| before.source == TimeSource::Estimated)
    }

    /// Whether the end of an entry, which is not among the living, has been told
    /// before.
    pub(crate) fn was_told(&self, entry: &Entry<A>, ended_at: Timed) -> bool {
        self.find_ended(entry, |before| is_same_end(before, ended_at))
            .is_some()
    }

    /// Whether an end of a connection is only estimated.
    pub(crate) fn is_end_estimated(&self, original: &Tuple, zone: Zone) -> bool {
        let Some(identity) = Identity::of(original, zone) else {
            return false;
        };
        let hash = identity_hash(&self.hashing, &identity);
        let is_estimated = |slot| {
            let entry: &Entry<A> = self.slab.get(slot);
            let end = entry.ended_at();
            end.is_some_and(|end| end.source == TimeSource::Estimated)
                && entry.identity() == identity
        };
        self.identities.find(hash, is_estimated).is_some()
    }

    /// An ended entry with the same tuples and such an end; of several, the one
    /// that began last.
    fn find_ended(&self, entry: &Entry<A>, is_such: impl Fn(Timed) -> bool) -> Option<Slot> {
        let hash = identity_hash(&self.hashing, &entry.identity());
        let mut latest = None;
        self.identities.find(hash, |slot| {
            let other = self.slab.get(slot);
            if let Some(ended_at) = other.ended_at()
                && other.kind() == entry.kind()
                && is_such(ended_at)
                && other.has_tuples_of(entry)
            {
                let times = (other.started_at().map(|time| time.at), ended_at.at);
                latest = latest.max(Some((times, slot)));
            }
            false
        });
        latest.map(|(_, slot)| slot)
    }
}

/// Whether two ends of the same tuples are one; `before` is as precise as an
/// entry keeps times.
fn is_same_end(before: Timed, again: Timed) -> bool {
    match (before.source, again.source) {
        (TimeSource::Kernel, TimeSource::Kernel) => {
            again.at.since(before.at) < Duration::from_micros(20)
        }
        (TimeSource::Received, TimeSource::Received) => again.at.since(before.at) < REPEATED_WITHIN,
        _ => false,
    }
}
