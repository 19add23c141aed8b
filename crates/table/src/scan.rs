//! Looking at everything, in parts of slots whose order is scattered.
//!
//! Slots are given out in their order, so that a table that was filled is sorted by the
//! begin of its entries. Whoever looks for the latest would find each one to be the latest
//! so far. Scattered, a few parts suffice to know about where the latest are.

use crate::address::Address;
use crate::family::Family;
use crate::find::Found;
use crate::slab::Slot;
use crate::table::{Position, Table};

/// Slots of a part, which are looked at in their order.
const PART: u32 = 2048;

impl Table {
    /// Calls `visit` with every translation in at most `budget` slots, in no
    /// order, and returns where to go on; `None` at the end.
    ///
    /// What is in the table during the whole of a scan is visited exactly once,
    /// whatever comes and goes meanwhile.
    pub fn scan(
        &self,
        from: Position,
        budget: u32,
        mut visit: impl FnMut(Found<'_>),
    ) -> Option<Position> {
        let next = if from.is_v6 {
            self.v6.scan(from, budget, &mut visit)
        } else {
            self.v4.scan(from, budget, &mut visit)
        };
        match next {
            Some(next) => Some(next),
            None if from.is_v6 => None,
            None => Some(Position {
                is_v6: true,
                ..Position::default()
            }),
        }
    }
}

impl<A: Address> Family<A> {
    /// `from.slot` counts the slots that were looked at.
    fn scan(
        &self,
        from: Position,
        budget: u32,
        visit: &mut impl FnMut(Found<'_>),
    ) -> Option<Position> {
        let used = self.slab.used();
        // What comes into a new slot meanwhile is not there during the whole scan.
        let parts = match from.slot {
            0 => used.div_ceil(PART),
            _ => from.parts,
        };
        let (part, begin) = (from.slot / PART, from.slot % PART);
        if part >= parts {
            return None;
        }
        let end = PART.min(begin.saturating_add(budget));
        let first: Slot = scattered(part, parts) * PART;
        for slot in first + begin..used.min(first + end) {
            if let Some(entry) = self.slab.scan(slot) {
                visit(A::found(entry));
            }
        }
        let slot = part * PART + end;
        (slot < parts * PART).then_some(Position {
            slot,
            parts,
            ..from
        })
    }
}

/// The part that is looked at as the `at`th of all: each one once, neighbours far apart.
fn scattered(at: u32, parts: u32) -> u32 {
    // The golden ratio leaves the smallest holes, whenever one stops.
    let near = (f64::from(parts) * 0.618_034) as u32;
    let stride = (near.max(1)..).find(|stride| is_coprime(*stride, parts));
    let stride = u64::from(stride.unwrap_or(1));
    let part = u64::from(at) * stride % u64::from(parts);
    u32::try_from(part).unwrap_or(at)
}

const fn is_coprime(mut left: u32, mut right: u32) -> bool {
    while right > 0 {
        (left, right) = (right, left % right);
    }
    left == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_comes_once() {
        for parts in (1..300).chain([488, 4096, 10_007]) {
            let mut seen: Vec<u32> = (0..parts).map(|at| scattered(at, parts)).collect();
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..parts), "{parts}");
        }
    }

    #[test]
    fn few_parts_are_the_latest_so_far() {
        for parts in [10, 100, 488, 2000] {
            let order = (0..parts).map(|at| scattered(at, parts));
            let mut latest = None;
            let mut records = 0;
            for part in order {
                if latest.is_none_or(|latest| part > latest) {
                    latest = Some(part);
                    records += 1;
                }
            }
            assert!(records <= 20, "{records} of {parts}");
        }
    }
}
