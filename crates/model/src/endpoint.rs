//! Address and port.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// An address and a port, as in RFC 4787.
///
/// `port` also carries what stands in the port's place: the identifier of an
/// ICMP echo, the key of a GRE tunnel, 0 for protocols that have neither.
/// Displays as `192.0.2.1:443` or `[2001:db8::1]:443`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Endpoint {
    /// The IPv4 or IPv6 address.
    pub address: IpAddr,
    /// Port, ICMP id or GRE key, in host byte order.
    pub port: u16,
}

impl Endpoint {
    /// Joins an address and a port.
    pub const fn new(address: IpAddr, port: u16) -> Self {
        Self { address, port }
    }

    /// Stands for a remote endpoint that was left out of the records
    /// (`remote = "omit"`): no connection has it.
    pub const OMITTED: Self = Self::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

    /// Whether it was left out of the records.
    pub fn is_omitted(&self) -> bool {
        *self == Self::OMITTED
    }
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SocketAddr::from((self.address, self.port)).fmt(f)
    }
}
