//! Who holds the ports of one NAT address.
//!
//! One scan of the table: at a million entries that is quicker than the 65 536
//! chains of the NAT address, whose entries lie anywhere in memory.

use std::hash::BuildHasher;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use foldhash::quality::RandomState;
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
/// Takes 2 to 20 ms at a million entries, so call it where blocking is allowed.
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
    newest: Vec<Option<Newest>>,
    /// The port in the first 16 bits of each, the hash of the host in the others:
    /// 48 bits are enough to tell the hosts of one port apart.
    seen: Vec<u64>,
    hashing: RandomState,
}

/// The translation of a port that began last.
#[derive(Clone, Copy)]
struct Newest {
    began: Timestamp,
    host: IpAddr,
    /// Destination translations, this one or others.
    forwarded: u32,
}

const HASH_BITS: u32 = 48;

impl Holding {
    fn new(first: u16, count: usize) -> Self {
        Self {
            first,
            newest: vec![None; count],
            seen: Vec::new(),
            hashing: RandomState::default(),
        }
    }

    #[inline]
    fn note(&mut self, port: u16, host: IpAddr, began: Timestamp, is_forwarded: bool) {
        let hash = self.hashing.hash_one(host) >> (u64::BITS - HASH_BITS);
        self.seen.push(u64::from(port) << HASH_BITS | hash);
        let newest = self.newest[usize::from(port - self.first)].get_or_insert(Newest {
            began,
            host,
            forwarded: 0,
        });
        newest.forwarded += u32::from(is_forwarded);
        if began > newest.began {
            (newest.began, newest.host) = (began, host);
        }
    }

    fn held(mut self) -> Vec<HeldPort> {
        self.seen.sort_unstable();
        let port_of = |seen: u64| (seen >> HASH_BITS) as u16;
        self.seen
            .chunk_by(|left, right| port_of(*left) == port_of(*right))
            .filter_map(|of_port| {
                let port = port_of(of_port[0]);
                let newest = self.newest[usize::from(port - self.first)]?;
                let hosts = of_port.chunk_by(|left, right| left == right).count();
                // The table has no more entries than 32 bits can count.
                let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
                Some(HeldPort {
                    port,
                    connections: count(of_port.len()),
                    forwarded: newest.forwarded,
                    newest_host: newest.host,
                    hosts: count(hosts),
                })
            })
            .collect()
    }
}
