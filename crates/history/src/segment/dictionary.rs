//! The distinct values of a column, and their places in the dictionary.
//!
//! A page has places of one, two or three bytes, one after the other, and zstd gives
//! each byte a code by how often it is there, whichever of them it is. So frequent
//! values get places all of whose bytes are small. Values that are as frequent as
//! each other, most of them seen once, are sorted, so that neighbours begin alike.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::hybrid;

/// A value, how often it is there, and its place in the dictionary.
#[derive(Clone, Copy, Debug)]
struct Value {
    value: u64,
    many: u32,
    place: u32,
}

/// Values below this are found without hashing.
const DENSE: u64 = 1 << 17;

/// The distinct values of a column.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    values: Vec<Value>,
    /// Index in `values` plus one.
    dense: Vec<u32>,
    sparse: HashTable<u32>,
    hasher: RandomState,
}

impl Dictionary {
    /// Counts a value.
    pub(super) fn count(&mut self, value: u64) {
        let index = match self.index(value) {
            Some(index) => index,
            None => self.insert(value),
        };
        self.values[index].many += 1;
    }

    fn index(&self, value: u64) -> Option<usize> {
        if value < DENSE {
            let index = *self.dense.get(value as usize)?;
            return (index > 0).then(|| index as usize - 1);
        }
        let is_it = |index: &u32| self.values[*index as usize].value == value;
        let index = self.sparse.find(self.hasher.hash_one(value), is_it)?;
        Some(*index as usize)
    }

    fn insert(&mut self, value: u64) -> usize {
        let index = self.values.len();
        self.values.push(Value {
            value,
            many: 0,
            place: 0,
        });
        if value < DENSE {
            let at = value as usize;
            if self.dense.len() <= at {
                self.dense.resize(at + 1, 0);
            }
            self.dense[at] = index as u32 + 1;
        } else {
            let Self {
                values,
                sparse,
                hasher,
                ..
            } = self;
            sparse.insert_unique(hasher.hash_one(value), index as u32, |index| {
                hasher.hash_one(values[*index as usize].value)
            });
        }
        index
    }

    /// Gives each value its place, and all values in the order of their places, as
    /// `key` makes them.
    pub(super) fn arrange<K: Ord>(&mut self, key: impl Fn(u64) -> K) -> Vec<K> {
        let mut order: Vec<(u32, K, u32)> = (0..)
            .zip(&self.values)
            .map(|(index, value)| (u32::MAX - value.many, key(value.value), index))
            .collect();
        order.sort_unstable();
        let mut places: Vec<u32> = (0..order.len() as u32).collect();
        places.sort_by_cached_key(|place| cost(*place));
        // Those that are as frequent as each other keep their order.
        let mut rest = &mut places[..];
        for alike in order.chunk_by(|one, other| one.0 == other.0) {
            let places;
            (places, rest) = std::mem::take(&mut rest).split_at_mut(alike.len());
            places.sort_unstable();
        }
        for (place, (_, _, index)) in places.iter().zip(&order) {
            self.values[*index as usize].place = *place;
        }
        let mut keys: Vec<(u32, K)> = places
            .into_iter()
            .zip(order.into_iter().map(|(_, key, _)| key))
            .collect();
        keys.sort_unstable_by_key(|(place, _)| *place);
        keys.into_iter().map(|(_, key)| key).collect()
    }

    /// The place of a value that was counted.
    pub(super) fn place(&self, value: u64) -> u32 {
        let index = self.index(value);
        index.map_or(0, |index| self.values[index].place)
    }

    /// How many distinct values there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The width of their places.
    pub(super) fn width(&self) -> u8 {
        hybrid::width_of(self.len().saturating_sub(1) as u32)
    }
}

/// How much room a place takes, in some measure: where values are as unequal as
/// Zipf's law has it, the bytes of places in this order tell nothing of each other.
fn cost(place: u32) -> u64 {
    let bytes = place.to_le_bytes();
    bytes.iter().map(|byte| u64::from(*byte) + 1).product()
}
