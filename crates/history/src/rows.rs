//! Records in memory, 48 bytes each.
//!
//! Rows are numbers and nothing else: addresses are those of an [`Addresses`] that
//! many `Rows` share, times are whole milliseconds. What few records have stands
//! beside them. Where a record is looked for: `rows/find.rs`.

mod find;
mod row;

use std::ops::Range;

use model::{Counters, Endpoint, Match, Traffic};

use crate::addresses::Addresses;
pub(crate) use row::{Row, own_destination};

/// Records in memory.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    rows: Vec<Row>,
    /// Original destinations that are not the role's own, which only a hairpin has:
    /// number of the address, and port.
    destinations: Vec<(u32, u16)>,
    /// As long as `rows`, or empty while nothing was counted.
    traffic: Vec<Traffic>,
}

impl Rows {
    /// With room for this many.
    pub(crate) fn with_capacity(records: usize) -> Self {
        Self {
            rows: Vec::with_capacity(records),
            ..Self::default()
        }
    }

    /// Adds a record; its kernel id is not kept, of its times whole milliseconds.
    pub(crate) fn push(&mut self, addresses: &mut Addresses, record: &Match) {
        let mut row = Row::of(addresses, record);
        if record.original_destination != own_destination(&record.translation) {
            row.destination = u32::try_from(self.destinations.len()).unwrap_or(row::OWN);
            let Endpoint { address, port } = record.original_destination;
            self.destinations.push((addresses.number(address), port));
        }
        if record.traffic.is_some() && self.traffic.is_empty() {
            self.traffic.resize(self.rows.len(), NO_TRAFFIC);
            self.traffic.reserve(self.rows.capacity() - self.rows.len());
        }
        if record.traffic.is_some() || !self.traffic.is_empty() {
            self.traffic.push(record.traffic.unwrap_or(NO_TRAFFIC));
        }
        self.rows.push(row);
    }

    /// Adds all records of other rows, whose addresses are numbered by the same
    /// [`Addresses`].
    pub(crate) fn append(&mut self, other: &Self) {
        let before = self.rows.len();
        let shift = u32::try_from(self.destinations.len()).unwrap_or(row::OWN);
        self.rows.extend_from_slice(&other.rows);
        for row in &mut self.rows[before..] {
            if row.destination != row::OWN {
                row.destination = row.destination.saturating_add(shift);
            }
        }
        self.destinations.extend_from_slice(&other.destinations);
        if !self.traffic.is_empty() || !other.traffic.is_empty() {
            self.traffic.resize(before, NO_TRAFFIC);
            self.traffic.extend_from_slice(&other.traffic);
            self.traffic.resize(self.rows.len(), NO_TRAFFIC);
        }
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The record at an index.
    pub(crate) fn get(&self, addresses: &Addresses, index: usize) -> Match {
        let row = &self.rows[index];
        let mut record = row.record(addresses);
        if let Some((address, port)) = self.destination(index) {
            record.original_destination = Endpoint::new(addresses.get(address), port);
        }
        record.traffic = self.traffic(index);
        record
    }

    /// The rows as they are.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The original destination of the record at an index, where it is not the
    /// role's own: number of the address, and port.
    pub(crate) fn destination(&self, index: usize) -> Option<(u32, u16)> {
        self.destinations
            .get(self.rows[index].destination as usize)
            .copied()
    }

    /// What was counted for the record at an index.
    pub(crate) fn traffic(&self, index: usize) -> Option<Traffic> {
        let is_counted = self.rows[index].is_counted();
        is_counted.then(|| self.traffic[index])
    }

    /// Sorts by NAT address (by its number), NAT port and start, so that
    /// [`Rows::of_endpoint`] finds its way.
    pub(crate) fn sort(&mut self) {
        if self.traffic.is_empty() {
            self.rows.sort_unstable_by_key(Row::order);
            return;
        }
        let mut order: Vec<u32> = (0..).take(self.rows.len()).collect();
        order.sort_unstable_by_key(|index| self.rows[*index as usize].order());
        self.rows = order.iter().map(|i| self.rows[*i as usize]).collect();
        self.traffic = order.iter().map(|i| self.traffic[*i as usize]).collect();
    }

    /// The records of one NAT endpoint. They must be sorted.
    pub(crate) fn of_endpoint(&self, nat: u32, port: u16) -> Range<usize> {
        let key = (nat, port);
        let from = self.rows.partition_point(|row| row.nat_endpoint() < key);
        let many = self.rows[from..].partition_point(|row| row.nat_endpoint() == key);
        from..from + many
    }

    /// Bytes of memory that it takes.
    pub(crate) fn memory(&self) -> usize {
        self.rows.capacity() * size_of::<Row>()
            + self.destinations.capacity() * size_of::<(u32, u16)>()
            + self.traffic.capacity() * size_of::<Traffic>()
    }
}

const NO_COUNT: Counters = Counters {
    packets: 0,
    bytes: 0,
};
const NO_TRAFFIC: Traffic = Traffic {
    original: NO_COUNT,
    reply: NO_COUNT,
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arbitrary::{kept, question, records};

    proptest! {
        #[test]
        fn a_record_comes_back_to_the_millisecond(records in records(0..40), cut in 0_usize..40) {
            let mut addresses = Addresses::default();
            let cut = cut.min(records.len());
            let [mut rows, mut others] = [Rows::with_capacity(1), Rows::default()];
            records[..cut].iter().for_each(|record| rows.push(&mut addresses, record));
            records[cut..].iter().for_each(|record| others.push(&mut addresses, record));
            rows.append(&others);
            prop_assert_eq!(rows.len(), records.len());
            for (index, record) in records.iter().enumerate() {
                prop_assert_eq!(rows.get(&addresses, index), kept(record));
            }
        }

        #[test]
        fn finding_is_filtering(records in records(0..40), question in question(), sorted: bool) {
            let mut addresses = Addresses::default();
            let mut rows = Rows::default();
            records.iter().for_each(|record| rows.push(&mut addresses, record));
            if sorted {
                rows.sort();
            }
            let all: Vec<Match> = (0..rows.len()).map(|index| rows.get(&addresses, index)).collect();
            let expected: Vec<Match> = all
                .into_iter()
                .filter(|record| question.lookup.matches(record))
                .filter(|record| question.period.touches(&record.life()))
                .collect();
            let mut found = Vec::new();
            rows.find(&addresses, sorted, &question, |record| {
                found.push(record);
                true
            });
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_visitor_can_stop() {
        let mut addresses = Addresses::default();
        let mut rows = Rows::default();
        for _ in 0..3 {
            rows.push(&mut addresses, &crate::arbitrary::example());
        }
        let mut visits = 0;
        let question = crate::arbitrary::everything();
        let went_on = rows.find(&addresses, true, &question, |_| {
            visits += 1;
            visits < 2
        });
        assert_eq!((visits, went_on), (2, false));
    }
}
