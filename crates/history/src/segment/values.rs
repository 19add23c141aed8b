//! The distinct values of a column, in memory.

use std::net::{IpAddr, Ipv4Addr};

use super::bounds;
use super::column::{Column, Values};

/// The distinct values of a column, in the order of their places. Takes four bytes for
/// each address where all are of IPv4, and for each number where all are small.
#[derive(Debug)]
pub(super) enum Distinct {
    Words(Box<[Box<str>]>),
    Ipv4(Box<[u32]>),
    Addresses(Box<[IpAddr]>),
    Small(Box<[u32]>),
    Large(Box<[u64]>),
}

/// Texts in Parquet's encoding PLAIN, all of a page; nothing for one that is none, or where
/// bytes are left behind the last.
struct Texts<'a> {
    left: u32,
    body: &'a [u8],
}

impl<'a> Iterator for Texts<'a> {
    type Item = Option<&'a str>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let mut take = || {
            let length = self.body.split_off(..4)?.try_into().ok()?;
            let text = self.body.split_off(..u32::from_le_bytes(length) as usize)?;
            str::from_utf8(text).ok()
        };
        let text = take().filter(|_| self.left > 0 || self.body.is_empty());
        Some(text)
    }
}

impl Distinct {
    /// Reads a dictionary's page.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn decode(column: Column, many: u32, body: &[u8]) -> Result<Self, String> {
        let wrong = || format!("the dictionary of {} is cut", column.name());
        let numbers = |size: usize| {
            let is_whole = body.len() == many as usize * size;
            is_whole.then(|| body.chunks_exact(size)).ok_or_else(wrong)
        };
        let small = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap_or_default());
        let large = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        match column.values() {
            Values::Small | Values::Medium => Ok(Self::Small(numbers(4)?.map(small).collect())),
            Values::Large | Values::Time => {
                let all: Box<[u64]> = numbers(8)?.map(large).collect();
                let as_small: Option<_> = all.iter().map(|n| u32::try_from(*n).ok()).collect();
                Ok(as_small.map_or(Self::Large(all), Self::Small))
            }
            Values::Text if many == 0 && !body.is_empty() => Err(wrong()),
            Values::Text => {
                let texts = || Texts { left: many, body }.map(|text| text.ok_or_else(wrong));
                if !column.is_address() {
                    if many > bounds::WORDS {
                        return Err(format!("{} has {many} different words", column.name()));
                    }
                    let words = texts().map(|text| text.map(Box::from));
                    return words.collect::<Result<_, _>>().map(Self::Words);
                }
                let ipv4 =
                    |text: Result<&str, _>| Some(text.ok()?.parse::<Ipv4Addr>().ok()?.to_bits());
                if let Some(all) = texts().map(ipv4).collect() {
                    return Ok(Self::Ipv4(all));
                }
                let address = |text: Result<&str, _>| {
                    let address = text?.parse();
                    address.map_err(|_| format!("a text of {} is no address", column.name()))
                };
                texts()
                    .map(address)
                    .collect::<Result<_, _>>()
                    .map(Self::Addresses)
            }
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Words(all) => all.len(),
            Self::Ipv4(all) | Self::Small(all) => all.len(),
            Self::Addresses(all) => all.len(),
            Self::Large(all) => all.len(),
        }
    }

    /// The address at a place.
    pub(super) fn address(&self, place: u32) -> Option<IpAddr> {
        match self {
            Self::Ipv4(all) => Some(Ipv4Addr::from(*all.get(place as usize)?).into()),
            Self::Addresses(all) => all.get(place as usize).copied(),
            _ => None,
        }
    }

    /// The number at a place.
    pub(super) fn number(&self, place: u32) -> Option<u64> {
        match self {
            Self::Small(all) => all.get(place as usize).copied().map(u64::from),
            Self::Large(all) => all.get(place as usize).copied(),
            _ => None,
        }
    }

    /// The word at a place.
    pub(super) fn word(&self, place: u32) -> Option<&str> {
        match self {
            Self::Words(all) => all.get(place as usize).map(|word| &**word),
            _ => None,
        }
    }

    /// The place of an address.
    pub(super) fn place_of(&self, address: IpAddr) -> Option<u32> {
        let place = match (self, address) {
            (Self::Ipv4(all), IpAddr::V4(address)) => {
                let address = u32::from(address);
                all.iter().position(|other| *other == address)
            }
            (Self::Addresses(all), address) => all.iter().position(|other| *other == address),
            _ => None,
        };
        place.map(|place| place as u32)
    }

    /// Bytes of memory that they take, about.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Words(all) => all.len() * 32,
            Self::Ipv4(all) | Self::Small(all) => all.len() * 4,
            Self::Addresses(all) => all.len() * size_of::<IpAddr>(),
            Self::Large(all) => all.len() * 8,
        }
    }
}
