//! The transport protocol of a connection.

use std::fmt;
use std::str::FromStr;

/// A transport protocol, by its IANA number as in the IP header.
///
/// Displays as the lower-case name conntrack uses (`tcp`, `udp`, `icmp`, …),
/// or as the number where there is no such name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Protocol(pub u8);

/// A word that names no protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no protocol, expected tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255"
)]
pub struct UnknownProtocol(pub String);

const NAMES: [(Protocol, &str); 11] = [
    (Protocol::ICMP, "icmp"),
    (Protocol(2), "igmp"),
    (Protocol::TCP, "tcp"),
    (Protocol::UDP, "udp"),
    (Protocol::DCCP, "dccp"),
    (Protocol::GRE, "gre"),
    (Protocol(50), "esp"),
    (Protocol(51), "ah"),
    (Protocol::ICMPV6, "icmpv6"),
    (Protocol::SCTP, "sctp"),
    (Protocol::UDPLITE, "udplite"),
];

impl Protocol {
    /// ICMP for IPv4; the identifier stands in the port's place.
    pub const ICMP: Self = Self(1);
    /// TCP.
    pub const TCP: Self = Self(6);
    /// UDP.
    pub const UDP: Self = Self(17);
    /// DCCP.
    pub const DCCP: Self = Self(33);
    /// GRE; the key stands in the port's place.
    pub const GRE: Self = Self(47);
    /// ICMP for IPv6.
    pub const ICMPV6: Self = Self(58);
    /// SCTP.
    pub const SCTP: Self = Self(132);
    /// UDP-Lite.
    pub const UDPLITE: Self = Self(136);

    /// Whether a tuple of this protocol carries an ICMP type and code.
    pub const fn is_icmp(self) -> bool {
        matches!(self, Self::ICMP | Self::ICMPV6)
    }

    /// Whether both sides of this protocol have ports.
    pub const fn has_ports(self) -> bool {
        matches!(
            self,
            Self::TCP | Self::UDP | Self::DCCP | Self::SCTP | Self::UDPLITE
        )
    }

    /// The name, where the protocol has one here.
    pub fn name(self) -> Option<&'static str> {
        NAMES
            .iter()
            .find(|(number, _)| *number == self)
            .map(|(_, name)| *name)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => self.0.fmt(f),
        }
    }
}

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(word: &str) -> Result<Self, UnknownProtocol> {
        NAMES
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(word))
            .map(|(number, _)| *number)
            .or_else(|| word.parse().ok().map(Self))
            .ok_or_else(|| UnknownProtocol(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_survives_being_written_and_read() {
        for number in 0..=255 {
            let protocol = Protocol(number);
            assert_eq!(protocol.to_string().parse(), Ok(protocol));
        }
    }

    #[test]
    fn a_word_that_is_no_protocol_is_named_in_the_error() {
        let error = "tpc".parse::<Protocol>().unwrap_err();
        assert!(error.to_string().starts_with("\"tpc\" is no protocol"));
    }
}
