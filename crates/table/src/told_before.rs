//! Ends that have been told, or estimated, before.
//!
//! An end that a dump has found is estimated, and the kernel may tell it late.
//! And where another listener has asked for reliable events and does not read,
//! the kernel tells each end again until that one has room, and everybody gets
//! it again (`nf_conntrack_eventmask_report`).

use std::time::Duration;

use model::{TimeSource, Timed, TranslationKind};

use crate::address::Address;
use crate::chain::Role;
use crate::entry::Entry;
use crate::family::Family;
use crate::slab::Slot;

/// Entries of a chain that are looked at, far more than one has as a rule.
const LOOKS: usize = 256;

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

    /// The latest ended entry with the same tuples and such an end.
    fn find_ended(&self, entry: &Entry<A>, is_such: impl Fn(Timed) -> bool) -> Option<Slot> {
        let roles = entry.roles();
        // Of the chains that it would be in, one that is short.
        let (role, (address, port)) = match entry.kind() {
            TranslationKind::Source => (Role::Nat, roles.nat),
            TranslationKind::Destination => (Role::Remote, (roles.remote.0, 0)),
        };
        let chains = self.chains(role);
        let first = self.head(role, address, port);
        let slots = std::iter::successors(first, |slot| chains.after(self.slab.get(*slot)));
        slots.take(LOOKS).find(|slot| {
            let other = self.slab.get(*slot);
            other.kind() == entry.kind()
                && other.has_tuples_of(entry)
                && other.ended_at().is_some_and(&is_such)
        })
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
