//! A connection as pynatconnd showed it, and the keys it is found by.

use std::cmp::Ordering;
use std::fmt;
use std::net::IpAddr;

use jiff::tz::TimeZone;
use model::{Endpoint, EndpointPattern, EndpointSet, Filter, Match, TranslationKind};
use serde::Serialize;

use crate::config::KeyName;

/// A connection as pynatconnd showed it; the members in their order.
#[derive(Serialize)]
pub(super) struct Object {
    dst_ip: IpAddr,
    dst_port: u16,
    nat_ip: IpAddr,
    nat_port: u16,
    protocol: [String; 2],
    sig_type: &'static str,
    src_ip: IpAddr,
    src_port: u16,
    time: Option<String>,
}

/// Shows a connection; its begin in the local time of `zone`.
pub(super) fn of(found: &Match, zone: &TimeZone) -> Object {
    let (source, nat) = (found.translation.internal, found.translation.nat);
    let destination = found.original_destination;
    let family = if source.address.is_ipv4() {
        "ipv4"
    } else {
        "ipv6"
    };
    let local_time = |time: model::Timed| {
        let utc = jiff::Timestamp::from_nanosecond(i128::from(time.at.0)).ok()?;
        let local = utc.to_zoned_datetime(zone.clone());
        Some(local.strftime("%Y-%m-%d %H:%M:%S").to_string())
    };
    Object {
        dst_ip: destination.address,
        dst_port: destination.port,
        nat_ip: nat.address,
        nat_port: nat.port,
        protocol: [family.to_owned(), found.protocol.to_string()],
        // It kept what the first event had said, also after the end.
        sig_type: "new",
        src_ip: source.address,
        src_port: source.port,
        time: found.started_at.and_then(local_time),
    }
}

/// What a connection is found by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Key {
    Port(u16),
    Address(IpAddr),
}

/// Why a text is no key.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum KeyError {
    /// It is a whole number, but not from 0 to 65535.
    OutOfRange,
    /// It is no number, or no address.
    NoSuchValue,
}

impl Key {
    pub(super) fn read(name: KeyName, text: &str) -> Result<Self, KeyError> {
        if !name.is_port() {
            let address = text.parse().map_err(|_| KeyError::NoSuchValue)?;
            return Ok(Self::Address(address));
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(KeyError::NoSuchValue);
        }
        text.parse()
            .map(Self::Port)
            .map_err(|_| KeyError::OutOfRange)
    }

    /// The key of a connection.
    pub(super) fn of(name: KeyName, found: &Match) -> Self {
        let endpoint: Endpoint = match name {
            KeyName::SrcIp | KeyName::SrcPort => found.translation.internal,
            KeyName::NatIp | KeyName::NatPort => found.translation.nat,
            KeyName::DstIp | KeyName::DstPort => found.original_destination,
        };
        if name.is_port() {
            Self::Port(endpoint.port)
        } else {
            Self::Address(endpoint.address)
        }
    }

    /// The endpoints with this key.
    pub(super) fn pattern(&self) -> EndpointPattern {
        match *self {
            Self::Port(port) => EndpointPattern {
                addresses: None,
                ports: Some(port..=port),
            },
            Self::Address(address) => EndpointPattern {
                addresses: Some(address.into()),
                ports: None,
            },
        }
    }
}

/// The source translations whose initiator wrote this destination.
pub(super) fn destination_filter(key: &Key) -> Filter {
    Filter {
        kind: Some(TranslationKind::Source),
        original_destination: EndpointSet(vec![key.pattern()]),
        ..Filter::default()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(port) => port.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl Ord for Key {
    /// Ports by number, addresses by their text, as Python sorted them.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Port(one), Self::Port(other)) => one.cmp(other),
            (one, other) => one.to_string().cmp(&other.to_string()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_python_did_where_that_made_sense() {
        let read = Key::read;
        assert_eq!(read(KeyName::NatPort, "40123"), Ok(Key::Port(40123)));
        assert_eq!(read(KeyName::NatPort, "0040"), Ok(Key::Port(40)));
        for absent in ["65536", "-1", "99999999999999999999"] {
            assert_eq!(read(KeyName::NatPort, absent), Err(KeyError::OutOfRange));
        }
        for bad in ["abc", "", "-", "4.5", "192.0.2.1"] {
            assert_eq!(read(KeyName::NatPort, bad), Err(KeyError::NoSuchValue));
        }
        for address in ["192.0.2.1", "2001:db8::1"] {
            let key = Key::Address(address.parse().unwrap());
            assert_eq!(read(KeyName::SrcIp, address), Ok(key));
        }
        assert_eq!(read(KeyName::SrcIp, "80"), Err(KeyError::NoSuchValue));
    }
}
