//! Entries in numbered slots that never move.

use crate::address::Address;
use crate::entry::Entry;

/// The number of a slot.
pub type Slot = u32;

/// No slot.
pub const NO_SLOT: Slot = Slot::MAX;

/// Slots come in chunks, so that growing copies nothing and never takes long.
const CHUNK: usize = 4096;

/// Slots that hold an entry or are vacant. A vacant slot is used again before
/// the slab grows; memory is not given back.
pub struct Slab<A> {
    chunks: Vec<Box<[Entry<A>]>>,
    /// The vacant slots among those that have been used.
    vacant: Vec<Slot>,
    /// Slots below this number have been used.
    used: Slot,
}

/// The first link of a vacant slot, which no chain ever holds.
const VACANT_MARK: Slot = Slot::MAX - 1;

impl<A: Address> Slab<A> {
    /// No slots.
    pub const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            vacant: Vec::new(),
            used: 0,
        }
    }

    /// How many slots have ever been used: the numbers to scan.
    pub const fn used(&self) -> Slot {
        self.used
    }

    /// The entry of a slot that is not vacant.
    #[inline]
    pub fn get(&self, slot: Slot) -> &Entry<A> {
        &self.chunks[slot as usize / CHUNK][slot as usize % CHUNK]
    }

    /// The entry of a slot that is not vacant.
    #[inline]
    pub fn get_mut(&mut self, slot: Slot) -> &mut Entry<A> {
        &mut self.chunks[slot as usize / CHUNK][slot as usize % CHUNK]
    }

    /// The entry of any slot below [`Self::used`], `None` where it is vacant.
    pub fn scan(&self, slot: Slot) -> Option<&Entry<A>> {
        let entry = self.get(slot);
        (entry.links[0].next != VACANT_MARK).then_some(entry)
    }

    /// Puts an entry into a vacant slot.
    #[inline]
    pub fn insert(&mut self, entry: Entry<A>) -> Slot {
        let slot = self.vacant.pop().unwrap_or_else(|| {
            if self.used as usize == self.chunks.len() * CHUNK {
                self.chunks
                    .push(vec![Entry::VACANT; CHUNK].into_boxed_slice());
            }
            self.used += 1;
            self.used - 1
        });
        *self.get_mut(slot) = entry;
        slot
    }

    /// Makes a slot vacant.
    pub fn remove(&mut self, slot: Slot) {
        self.get_mut(slot).links[0].next = VACANT_MARK;
        self.vacant.push(slot);
    }
}
