//! From a hash to slots.

use hashbrown::HashTable;

use crate::slab::Slot;

/// Growing moves one shard, a small part of the whole, so that no single insert
/// takes long.
const SHARDS: usize = 64;

/// Slots by the hash of something in their entries.
///
/// Keeps no keys: callers compare with the entries. Costs 5 bytes a slot at a
/// load between 7/16 and 7/8.
pub struct Index {
    shards: [HashTable<Slot>; SHARDS],
}

impl Index {
    /// An empty index.
    pub const fn new() -> Self {
        Self {
            shards: [const { HashTable::new() }; SHARDS],
        }
    }

    /// The bits of a hash that hashbrown uses neither for the position (low)
    /// nor for the tag (the top seven).
    const fn shard(hash: u64) -> usize {
        (hash >> 45) as usize % SHARDS
    }

    /// The slot with this hash that fits.
    #[inline]
    pub fn find(&self, hash: u64, mut fits: impl FnMut(Slot) -> bool) -> Option<Slot> {
        self.shards[Self::shard(hash)]
            .find(hash, |slot| fits(*slot))
            .copied()
    }

    /// The place of the slot with this hash that fits, to be overwritten by
    /// another of the same hash.
    #[inline]
    pub fn find_mut(&mut self, hash: u64, mut fits: impl FnMut(Slot) -> bool) -> Option<&mut Slot> {
        self.shards[Self::shard(hash)].find_mut(hash, |slot| fits(*slot))
    }

    /// Adds a slot; `hash_of` gives the hash of any slot in the index.
    #[inline]
    pub fn insert(&mut self, hash: u64, slot: Slot, hash_of: impl Fn(Slot) -> u64) {
        self.shards[Self::shard(hash)].insert_unique(hash, slot, |slot| hash_of(*slot));
    }

    /// Takes the slot with this hash that fits out.
    #[inline]
    pub fn remove(&mut self, hash: u64, mut fits: impl FnMut(Slot) -> bool) -> Option<Slot> {
        self.shards[Self::shard(hash)]
            .find_entry(hash, |slot| fits(*slot))
            .ok()
            .map(|entry| entry.remove().0)
    }
}
