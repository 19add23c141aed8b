//! Translations that have begun and not ended.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry as Place;
use model::{KernelId, TimeSource, Timestamp};

use super::entry::{Begun, Entry};
use super::identity::LONGEST;
use crate::milliseconds::NOT_KNOWN;

/// Bytes of an identity of IPv4 without zone and original destination, and some.
const SHORT: usize = 24;

/// Translations that have begun and not ended, about 60 bytes each.
#[derive(Debug, Default)]
pub(crate) struct OpenSet {
    short: HashMap<[u8; SHORT], Open, RandomState>,
    long: HashMap<[u8; LONGEST], Open, RandomState>,
}

/// What is kept of one beside its identity.
#[derive(Clone, Copy, Debug)]
struct Open {
    started_at: i64,
    /// The start or, if it is later, the last checkpoint; when its begin was told,
    /// where the start is not known.
    seen_at: i64,
    mark: u32,
    kernel_id: Option<KernelId>,
    is_marked: bool,
    source: TimeSource,
    length: u8,
}

impl OpenSet {
    /// Whether none is open.
    pub(crate) fn is_empty(&self) -> bool {
        self.short.is_empty() && self.long.is_empty()
    }

    /// What an entry of a journal, whose block was written at some time, changes.
    #[inline]
    pub(crate) fn apply(&mut self, entry: &Entry, written_at: Timestamp) {
        match entry {
            Entry::Begun(begun) => {
                let seen_at = match begun.started_at {
                    NOT_KNOWN => written_at.milliseconds(),
                    started_at => started_at,
                };
                self.insert(begun, seen_at);
            }
            Entry::Open(begun, seen_at) => self.insert(begun, *seen_at),
            Entry::Ended(ended) => {
                self.remove(ended.identity());
            }
            Entry::Gap(_) => {}
        }
    }

    /// Adds one. If it is there already, what is known of its start stays known.
    fn insert(&mut self, begun: &Begun, seen_at: i64) {
        let open = Open {
            started_at: begun.started_at,
            seen_at,
            mark: begun.mark.unwrap_or(0),
            kernel_id: begun.kernel_id,
            is_marked: begun.mark.is_some(),
            source: begun.source,
            length: begun.identity.len() as u8,
        };
        match padded(begun.identity) {
            Some(identity) => insert(&mut self.short, identity, open),
            None => {
                if let Some(identity) = padded(begun.identity) {
                    insert(&mut self.long, identity, open);
                }
            }
        }
    }

    /// Takes one out; says whether it was there.
    pub(crate) fn remove(&mut self, identity: &[u8]) -> bool {
        match padded(identity) {
            Some(identity) => self.short.remove(&identity).is_some(),
            None => padded(identity).is_some_and(|identity| self.long.remove(&identity).is_some()),
        }
    }

    /// The one of this identity.
    pub(crate) fn get<'a>(&self, identity: &'a [u8]) -> Option<Begun<'a>> {
        let open = match padded(identity) {
            Some(identity) => self.short.get(&identity),
            None => padded(identity).and_then(|identity| self.long.get(&identity)),
        };
        open.map(|open| open.begun(identity))
    }

    /// Calls `visit` with each and when it was last seen.
    pub(crate) fn each(&self, mut visit: impl FnMut(&Begun, i64)) {
        for (identity, open) in &self.short {
            visit(&open.begun(identity), open.seen_at);
        }
        for (identity, open) in &self.long {
            visit(&open.begun(identity), open.seen_at);
        }
    }

    /// Calls `visit` with each that was last seen before a time, in milliseconds, and
    /// takes it as seen at `now` from then on.
    pub(crate) fn check(&mut self, before: i64, now: i64, mut visit: impl FnMut(&Begun)) {
        let short = self
            .short
            .iter_mut()
            .map(|(identity, open)| (&identity[..], open));
        let long = self
            .long
            .iter_mut()
            .map(|(identity, open)| (&identity[..], open));
        for (identity, open) in short.chain(long) {
            if open.seen_at <= before {
                visit(&open.begun(identity));
                open.seen_at = now;
            }
        }
    }
}

impl Open {
    fn begun<'a>(&self, identity: &'a [u8]) -> Begun<'a> {
        Begun {
            identity: &identity[..usize::from(self.length)],
            started_at: self.started_at,
            source: self.source,
            mark: self.is_marked.then_some(self.mark),
            kernel_id: self.kernel_id,
        }
    }
}

/// The identity with zeros behind, if it fits. It says itself how long it is, so
/// different ones stay different.
fn padded<const N: usize>(identity: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    bytes.get_mut(..identity.len())?.copy_from_slice(identity);
    Some(bytes)
}

fn insert<const N: usize>(
    map: &mut HashMap<[u8; N], Open, impl BuildHasher>,
    identity: [u8; N],
    open: Open,
) {
    match map.entry(identity) {
        Place::Vacant(place) => {
            place.insert(open);
        }
        Place::Occupied(mut place) => {
            let known = place.get_mut();
            if knows_less(&open, known) {
                // It is told again, by a process that does not know its start.
                known.seen_at = known.seen_at.max(open.seen_at);
            } else {
                *known = open;
            }
        }
    }
}

/// Whether a begin that is told again says less of the start of the same connection
/// than the one before: the dump of a new process shows that it lived then.
fn knows_less(again: &Open, known: &Open) -> bool {
    let is_same = match (again.kernel_id, known.kernel_id) {
        (Some(again), Some(known)) => again == known,
        _ => true,
    };
    let is_estimate = again.source == TimeSource::Estimated && known.started_at != NOT_KNOWN;
    is_same && (again.started_at == NOT_KNOWN || is_estimate)
}
