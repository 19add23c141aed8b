//! The distinct values of a column, in memory.

use std::net::{IpAddr, Ipv4Addr};

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

impl Distinct {
    /// Reads a dictionary's page.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn decode(column: Column, many: u32, mut body: &[u8]) -> Result<Self, String> {
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
            Values::Text => {
                let mut texts = Vec::with_capacity((many as usize).min(body.len()));
                for _ in 0..many {
                    let length = small(body.split_off(..4).ok_or_else(wrong)?) as usize;
                    let text = body.split_off(..length).ok_or_else(wrong)?;
                    texts.push(str::from_utf8(text).map_err(|_| wrong())?);
                }
                if !body.is_empty() {
                    return Err(wrong());
                }
                if !column.is_address() {
                    return Ok(Self::Words(texts.into_iter().map(Box::from).collect()));
                }
                let ipv4 = |text: &&str| Some(u32::from(text.parse::<Ipv4Addr>().ok()?));
                if let Some(all) = texts.iter().map(ipv4).collect() {
                    return Ok(Self::Ipv4(all));
                }
                let address = |text: &str| {
                    let address = text.parse();
                    address.map_err(|_| format!("{} is \"{text}\"", column.name()))
                };
                texts
                    .into_iter()
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
