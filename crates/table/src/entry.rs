//! What is kept of one translation.

mod bytes;

use model::{
    Connection, Endpoint, Icmp, KernelId, Match, Protocol, Roles, TimeSource, Timed, Translation,
    TranslationKind, Tuple, Zone, ZoneScope,
};

use crate::address::Address;
use crate::chain::Link;
use crate::compact_time::CompactTime;

/// The slot of one translation of one connection: 64 bytes for IPv4, which is
/// one cache line, and 128 for IPv6.
///
/// A connection with two translations has two entries, which differ in kind.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Entry<A> {
    /// Source and destination of the original, then of the reply tuple.
    addresses: [A; 4],
    /// The ports in the same order. The last of ICMP, which would repeat the
    /// one before, is type and code of the original tuple instead.
    ports: [u16; 4],
    /// Neighbours in the chain of each role.
    pub links: [Link; 3],
    started_at: CompactTime,
    /// While it lives the kernel's id and, in the fifth byte, whether its start
    /// was announced; then the time of its end.
    id_or_end: [u8; 6],
    zone: u16,
    protocol: u8,
    flags: u8,
}

/// What tells one live connection from all others: original tuple and zone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Identity<A> {
    pub addresses: [A; 2],
    pub ports: [u16; 2],
    pub icmp: u16,
    pub zone: u16,
    pub scope: u8,
    pub protocol: u8,
}

/// Address and port of one family.
pub type Place<A> = (A, u16);

const IS_DESTINATION: u8 = 1;
const IS_ENDED: u8 = 1 << 1;
/// While it lives: whether the resync of this parity has seen it.
const PARITY: u8 = 1 << 2;
/// Once it has ended: who says when, in the place of the parity.
const END_SOURCE_SHIFT: u8 = 2;
const SCOPE_SHIFT: u8 = 4;
const START_SOURCE_SHIFT: u8 = 6;
const TWO_BITS: u8 = 3;

impl<A: Address> Entry<A> {
    /// An entry that stands for nothing.
    pub const VACANT: Self = Self {
        addresses: [A::UNSPECIFIED; 4],
        ports: [0; 4],
        links: [Link::NONE; 3],
        started_at: CompactTime::UNKNOWN,
        id_or_end: [0; 6],
        zone: 0,
        protocol: 0,
        flags: 0,
    };

    /// A live entry; `None` where the connection is of the other family.
    #[inline]
    pub fn new(
        connection: &Connection,
        kind: TranslationKind,
        started_at: Option<Timed>,
    ) -> Option<Self> {
        let Connection {
            original, reply, ..
        } = connection;
        let mut entry = Self {
            addresses: [
                A::from_ip(original.source.address)?,
                A::from_ip(original.destination.address)?,
                A::from_ip(reply.source.address)?,
                A::from_ip(reply.destination.address)?,
            ],
            ports: [
                original.source.port,
                original.destination.port,
                reply.source.port,
                reply.destination.port,
            ],
            zone: connection.zone.id,
            protocol: original.protocol.0,
            flags: scope_bits(connection.zone.scope) << SCOPE_SHIFT,
            ..Self::VACANT
        };
        if original.protocol.is_icmp() {
            entry.ports[3] = icmp_bits(original);
        }
        entry.set_kind(kind);
        entry.set_kernel_id(connection.kernel_id);
        if let Some(started_at) = started_at {
            entry.set_started_at(started_at);
        }
        Some(entry)
    }

    /// The identity of the connection.
    #[inline]
    pub fn identity(&self) -> Identity<A> {
        Identity {
            addresses: [self.addresses[0], self.addresses[1]],
            ports: [self.ports[0], self.ports[1]],
            icmp: if self.is_icmp() { self.ports[3] } else { 0 },
            zone: self.zone,
            scope: self.flags >> SCOPE_SHIFT & TWO_BITS,
            protocol: self.protocol,
        }
    }

    /// Internal, NAT and remote endpoint.
    #[inline]
    pub fn roles(&self) -> Roles<Place<A>> {
        let last_port = self.ports[if self.is_icmp() { 2 } else { 3 }];
        Roles::of(
            self.kind(),
            [
                (self.addresses[0], self.ports[0]),
                (self.addresses[1], self.ports[1]),
            ],
            [
                (self.addresses[2], self.ports[2]),
                (self.addresses[3], last_port),
            ],
        )
    }

    /// Whether it lives and is of just this connection, given that the identity
    /// is the same: the kernel may use an id again for the same original
    /// tuple, but then hardly with the same reply tuple.
    #[inline]
    pub fn is_of(&self, connection: &Connection) -> bool {
        let reply = &connection.reply;
        self.kernel_id() == Some(connection.kernel_id)
            && A::from_ip(reply.source.address) == Some(self.addresses[2])
            && A::from_ip(reply.destination.address) == Some(self.addresses[3])
            && reply.source.port == self.ports[2]
            && (self.is_icmp() || reply.destination.port == self.ports[3])
    }

    /// Whether its connection may have a translation of the other kind: both
    /// sides are rewritten.
    #[inline]
    pub fn may_have_twin(&self) -> bool {
        // An ICMP id is part of the source, and of both ends of a tuple.
        let (answered_port, destination_port) = if self.is_icmp() {
            (self.ports[2], self.ports[2])
        } else {
            (self.ports[3], self.ports[1])
        };
        let source_stays = self.addresses[3] == self.addresses[0] && answered_port == self.ports[0];
        let destination_stays =
            self.addresses[2] == self.addresses[1] && self.ports[2] == destination_port;
        !source_stays && !destination_stays
    }

    /// Whether both tuples are the same as another entry's.
    pub fn has_tuples_of(&self, other: &Self) -> bool {
        self.addresses == other.addresses
            && self.ports == other.ports
            && self.identity() == other.identity()
    }

    const fn is_icmp(&self) -> bool {
        Protocol(self.protocol).is_icmp()
    }

    /// Which side is rewritten.
    #[inline]
    pub const fn kind(&self) -> TranslationKind {
        if self.flags & IS_DESTINATION == 0 {
            TranslationKind::Source
        } else {
            TranslationKind::Destination
        }
    }

    fn set_kind(&mut self, kind: TranslationKind) {
        if kind == TranslationKind::Destination {
            self.flags |= IS_DESTINATION;
        }
    }

    /// Whether the connection has ended.
    pub const fn is_ended(&self) -> bool {
        self.flags & IS_ENDED != 0
    }

    /// The kernel's id; `None` once it has ended.
    pub fn kernel_id(&self) -> Option<KernelId> {
        let [a, b, c, d, ..] = self.id_or_end;
        (!self.is_ended()).then(|| KernelId(u32::from_le_bytes([a, b, c, d])))
    }

    /// Whether it lives and an event told of it. The kernel tells of the end of
    /// just those (`nf_ct_ecache_ext_add`).
    pub const fn is_announced(&self) -> bool {
        !self.is_ended() && self.id_or_end[4] != 0
    }

    /// Notes whether an event told of it. Only while it lives.
    pub fn set_announced(&mut self, is_announced: bool) {
        self.id_or_end[4] = is_announced.into();
    }

    fn set_kernel_id(&mut self, id: KernelId) {
        self.id_or_end[..4].copy_from_slice(&id.0.to_le_bytes());
    }

    /// When it began.
    pub fn started_at(&self) -> Option<Timed> {
        timed(self.started_at, self.flags >> START_SOURCE_SHIFT)
    }

    /// Notes when it began.
    pub fn set_started_at(&mut self, time: Timed) {
        self.started_at = CompactTime::new(time.at);
        self.flags &= !(TWO_BITS << START_SOURCE_SHIFT);
        self.flags |= source_bits(time.source) << START_SOURCE_SHIFT;
    }

    /// When it ended; `None` while it lives.
    pub fn ended_at(&self) -> Option<Timed> {
        if !self.is_ended() {
            return None;
        }
        timed(
            CompactTime::from_bytes(self.id_or_end),
            self.flags >> END_SOURCE_SHIFT,
        )
    }

    /// Makes it an ended one.
    pub fn end(&mut self, time: Timed) {
        self.id_or_end = CompactTime::new(time.at).bytes();
        self.flags &= !(TWO_BITS << END_SOURCE_SHIFT);
        self.flags |= IS_ENDED | source_bits(time.source) << END_SOURCE_SHIFT;
    }

    /// Whether the resync of this parity has seen it, while it lives.
    pub const fn has_parity(&self, parity: bool) -> bool {
        (self.flags & PARITY != 0) == parity
    }

    /// Notes that the resync of this parity has seen it. Only while it lives.
    pub fn set_parity(&mut self, parity: bool) {
        self.flags &= !PARITY;
        if parity {
            self.flags |= PARITY;
        }
    }

    /// The original tuple.
    pub fn original(&self) -> Tuple {
        let [kind, code] = self.ports[3].to_be_bytes();
        Tuple {
            protocol: Protocol(self.protocol),
            source: Endpoint::new(self.addresses[0].to_ip(), self.ports[0]),
            destination: Endpoint::new(self.addresses[1].to_ip(), self.ports[1]),
            icmp: self.is_icmp().then_some(Icmp { kind, code }),
        }
    }

    /// The zone.
    pub const fn zone(&self) -> Zone {
        Zone {
            id: self.zone,
            scope: match self.flags >> SCOPE_SHIFT & TWO_BITS {
                1 => ZoneScope::Original,
                2 => ZoneScope::Reply,
                _ => ZoneScope::Both,
            },
        }
    }

    /// The protocol.
    pub const fn protocol(&self) -> Protocol {
        Protocol(self.protocol)
    }

    /// Kind and roles as the outside knows them.
    #[inline]
    pub fn translation(&self) -> Translation {
        let roles = self.roles();
        let endpoint = |(address, port): Place<A>| Endpoint::new(address.to_ip(), port);
        Translation {
            kind: self.kind(),
            internal: endpoint(roles.internal),
            nat: endpoint(roles.nat),
            remote: endpoint(roles.remote),
        }
    }

    /// The entry as the outside knows it.
    pub fn as_match(&self) -> Match {
        Match {
            protocol: self.protocol(),
            translation: self.translation(),
            original_destination: Endpoint::new(self.addresses[1].to_ip(), self.ports[1]),
            zone: self.zone(),
            kernel_id: self.kernel_id(),
            started_at: self.started_at(),
            ended_at: self.ended_at(),
            end_evidence: None,
            traffic: None,
            mark: None,
        }
    }
}

impl<A: Address> Identity<A> {
    /// The identity of a connection of this family, else `None`.
    #[inline]
    pub fn of(original: &Tuple, zone: Zone) -> Option<Self> {
        Some(Self {
            addresses: [
                A::from_ip(original.source.address)?,
                A::from_ip(original.destination.address)?,
            ],
            ports: [original.source.port, original.destination.port],
            icmp: icmp_bits(original),
            zone: zone.id,
            scope: scope_bits(zone.scope),
            protocol: original.protocol.0,
        })
    }
}

fn icmp_bits(original: &Tuple) -> u16 {
    original
        .icmp
        .map_or(0, |icmp| u16::from_be_bytes([icmp.kind, icmp.code]))
}

const fn scope_bits(scope: ZoneScope) -> u8 {
    match scope {
        ZoneScope::Both => 0,
        ZoneScope::Original => 1,
        ZoneScope::Reply => 2,
    }
}

const fn source_bits(source: TimeSource) -> u8 {
    match source {
        TimeSource::Kernel => 0,
        TimeSource::Received => 1,
        TimeSource::Estimated => 2,
    }
}

fn timed(time: CompactTime, source_bits: u8) -> Option<Timed> {
    let source = match source_bits & TWO_BITS {
        0 => TimeSource::Kernel,
        1 => TimeSource::Received,
        _ => TimeSource::Estimated,
    };
    time.get().map(|at| Timed { at, source })
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn an_ipv4_entry_is_one_cache_line() {
        assert_eq!(size_of::<Entry<Ipv4Addr>>(), 64);
        assert_eq!(size_of::<Entry<Ipv6Addr>>(), 128);
    }
}
