//! Who is in the lab, at which address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The size of a lab.
///
/// ```text
///   host1  192.168.248.2  fd00:248::2 ┐
///   host2  192.168.248.3  fd00:248::3 ├─ inside [gateway] outside ── outside
///   host3  192.168.248.4  fd00:248::4 ┘     .1             100.64.2.1   100.64.2.10
///                                           ::1            fd00:2::1    fd00:2::10
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Topology {
    /// Internal hosts, at most 250.
    pub hosts: u8,
    /// Addresses that the gateway has on its outside, at most 9:
    /// `100.64.2.1`, `100.64.2.2`, … and `fd00:2::1`, `fd00:2::2`, ….
    pub nat_addresses: u8,
}

impl Default for Topology {
    fn default() -> Self {
        Self {
            hosts: 3,
            nat_addresses: 1,
        }
    }
}

/// The addresses of one namespace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) v4: Ipv4Addr,
    pub(crate) v6: Ipv6Addr,
}

impl Addresses {
    /// Of the gateway on its inside.
    pub(crate) const INSIDE: Self = inside(1);
    /// Of the host beyond the NAT.
    pub(crate) const OUTSIDE: Self = Self {
        v4: Ipv4Addr::new(100, 64, 2, 10),
        v6: Ipv6Addr::new(0xfd00, 2, 0, 0, 0, 0, 0, 0x10),
    };

    /// Of an internal host, counted from 1.
    pub(crate) const fn host(number: u8) -> Self {
        inside(number + 1)
    }

    /// Of the gateway on its outside, counted from 1.
    pub(crate) const fn nat(number: u8) -> Self {
        Self {
            v4: Ipv4Addr::new(100, 64, 2, number),
            v6: Ipv6Addr::new(0xfd00, 2, 0, 0, 0, 0, 0, number as u16),
        }
    }

    /// Both, as `ip address add` takes them.
    pub(crate) fn with_prefixes(self) -> [String; 2] {
        // Without nodad an IPv6 address cannot be used in its first second.
        [format!("{}/24", self.v4), format!("{}/64 nodad", self.v6)]
    }

    /// The one of the same family as `other`.
    pub(crate) fn like(self, other: IpAddr) -> IpAddr {
        match other {
            IpAddr::V4(_) => self.v4.into(),
            IpAddr::V6(_) => self.v6.into(),
        }
    }
}

const fn inside(last: u8) -> Addresses {
    Addresses {
        v4: Ipv4Addr::new(192, 168, 248, last),
        v6: Ipv6Addr::new(0xfd00, 0x248, 0, 0, 0, 0, 0, last as u16),
    }
}
