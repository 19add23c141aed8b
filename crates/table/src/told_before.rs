//! Ends that have been told, or estimated, before.
//!
//! An end that a dump has found is estimated, and the kernel may tell it late.
//! And where another listener has asked for reliable events and does not read,
//! the kernel tells each end again until that one has room, and everybody gets
//! it again (`nf_conntrack_eventmask_report`).

use std::time::Duration;

use model::{Roles, TimeSource, Timed, TranslationKind, Tuple, Zone};

use crate::address::Address;
use crate::chain::Role;
use crate::entry::{Entry, Identity, Place};
use crate::family::Family;
use crate::slab::Slot;

/// Without the kernel's times, how long after an end another one of the same
/// tuples is the same one: no event tells of a begin in between, and the
/// kernel repeats itself ten times a second.
const REPEATED_WITHIN: Duration = Duration::from_secs(60);

/// Entries of a chain that are looked at, far more than one has as a rule.
const LOOKS: usize = 1024;

impl<A: Address> Family<A> {
    /// An entry of the same connection as this one, which is not among the living,
    /// whose end was only estimated: the last one of its identity.
    pub(crate) fn find_estimated(&self, entry: &Entry<A>) -> Option<Slot> {
        let slot = *self.estimated.get(&(entry.identity(), entry.kind()))?;
        let other = self.slab.get(slot);
        (other.has_tuples_of(entry) && is_same_start(other, entry)).then_some(slot)
    }

    /// Whether the last end of a connection is only estimated.
    pub(crate) fn is_end_estimated(&self, original: &Tuple, zone: Zone) -> bool {
        let identity = Identity::of(original, zone);
        identity.is_some_and(|identity| {
            let mut kinds = TranslationKind::ALL.into_iter();
            kinds.any(|kind| self.estimated.contains_key(&(identity, kind)))
        })
    }

    /// The entries among which those with these roles are, if there are any.
    pub(crate) fn likely(
        &self,
        kind: TranslationKind,
        roles: &Roles<Place<A>>,
    ) -> impl Iterator<Item = Slot> + '_ {
        // Of the chains that they would be in, one that is short as a rule.
        let (role, (address, port)) = match kind {
            TranslationKind::Source => (Role::Nat, roles.nat),
            TranslationKind::Destination => (Role::Remote, (roles.remote.0, 0)),
        };
        self.newest(role, address, port)
    }

    /// The newest entries with this key in a role, as many as are looked at.
    pub(crate) fn newest(
        &self,
        role: Role,
        address: A,
        port: u16,
    ) -> impl Iterator<Item = Slot> + '_ {
        let chains = self.chains(role);
        let first = self.head(role, address, port);
        std::iter::successors(first, |slot| chains.after(self.slab.get(*slot))).take(LOOKS)
    }

    /// Whether the end of an entry, which is not among the living, has been learned
    /// before.
    pub(crate) fn was_told(&self, entry: &Entry<A>, ended_at: Timed) -> bool {
        self.likely(entry.kind(), &entry.roles()).any(|slot| {
            let other = self.slab.get(slot);
            other.kind() == entry.kind()
                && other.has_tuples_of(entry)
                && other
                    .ended_at()
                    .is_some_and(|before| is_same_end(before, ended_at))
        })
    }
}

/// Whether two entries of the same tuples began at one time, as far as the kernel
/// says when they did.
fn is_same_start<A: Address>(one: &Entry<A>, other: &Entry<A>) -> bool {
    let kernel = |entry: &Entry<A>| {
        let start = entry.started_at();
        start.filter(|start| start.source == TimeSource::Kernel)
    };
    let (Some(one), Some(other)) = (kernel(one), kernel(other)) else {
        return true;
    };
    one.at.since(other.at).max(other.at.since(one.at)) < Duration::from_micros(20)
}

/// Whether two ends of the same tuples are one; `before` is as precise as an
/// entry keeps times.
fn is_same_end(before: Timed, again: Timed) -> bool {
    match (before.source, again.source) {
        (TimeSource::Kernel, TimeSource::Kernel) => {
            again.at.since(before.at) < Duration::from_micros(20)
        }
        (TimeSource::Received | TimeSource::Estimated, TimeSource::Received) => {
            again.at.since(before.at) < REPEATED_WITHIN
        }
        _ => false,
    }
}
