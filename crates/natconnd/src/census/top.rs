//! The greatest of many.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The greatest `LIMIT` of what is offered, in memory for no more than those.
///
/// Which of several equal ones are kept is open.
#[derive(Debug)]
pub struct Top<T, const LIMIT: usize> {
    /// The least of them on top.
    heap: BinaryHeap<Reverse<T>>,
}

impl<T: Ord, const LIMIT: usize> Top<T, LIMIT> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
        }
    }

    /// Offers one.
    #[inline]
    pub fn offer(&mut self, one: T) {
        if self.heap.len() < LIMIT {
            self.heap.push(Reverse(one));
        } else if let Some(mut least) = self.heap.peek_mut()
            && least.0 < one
        {
            *least = Reverse(one);
        }
    }

    /// Those that were kept, the greatest first.
    pub fn into_sorted(self) -> impl Iterator<Item = T> {
        // The order of `Reverse` turned round once.
        self.heap.into_sorted_vec().into_iter().map(|one| one.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_greatest_are_kept_in_order(offered in prop::collection::vec(0..50_u8, 0..40)) {
            let mut top = Top::<u8, 7>::new();
            for one in &offered {
                top.offer(*one);
            }
            let mut wanted = offered;
            wanted.sort_unstable_by_key(|one| Reverse(*one));
            wanted.truncate(7);
            prop_assert_eq!(top.into_sorted().collect::<Vec<_>>(), wanted);
        }
    }
}
