//! Reading ahead for a batch.
//!
//! At a million entries nearly everything that an event touches has to come
//! from main memory, one read after the other: the index, then the entry, then
//! its neighbours. Reads for different events do not depend on each other and
//! overlap in the processor, if they stand close together in the code. So all
//! events of a batch are planned first, and then applied from the caches.

use std::hint::black_box;

use model::{Connection, EventKind, TranslationKind};

use crate::address::Address;
use crate::chain::Role;
use crate::entry::{Entry, Identity};
use crate::family::{Family, identity_hash};
use crate::slab::{NO_SLOT, Slot};

/// The hashes of one entry.
#[derive(Clone, Copy, Default, Debug)]
pub struct Hashes {
    /// Of its connection's identity.
    pub identity: u64,
    /// Of its key in each role.
    pub roles: [u64; 3],
}

/// What is known of an event before it is applied.
#[derive(Clone, Copy, Default, Debug)]
pub struct Plan {
    /// The hashes of the entry of the connection's first translation; those of
    /// roles only where the event begins a connection.
    pub hashes: Hashes,
    /// Slots that will probably be read.
    likely: [Option<Slot>; 4],
}

impl<A: Address> Family<A> {
    /// The hashes of an entry.
    pub fn hashes(&self, entry: &Entry<A>) -> Hashes {
        let roles = entry.roles();
        Hashes {
            identity: identity_hash(&self.hashing, &entry.identity()),
            roles: Role::ALL.map(|role| role.hash(&self.hashing, &roles)),
        }
    }

    /// Plans an event, which reads the indexes.
    #[inline]
    pub fn plan(&self, connection: &Connection, kind: EventKind) -> Plan {
        let Some(identity) = Identity::<A>::of(&connection.original, connection.zone) else {
            return Plan::default();
        };
        let mut plan = Plan::default();
        plan.hashes.identity = identity_hash(&self.hashing, &identity);
        plan.likely[3] = self.identities.find(plan.hashes.identity, |_| true);
        if kind != EventKind::Destroy
            && let Some(entry) = first_entry::<A>(connection)
        {
            let roles = entry.roles();
            for (at, role) in Role::ALL.into_iter().enumerate() {
                let hash = role.hash(&self.hashing, &roles);
                plan.hashes.roles[at] = hash;
                plan.likely[at] = self.chains[at].likely_head(hash);
            }
        }
        plan
    }

    /// Reads the entries that a planned event will read.
    #[inline]
    pub fn touch(&self, plan: &Plan) {
        for slot in plan.likely.into_iter().flatten() {
            black_box(self.slab.get(slot).is_ended());
        }
    }

    /// Reads what forgetting the first of the ended entries will read.
    pub fn touch_expiring(&self, count: usize) {
        for slot in self.ended.iter().take(count) {
            black_box(self.slab.get(*slot).is_ended());
        }
        for slot in self.ended.iter().take(count) {
            let entry = self.slab.get(*slot);
            let hash = Role::Nat.hash(&self.hashing, &entry.roles());
            black_box(self.chains[Role::Nat as usize].likely_head(hash));
            for link in &entry.links {
                for neighbour in [link.next, link.previous] {
                    if neighbour != NO_SLOT {
                        black_box(self.slab.get(neighbour).is_ended());
                    }
                }
            }
        }
    }
}

/// The entry of the first of a connection's translations.
#[inline]
fn first_entry<A: Address>(connection: &Connection) -> Option<Entry<A>> {
    let kind = TranslationKind::ALL
        .into_iter()
        .find(|kind| connection.status.contains(kind.status()))?;
    Entry::new(connection, kind, None)
}
