//! The census: counts of the whole live table. Who uses how many connections and
//! ports, and where they run out.
//!
//! Linux keeps reply tuples unique, not NAT ports: the ports of a NAT address
//! can be used once for each remote endpoint. What runs out are the ports of a
//! *pair*, a NAT address and a remote endpoint, so pairs are what is counted.
//!
//! `count` takes a census in a few scans; [`Taker`] has one taken now and then,
//! by a thread of its own, more often while somebody wants them; `ports` tells who holds the
//! ports of one NAT address. Nothing here is exact to a moment: the table changes
//! while it is counted. Faces ask [`crate::lookup::Answers`].

mod count;
mod endpoints;
mod holders;
mod pairs;
mod ports;
mod taker;
#[cfg(test)]
mod tests;
mod top;

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use model::{Endpoint, Protocol, Timestamp};

pub use count::take;
pub use ports::{HeldPort, PortMap, ports};
pub use taker::Taker;

/// The ports that a source translation is given where the ruleset names none and
/// the host's own is not one of the first 1024 (`nf_nat_l4proto_unique_tuple`).
pub const UNPRIVILEGED: RangeInclusive<u16> = 1024..=65_535;

/// How many of the first of each kind a census keeps.
pub const KEPT: usize = 1000;

/// The whole live table, counted.
#[derive(Clone, PartialEq, Debug)]
pub struct Census {
    /// When the counting began.
    pub taken_at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// Live translations.
    pub translations: u64,
    /// Which ports a source translation can be given.
    pub nat_ports: RangeInclusive<u16>,
    /// The NAT addresses with the most translations, those first.
    pub nat_addresses: Vec<NatUse>,
    /// All others together.
    pub other_nat_addresses: OtherNatUse,
    /// The pairs with the most ports in use, those first.
    pub remotes: Vec<RemoteUse>,
    /// How many pairs there are.
    pub remote_count: u64,
    /// The hosts with the most connections, those first.
    pub by_connections: Vec<HostUse>,
    /// The hosts with the most ports, those first.
    pub by_ports: Vec<HostUse>,
    /// How many hosts there are.
    pub host_count: u64,
}

/// What there is of one NAT address and protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NatUse {
    /// The NAT address.
    pub address: IpAddr,
    /// The protocol.
    pub protocol: Protocol,
    /// Live translations, of both kinds.
    pub translations: u64,
    /// Different NAT ports of them; `None` where the protocol has no ports.
    pub ports: Option<u64>,
    /// Ports in use of its fullest pair; zero where the protocol has no ports.
    pub fullest: u64,
}

/// What there is of NAT addresses that are not listed one by one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OtherNatUse {
    /// How many NAT addresses, each once for each protocol.
    pub count: u64,
    /// Their live translations.
    pub translations: u64,
    /// The sum of their ports.
    pub ports: u64,
    /// Ports in use of their fullest pair.
    pub fullest: u64,
}

/// A pair: a NAT address and a remote endpoint, for one protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RemoteUse {
    /// The protocol, which has ports.
    pub protocol: Protocol,
    /// The NAT address.
    pub nat_address: IpAddr,
    /// The remote endpoint.
    pub remote: Endpoint,
    /// The zone of the reply tuples, which are unique in each zone.
    pub zone: u16,
    /// Ports in use, of those that a source translation can be given. The port of
    /// a destination translation is the ruleset's choice and takes none away.
    pub ports: u64,
}

/// What there is of one host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostUse {
    /// The host.
    pub address: IpAddr,
    /// Its live translations. A connection of the host with itself by way of the
    /// NAT counts twice.
    pub connections: u64,
    /// Different NAT addresses and ports that its source translations have.
    pub ports: u64,
}

impl OtherNatUse {
    /// These and one more.
    #[must_use]
    pub fn and(self, nat: &NatUse) -> Self {
        Self {
            count: self.count + 1,
            translations: self.translations + nat.translations,
            ports: self.ports + nat.ports.unwrap_or(0),
            fullest: self.fullest.max(nat.fullest),
        }
    }
}

impl Census {
    /// How many ports of a NAT address there are for each remote endpoint.
    pub fn available(&self) -> u64 {
        u64::from(*self.nat_ports.end()) + 1 - u64::from(*self.nat_ports.start())
    }
}
