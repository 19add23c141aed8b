//! Entries that share a role's key, newest first.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use model::Roles;

use crate::address::Address;
use crate::entry::{Entry, Place};
use crate::index::Index;
use crate::slab::{NO_SLOT, Slab, Slot};

/// The neighbours of an entry in a chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct Link {
    /// The next older one.
    pub next: Slot,
    /// The next newer one, none for the head.
    pub previous: Slot,
}

impl Link {
    /// In no chain.
    pub const NONE: Self = Self {
        next: NO_SLOT,
        previous: NO_SLOT,
    };
}

/// What entries of a chain have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// NAT address and port.
    Nat = 0,
    /// The internal host: its address.
    Host = 1,
    /// The remote address.
    Remote = 2,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Nat, Self::Host, Self::Remote];

    /// The key of an entry in this role; the port counts for the NAT only.
    #[inline]
    fn key_of<A: Address>(self, entry: &Entry<A>) -> Place<A> {
        self.key(&entry.roles())
    }

    /// The hash of the key of an entry with these roles.
    #[inline]
    pub fn hash<A: Address>(self, hashing: &RandomState, roles: &Roles<Place<A>>) -> u64 {
        hash(hashing, self.key(roles))
    }

    #[inline]
    fn key<A: Address>(self, roles: &Roles<Place<A>>) -> Place<A> {
        match self {
            Self::Nat => roles.nat,
            Self::Host => (roles.internal.0, 0),
            Self::Remote => (roles.remote.0, 0),
        }
    }
}

/// All chains of one role, found by their heads.
pub struct Chains {
    role: Role,
    heads: Index,
}

impl Chains {
    /// No chains.
    pub const fn new(role: Role) -> Self {
        Self {
            role,
            heads: Index::new(),
        }
    }

    /// The newest entry with this key. `port` is 0 for all roles but the NAT.
    pub fn head<A: Address>(
        &self,
        slab: &Slab<A>,
        hashing: &RandomState,
        address: A,
        port: u16,
    ) -> Option<Slot> {
        let key = (address, port);
        self.heads.find(hash(hashing, key), |slot| {
            self.role.key_of(slab.get(slot)) == key
        })
    }

    /// The next older entry of a chain.
    pub fn after<A: Address>(&self, entry: &Entry<A>) -> Option<Slot> {
        let next = entry.links[self.role as usize].next;
        (next != NO_SLOT).then_some(next)
    }

    /// A head that may be that of the key with this hash.
    #[inline]
    pub fn likely_head(&self, hash: u64) -> Option<Slot> {
        self.heads.find(hash, |_| true)
    }

    /// Puts an entry, whose key has this hash, at the head of its chain.
    #[inline]
    pub fn link<A: Address>(
        &mut self,
        slab: &mut Slab<A>,
        hashing: &RandomState,
        slot: Slot,
        hash: u64,
    ) {
        let role = self.role;
        let key = role.key_of(slab.get(slot));
        let next = match self
            .heads
            .find_mut(hash, |head| role.key_of(slab.get(head)) == key)
        {
            Some(head) => {
                let next = std::mem::replace(head, slot);
                slab.get_mut(next).links[role as usize].previous = slot;
                next
            }
            None => {
                let slab = &*slab;
                self.heads.insert(hash, slot, |slot| {
                    self::hash(hashing, role.key_of(slab.get(slot)))
                });
                NO_SLOT
            }
        };
        slab.get_mut(slot).links[role as usize] = Link {
            next,
            previous: NO_SLOT,
        };
    }

    /// Takes an entry out of its chain.
    #[inline]
    pub fn unlink<A: Address>(&mut self, slab: &mut Slab<A>, hashing: &RandomState, slot: Slot) {
        let role = self.role as usize;
        let entry = slab.get(slot);
        let Link { next, previous } = entry.links[role];
        if previous != NO_SLOT {
            slab.get_mut(previous).links[role].next = next;
        } else {
            let hash = hash(hashing, self.role.key_of(entry));
            if next == NO_SLOT {
                self.heads.remove(hash, |head| head == slot);
            } else if let Some(head) = self.heads.find_mut(hash, |head| head == slot) {
                *head = next;
            }
        }
        if next != NO_SLOT {
            slab.get_mut(next).links[role].previous = previous;
        }
    }
}

#[inline]
fn hash<A: Address>(hashing: &RandomState, (address, port): (A, u16)) -> u64 {
    let [high, low] = address.words();
    let mut hasher = hashing.build_hasher();
    hasher.write_u64(high);
    hasher.write_u64(low);
    hasher.write_u16(port);
    hasher.finish()
}
