//! Addresses in a line, with the ports that stand beside them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::label::{self, Label};

/// An address that stands somewhere in a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mention {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, the port included.
    pub end: usize,
    /// The address; IPv4 written in IPv6 is IPv4.
    pub address: IpAddr,
    /// Its port, where one stands right behind it.
    pub port: Option<u16>,
    /// What the words before it say.
    pub label: Label,
    /// Whether it stands between quotes.
    pub is_quoted: bool,
}

/// Whether an address is no NAT endpoint unless somebody says so: private, of one
/// link, of this machine, or none of a single machine at all. The shared address
/// space of carriers (100.64.0.0/10) is on both sides of a NAT, so it may be one.
pub fn is_internal(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_broadcast()
                || address.octets()[0] == 0
                || address.octets()[0] >= 240
        }
        // Global unicast is 2000::/3 (RFC 4291).
        IpAddr::V6(address) => address.segments()[0] >> 13 != 1,
    }
}

/// All addresses in a line, in their order.
pub fn all(line: &str) -> Vec<Mention> {
    let bytes = line.as_bytes();
    let quoted = quoted(bytes);
    let header = label::header_end(line);
    let mut mentions = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_of_address(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_of_address(bytes[at]) {
            at += 1;
        }
        let run = &line[start..at];
        if !begins_address(&bytes[..start], bytes[start]) {
            // The end of a word, as in "source:203.0.113.7".
            at = run.find(':').map_or(at, |colon| start + colon + 1);
            continue;
        }
        // A run that goes on as a word is none, like the date of a file name.
        if bytes
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        {
            continue;
        }
        let Some((address, port, length)) = address(run) else {
            // A word of such letters, as in "face:203.0.113.7".
            if let Some((word, rest)) = run.split_once(':')
                && !word.contains('.')
                && rest
                    .split(':')
                    .next()
                    .is_some_and(|first| first.contains('.'))
            {
                at = start + word.len() + 1;
            }
            continue;
        };
        let (port, end) = match port {
            Some(port) => (Some(port), start + length),
            None => port_behind(line, start + length),
        };
        let label = if start < header {
            Label::Header
        } else {
            label::before(&line[..start])
        };
        mentions.push(Mention {
            start,
            end,
            address: address.to_canonical(),
            port,
            label,
            is_quoted: quoted.iter().any(|range| range.contains(&start)),
        });
        at = at.max(end);
    }
    mentions
}

const fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || byte == b'.' || byte == b':'
}

/// Whether an address may begin behind `before`: not within a word, and not behind
/// the name of a program, whose version looks like one.
fn begins_address(before: &[u8], first: u8) -> bool {
    if first == b'.' {
        return false;
    }
    match before {
        [] => true,
        [.., name, b'/'] => !name.is_ascii_alphanumeric(),
        [.., last] => !last.is_ascii_alphanumeric() && !matches!(last, b'_' | b'-' | b'%'),
    }
}

/// The address that a run of digits, points and colons begins with, the port that
/// is in the run, and how much of it they take.
fn address(run: &str) -> Option<(IpAddr, Option<u16>, usize)> {
    let run = run.trim_end_matches(['.', ':']);
    if let Some(colons) = run.find(':')
        && (run[..colons].contains('.') || run.matches(':').count() == 1)
    {
        // IPv4 and a port, or several.
        let address = v4(&run[..colons])?;
        let rest = &run[colons + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let port = rest[..digits].parse().ok();
        let length = if port.is_some() {
            colons + 1 + digits
        } else {
            colons
        };
        return Some((address.into(), port, length));
    }
    if run.contains(':') {
        if let Ok(address) = run.parse::<Ipv6Addr>() {
            let is_none = address.is_unspecified() || run.len() < 3;
            return (!is_none).then_some((address.into(), None, run.len()));
        }
        // IPv4 in IPv6 with a port.
        let (address, port) = run.rsplit_once(':')?;
        let address: Ipv6Addr = address.contains('.').then(|| address.parse().ok())??;
        return Some((address.into(), Some(port.parse().ok()?), run.len()));
    }
    // tcpdump writes the port as a fifth number.
    if run.matches('.').count() == 4 {
        let (address, port) = run.rsplit_once('.')?;
        return Some((v4(address)?.into(), Some(port.parse().ok()?), run.len()));
    }
    Some((v4(run)?.into(), None, run.len()))
}

/// An IPv4 address, also with zeros before its numbers, as some logs have them; they
/// are decimal all the same.
fn v4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        let is_number = (1..=3).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
        *octet = is_number.then(|| part.parse().ok())??;
    }
    parts.next().is_none().then(|| octets.into())
}

/// The port that stands behind an address which ends at `end`, and where that ends:
/// `]:443`, ` port 443`, `#443`, `/443`.
fn port_behind(line: &str, end: usize) -> (Option<u16>, usize) {
    let rest = &line[end..];
    let inner = rest.trim_start_matches([']', ')', '"']);
    let closed = rest.len() - inner.len();
    let spaced = inner.trim_start_matches([' ', ',', ';']);
    let words = [
        "port ",
        "port=",
        "port:",
        "Port ",
        "Port: ",
        "(port ",
        "source port ",
        "with source port ",
        "with port ",
    ];
    let word = words.into_iter().find_map(|word| spaced.strip_prefix(word));
    let number = match (inner.bytes().next(), word) {
        (Some(b':'), _) if closed > 0 => &inner[1..],
        (Some(b'#'), _) => &inner[1..],
        (Some(b'/'), _) if closed == 0 => &inner[1..],
        (_, Some(number)) => number.trim_start(),
        _ => return (None, end),
    };
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let ends = number.as_bytes().get(digits);
    let is_whole = ends.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    let port: Option<u16> = number[..digits].parse().ok().filter(|_| is_whole);
    // `/24` is a network.
    let is_prefix = inner.starts_with('/') && port.is_some_and(|port| port <= 128);
    match port.filter(|_| !is_prefix) {
        Some(port) => (Some(port), line.len() - number.len() + digits),
        None => (None, end),
    }
}

/// What stands between quotes.
fn quoted(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut open = None;
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], open) {
            // An escaped sign is no end.
            (b'\\', Some(_)) => at += 1,
            (b'"', None) => open = Some(at),
            (b'"', Some(start)) => {
                ranges.push(start..at);
                open = None;
            }
            _ => {}
        }
        at += 1;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<String> {
        let shown = |it: &Mention| match it.port {
            Some(port) => format!("{} {port}", it.address),
            None => it.address.to_string(),
        };
        all(line).iter().map(shown).collect()
    }

    #[test]
    fn ports_are_found_however_they_are_written() {
        for line in [
            "203.0.113.7:40123",
            "[203.0.113.7]:40123: connect",
            "unknown[203.0.113.7]:40123",
            "from 203.0.113.7 port 40123 ssh2",
            "address 203.0.113.7 with source port 40123 tried",
            "203.0.113.7, source port 40123.",
            "client @0x7f0a 203.0.113.7#40123 (example.org)",
            "outside:203.0.113.7/40123 (x)",
            "face:203.0.113.7:40123",
            "src:203.0.113.7:40123",
            "IP 203.0.113.7.40123: Flags [S]",
            "::ffff:203.0.113.7:40123",
            "[::ffff:203.0.113.7]:40123",
            "[AF_INET]203.0.113.7:40123 TLS error",
            "203.0.113.7, port 40123.",
            "(203.0.113.007:40123)",
        ] {
            assert_eq!(found(line), ["203.0.113.7 40123"], "{line}");
        }
        for line in [
            "203.0.113.7",
            "203.0.113.7.",
            "203.0.113.7: no",
            "203.0.113.7/24",
            "203.0.113.7/index",
            "203.0.113.7:70000",
            "http://203.0.113.7/",
            "203.0.113.7:40123x",
        ] {
            let expected: &[&str] = match line.ends_with("3x") {
                true => &[],
                false => &["203.0.113.7"],
            };
            assert_eq!(found(line), expected, "{line}");
        }
        assert_eq!(
            found("[2001:db8::7]:443 2001:db8::8"),
            ["2001:db8::7 443", "2001:db8::8"]
        );
        assert_eq!(found("2001:db8::7#53"), ["2001:db8::7 53"]);
        assert_eq!(found("2001:db8::7 port 22"), ["2001:db8::7 22"]);
    }

    #[test]
    fn what_only_looks_like_an_address_is_none() {
        for line in [
            "22:47:00",
            "Chrome/120.0.0.0 Safari/537.36",
            "std::vector",
            "version 1.2.3",
            "file-2026.11.23.4",
            "00:11:22:33:44:55",
            "00:11:22:33:44:55:66:77:88:99:aa:bb:08:00",
            "1.2.3.4.5.6",
            "999.1.1.1",
            "::",
        ] {
            assert_eq!(found(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn internal_addresses_are_told() {
        let is = |text: &str| is_internal(text.parse().unwrap());
        for text in [
            "10.1.1.1",
            "192.168.0.1",
            "172.16.0.1",
            "127.0.0.1",
            "0.0.0.0",
            "fd00::1",
            "fe80::1",
            "::1",
            "224.0.0.1",
        ] {
            assert!(is(text), "{text}");
        }
        for text in ["203.0.113.7", "100.64.2.1", "2001:db8::1"] {
            assert!(!is(text), "{text}");
        }
    }
}
