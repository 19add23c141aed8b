//! Finding records in memory.

use model::{Endpoint, EndpointPattern, Match};

use super::Rows;
use crate::Question;
use crate::addresses::Addresses;
use crate::milliseconds::Milliseconds;

impl Rows {
    /// Calls `visit` with each record that fits and lived in the question's time,
    /// for as long as it says true; says whether it always did. Sorted rows are
    /// asked faster for a NAT endpoint.
    pub(crate) fn find(
        &self,
        addresses: &Addresses,
        is_sorted: bool,
        question: &Question,
        mut visit: impl FnMut(Match) -> bool,
    ) -> bool {
        let lookup = &question.lookup;
        let Some([internal, nat]) = numbers(addresses, [&lookup.internal, &lookup.nat]) else {
            return true;
        };
        let omitted = addresses.find(Endpoint::OMITTED.address);
        let remote = match lookup.remote.address() {
            None => None,
            Some(address) => match addresses.find(address).or(omitted) {
                None => return true,
                number => number,
            },
        };
        let range = match (is_sorted, nat, lookup.nat.port()) {
            (true, Some(nat), Some(port)) => self.of_endpoint(nat, port),
            _ => 0..self.rows.len(),
        };
        let period = Milliseconds::of(question.period);
        for index in range {
            let row = &self.rows[index];
            let is_it = |number: Option<u32>, own| number.is_none_or(|number| number == own);
            if is_it(nat, row.nat)
                && is_it(internal, row.internal)
                && (is_it(remote, row.remote) || Some(row.remote) == omitted)
                && period.touches(row.started_at, row.ended_at)
            {
                let record = self.get(addresses, index);
                if lookup.matches(&record) && !visit(record) {
                    return false;
                }
            }
        }
        true
    }
}

/// The numbers of the addresses of patterns that name just one; nothing where one
/// of them was never seen.
fn numbers<const N: usize>(
    addresses: &Addresses,
    patterns: [&EndpointPattern; N],
) -> Option<[Option<u32>; N]> {
    let mut numbers = [None; N];
    for (number, pattern) in numbers.iter_mut().zip(patterns) {
        if let Some(address) = pattern.address() {
            *number = Some(addresses.find(address)?);
        }
    }
    Some(numbers)
}
