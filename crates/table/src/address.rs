//! The two address families, as a type parameter.

use std::fmt::Debug;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::entry::Entry;
use crate::find::Found;

/// An address of one family.
pub trait Address: Copy + Eq + Hash + Debug {
    /// How many bytes an address is.
    const BYTES: usize;

    /// Any address, for slots that hold nothing.
    const UNSPECIFIED: Self;

    /// The address, where it is of this family.
    fn from_ip(address: IpAddr) -> Option<Self>;

    /// The address with its family.
    fn to_ip(self) -> IpAddr;

    /// Appends its bytes.
    fn write(self, to: &mut Vec<u8>);

    /// The address of these bytes, where they are as many as they should be.
    fn read(bytes: &[u8]) -> Option<Self>;

    /// The address in two words, for hashing.
    fn words(self) -> [u64; 2];

    /// An entry of this family as the outside sees it.
    fn found(entry: &Entry<Self>) -> Found<'_>;
}

impl Address for Ipv4Addr {
    const BYTES: usize = 4;
    const UNSPECIFIED: Self = Self::UNSPECIFIED;

    #[inline]
    fn from_ip(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        }
    }

    fn to_ip(self) -> IpAddr {
        self.into()
    }

    fn write(self, to: &mut Vec<u8>) {
        to.extend(self.octets());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        <[u8; <Self as Address>::BYTES]>::try_from(bytes)
            .ok()
            .map(Self::from)
    }

    #[inline]
    fn words(self) -> [u64; 2] {
        [0, self.to_bits().into()]
    }

    fn found(entry: &Entry<Self>) -> Found<'_> {
        Found::v4(entry)
    }
}

impl Address for Ipv6Addr {
    const BYTES: usize = 16;
    const UNSPECIFIED: Self = Self::UNSPECIFIED;

    #[inline]
    fn from_ip(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => Some(address),
        }
    }

    fn to_ip(self) -> IpAddr {
        self.into()
    }

    fn write(self, to: &mut Vec<u8>) {
        to.extend(self.octets());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        <[u8; <Self as Address>::BYTES]>::try_from(bytes)
            .ok()
            .map(Self::from)
    }

    #[inline]
    fn words(self) -> [u64; 2] {
        let bits = self.to_bits();
        [(bits >> 64) as u64, bits as u64]
    }

    fn found(entry: &Entry<Self>) -> Found<'_> {
        Found::v6(entry)
    }
}
