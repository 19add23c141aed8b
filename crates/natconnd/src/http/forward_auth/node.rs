//! An address, perhaps with its port, as proxies write it.
//!
//! Addresses and ports alone, unlike `model::EndpointPattern`, which also reads
//! networks and ranges. A property test holds the two together.

use std::net::IpAddr;

use super::unreadable::Fault;

/// Whom a proxy names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Node {
    /// Its address.
    pub address: IpAddr,
    /// Its port, where it was written.
    pub port: Option<u16>,
}

/// Splits `ADDR`, `ADDR:PORT`, `[V6]` and `[V6]:PORT` at the colon before the port.
///
/// An IPv6 address without brackets has a port only where it ends in dots, as
/// `::ffff:192.0.2.1:443` does.
pub(super) fn split(text: &str) -> Result<(&str, Option<&str>), Fault> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or(Fault::NoAddress)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((address, Some(port))),
            None if rest.is_empty() => Ok((address, None)),
            None => Err(Fault::NoAddress),
        };
    }
    match text.rsplit_once(':') {
        Some((address, port)) if !address.contains(':') || address.contains('.') => {
            Ok((address, Some(port)))
        }
        _ => Ok((text, None)),
    }
}

/// Reads an address; IPv4 written in IPv6 (`::ffff:192.0.2.1`) is IPv4.
pub(super) fn address(text: &str) -> Result<IpAddr, Fault> {
    let address: IpAddr = text.parse().map_err(|_| Fault::NoAddress)?;
    Ok(address.to_canonical())
}

/// Reads a port: digits alone, and not 0, which no client has.
pub(super) fn port(text: &str) -> Result<u16, Fault> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|port| is_number && *port != 0)
        .ok_or(Fault::NoPort)
}

/// Reads an address and its port.
pub(super) fn node(text: &str) -> Result<Node, Fault> {
    let (before, after) = split(text)?;
    Ok(Node {
        address: address(before)?,
        port: after.map(port).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use model::EndpointPattern;
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<(String, Option<u16>), Fault> {
        node(text).map(|node| (node.address.to_string(), node.port))
    }

    #[test]
    fn every_way_to_write_it() {
        for (text, address, port) in [
            ("203.0.113.7", "203.0.113.7", None),
            ("203.0.113.7:40123", "203.0.113.7", Some(40123)),
            ("2001:db8::7", "2001:db8::7", None),
            // An address, not an address and a port.
            ("2001:db8::7:4012", "2001:db8::7:4012", None),
            ("[2001:db8::7]", "2001:db8::7", None),
            ("[2001:db8::7]:40123", "2001:db8::7", Some(40123)),
            ("::ffff:203.0.113.7", "203.0.113.7", None),
            ("::ffff:203.0.113.7:40123", "203.0.113.7", Some(40123)),
            ("[::ffff:203.0.113.7]:40123", "203.0.113.7", Some(40123)),
        ] {
            assert_eq!(read(text), Ok((address.to_owned(), port)), "{text}");
        }
        for text in [
            "",
            "unknown",
            "unix:",
            "203.0.113.0/24",
            "[::1",
            "[::1]4",
            "fe80::1%eth0",
        ] {
            assert_eq!(read(text), Err(Fault::NoAddress), "{text}");
        }
        for text in [
            "192.0.2.1:",
            "192.0.2.1:0",
            "192.0.2.1:+80",
            "[::1]:x",
            "192.0.2.1:65536",
        ] {
            assert_eq!(read(text), Err(Fault::NoPort), "{text}");
        }
    }

    /// What an endpoint pattern makes of it, where that is one address.
    fn as_pattern(text: &str) -> Option<Node> {
        let pattern: EndpointPattern = text.parse().ok()?;
        // Patterns have networks, ranges and ports alone, and a port may be 0.
        let is_plain = !text.contains(['/', '-', '+']) && pattern.ports != Some(0..=0);
        let address = pattern.address().filter(|_| is_plain)?;
        let port = pattern.port();
        Some(Node { address, port })
    }

    proptest! {
        #[test]
        fn reads_what_a_pattern_reads(text in "[0-9a-f:.\\[\\]/+-]{0,24}") {
            prop_assert_eq!(node(&text).ok(), as_pattern(&text));
        }

        #[test]
        fn reads_what_the_standard_library_writes(address: IpAddr, port in 1..=u16::MAX) {
            let written = std::net::SocketAddr::new(address, port).to_string();
            let address = address.to_canonical();
            prop_assert_eq!(node(&written), Ok(Node { address, port: Some(port) }));
        }

        #[test]
        fn takes_any_text(text: String) {
            let _ = node(&text);
        }
    }
}
