//! NAT addresses by number, and hashes of the rest.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;

use foldhash::quality::RandomState;
use model::Protocol;

/// A NAT address and a protocol.
type NatKey = (IpAddr, Protocol);

/// Numbers NAT addresses in the order of their coming, each once for each
/// protocol, and hashes hosts and pairs.
///
/// The hashes have 64 bits and a random key, so that they can stand for what they
/// are of: that any two of ten million different ones are equal has a probability
/// of one in 400 000, and nobody can make them so.
pub struct Endpoints {
    hashing: RandomState,
    numbers: HashMap<NatKey, u32, RandomState>,
    keys: Vec<NatKey>,
    /// The last one that was asked for: the next is often the same.
    last: Option<(NatKey, u32)>,
}

impl Endpoints {
    /// No NAT addresses, and another random key.
    pub fn new() -> Self {
        Self {
            hashing: RandomState::default(),
            numbers: HashMap::default(),
            keys: Vec::new(),
            last: None,
        }
    }

    /// The number of a NAT address.
    #[inline]
    pub fn number(&mut self, address: IpAddr, protocol: Protocol) -> u32 {
        let key = (address, protocol);
        if let Some((last, number)) = self.last
            && last == key
        {
            return number;
        }
        let number = *self.numbers.entry(key).or_insert_with(|| {
            self.keys.push(key);
            // The table has fewer entries than there are numbers.
            u32::try_from(self.keys.len() - 1).unwrap_or(u32::MAX)
        });
        self.last = Some((key, number));
        number
    }

    /// The NAT addresses by their numbers.
    pub fn keys(&self) -> &[NatKey] {
        &self.keys
    }

    /// The hash of a host.
    #[inline]
    pub fn host(&self, host: IpAddr) -> u64 {
        let mut hasher = self.hashing.build_hasher();
        write(&mut hasher, host);
        hasher.finish()
    }

    /// The hash of a pair, of the NAT address with this number.
    #[inline]
    pub fn pair(&self, nat: u32, remote: model::Endpoint, zone: u16) -> u64 {
        let mut hasher = self.hashing.build_hasher();
        write(&mut hasher, remote.address);
        hasher.write_u64(u64::from(nat) | u64::from(remote.port) << 32 | u64::from(zone) << 48);
        hasher.finish()
    }
}

#[inline]
fn write(hasher: &mut impl Hasher, address: IpAddr) {
    match address {
        IpAddr::V4(address) => hasher.write_u32(address.to_bits()),
        IpAddr::V6(address) => hasher.write_u128(address.to_bits()),
    }
}
