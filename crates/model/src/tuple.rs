//! What identifies a connection in one direction.

use crate::{Endpoint, Protocol};

/// The kernel's identification of a connection in one direction:
/// protocol, source and destination (`struct nf_conntrack_tuple`).
///
/// An ICMP identifier is the same in both directions, so it stands as the port
/// of source and destination alike. The kernel keeps it in the source only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Tuple {
    /// Transport protocol.
    pub protocol: Protocol,
    /// Where packets of this direction come from.
    pub source: Endpoint,
    /// Where packets of this direction go.
    pub destination: Endpoint,
    /// Type and code, for ICMP and ICMPv6 only.
    pub icmp: Option<Icmp>,
}

/// Type and code of the ICMP message that a tuple stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Icmp {
    /// `8` for an echo request, `0` for its reply; `128` and `129` in ICMPv6.
    pub kind: u8,
    /// `0` for all messages that conntrack follows.
    pub code: u8,
}

impl Icmp {
    /// The message that answers this one, as the kernel's own table has it
    /// (`invmap` of `nf_conntrack_proto_icmp.c` and `…_icmpv6.c`).
    pub const fn inverted(self) -> Self {
        let kind = match self.kind {
            0 => 8,
            8 => 0,
            13 => 14,
            14 => 13,
            15 => 16,
            16 => 15,
            17 => 18,
            18 => 17,
            128 => 129,
            129 => 128,
            139 => 140,
            140 => 139,
            other => other,
        };
        Self {
            kind,
            code: self.code,
        }
    }
}

impl Tuple {
    /// Whether it is of IPv4; a tuple never mixes the two families.
    pub fn is_ipv4(&self) -> bool {
        self.source.address.is_ipv4()
    }
}

/// The conntrack zone of a connection (`CTA_ZONE`, `CTA_TUPLE_ZONE`).
///
/// Two connections with equal tuples can exist in different zones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Zone {
    /// 0 is the default zone.
    pub id: u16,
    /// The directions in which the zone counts.
    pub scope: ZoneScope,
}

impl Zone {
    /// The zone in which the kernel files the original tuple
    /// (`nf_ct_zone_id`).
    pub const fn of_original(self) -> u16 {
        match self.scope {
            ZoneScope::Both | ZoneScope::Original => self.id,
            ZoneScope::Reply => 0,
        }
    }

    /// The zone in which the kernel files the reply tuple.
    pub const fn of_reply(self) -> u16 {
        match self.scope {
            ZoneScope::Both | ZoneScope::Reply => self.id,
            ZoneScope::Original => 0,
        }
    }
}

/// The directions in which a zone counts (`nf_ct_zone.dir`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ZoneScope {
    /// Both directions: the usual case.
    #[default]
    Both,
    /// The original direction only (`ct original zone set`).
    Original,
    /// The reply direction only (`ct reply zone set`).
    Reply,
}
