//! Who holds the ports of one NAT address.
//!
//! One scan of the table: at a million entries that is quicker than the 65 536
//! chains of the NAT address, whose entries lie anywhere in memory.

use std::collections::HashSet;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use model::{Protocol, Timestamp, TranslationKind};

use crate::mirror::{Mirror, now};

/// Who holds the ports of one NAT address, for one protocol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PortMap {
    /// When it was looked at.
    pub taken_at: Timestamp,
    /// The NAT address.
    pub nat_address: IpAddr,
    /// The protocol.
    pub protocol: Protocol,
    /// The ports that are held, in their order.
    pub held: Vec<HeldPort>,
}

/// A NAT port that live translations have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HeldPort {
    /// The NAT port.
    pub port: u16,
    /// How many live translations have it, each for another remote endpoint.
    pub connections: u32,
    /// How many of those are destination translations: the ruleset has chosen the
    /// port.
    pub forwarded: u32,
    /// The host of the one that began last.
    pub newest_host: IpAddr,
    /// How many different hosts have it.
    pub hosts: u32,
}

/// Who holds `ports` of a NAT address.
///
/// Takes some 20 ms at a million entries, so call it where blocking is allowed.
pub fn ports(
    mirror: &Mirror,
    nat_address: IpAddr,
    protocol: Protocol,
    ports: &RangeInclusive<u16>,
) -> PortMap {
    let taken_at = now();
    let (first, last) = (*ports.start(), *ports.end());
    let mut holding = Holding::new(first, usize::from(last.saturating_sub(first)) + 1);
    mirror.scan(|found| {
        if found.protocol() != protocol || !found.is_live() {
            return;
        }
        let translation = found.translation();
        let nat = translation.nat;
        if nat.address == nat_address && ports.contains(&nat.port) {
            let began = found.started_at().map_or(Timestamp::MIN, |time| time.at);
            let is_forwarded = translation.kind == TranslationKind::Destination;
            let host = translation.internal.address;
            holding.note(nat.port, host, began, is_forwarded);
        }
    });
    PortMap {
        taken_at,
        nat_address,
        protocol,
        held: holding.held(),
    }
}

/// What was seen of the ports from `first` on.
struct Holding {
    first: u16,
    ports: Vec<Option<Held>>,
    /// Port and host, for hosts other than the first that was seen there.
    others: HashSet<(u16, IpAddr), foldhash::quality::RandomState>,
}

#[derive(Clone, Copy)]
struct Held {
    connections: u32,
    forwarded: u32,
    first_host: IpAddr,
    newest_host: IpAddr,
    newest: Timestamp,
    other_hosts: u32,
}

impl Holding {
    fn new(first: u16, count: usize) -> Self {
        Self {
            first,
            ports: vec![None; count],
            others: HashSet::default(),
        }
    }

    #[inline]
    fn note(&mut self, port: u16, host: IpAddr, began: Timestamp, is_forwarded: bool) {
        let place = &mut self.ports[usize::from(port - self.first)];
        let held = place.get_or_insert(Held {
            connections: 0,
            forwarded: 0,
            first_host: host,
            newest_host: host,
            newest: began,
            other_hosts: 0,
        });
        held.connections += 1;
        held.forwarded += u32::from(is_forwarded);
        if began > held.newest {
            (held.newest, held.newest_host) = (began, host);
        }
        if host != held.first_host && self.others.insert((port, host)) {
            held.other_hosts += 1;
        }
    }

    fn held(&self) -> Vec<HeldPort> {
        let numbered = (self.first..=u16::MAX).zip(&self.ports);
        numbered
            .filter_map(|(port, held)| {
                held.map(|held| HeldPort {
                    port,
                    connections: held.connections,
                    forwarded: held.forwarded,
                    newest_host: held.newest_host,
                    hosts: held.other_hosts + 1,
                })
            })
            .collect()
    }
}
