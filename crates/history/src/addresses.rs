//! Addresses as small numbers.
//!
//! A gateway sees the same addresses again and again, so rows name them by number.
//! A number is valid for as long as its [`Addresses`] live; numbers are given in the
//! order in which addresses are first seen and never change.

use std::hash::BuildHasher;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Each address once, with its number.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    list: Vec<IpAddr>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl Addresses {
    /// The number of an address, which is a new one where it was not seen before.
    pub(crate) fn number(&mut self, address: IpAddr) -> u32 {
        let Self {
            list,
            numbers,
            hasher,
        } = self;
        let entry = numbers.entry(
            hasher.hash_one(address),
            |number| list[*number as usize] == address,
            |number| hasher.hash_one(list[*number as usize]),
        );
        match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(vacant) => {
                // A generation is sealed long before it has seen 2³² addresses.
                let number = u32::try_from(list.len()).unwrap_or(u32::MAX);
                list.push(address);
                vacant.insert(number);
                number
            }
        }
    }

    /// The number of an address that was seen before.
    pub(crate) fn find(&self, address: IpAddr) -> Option<u32> {
        self.numbers
            .find(self.hasher.hash_one(address), |number| {
                self.list[*number as usize] == address
            })
            .copied()
    }

    /// The address of a number.
    pub(crate) fn get(&self, number: u32) -> IpAddr {
        self.list[number as usize]
    }

    /// How many distinct addresses were seen.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Bytes of memory that it takes, about.
    pub(crate) fn memory(&self) -> usize {
        self.list.capacity() * size_of::<IpAddr>() + self.numbers.capacity() * 6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_number() {
        let mut addresses = Addresses::default();
        let texts = ["192.0.2.1", "2001:db8::1", "::192.0.2.1", "192.0.2.1"];
        let numbers = texts.map(|text| addresses.number(text.parse().unwrap()));
        assert_eq!(numbers, [0, 1, 2, 0]);
        assert_eq!(addresses.len(), 3);
        for (text, number) in texts.iter().zip(numbers) {
            let address = text.parse().unwrap();
            assert_eq!(addresses.get(number), address);
            assert_eq!(addresses.find(address), Some(number));
        }
        assert_eq!(addresses.find("192.0.2.2".parse().unwrap()), None);
    }
}
