//! What somebody may have meant by an endpoint that is none, or is another one
//! than it looks like.
//!
//! Only natconnd says what is wrong with a value; this guesses at why.

use std::net::Ipv6Addr;

/// The protocols that have names.
const PROTOCOLS: [&str; 8] = [
    "tcp", "udp", "icmp", "icmpv6", "sctp", "dccp", "gre", "udplite",
];

/// The parameters that hold endpoints.
const ENDPOINTS: [&str; 3] = ["nat", "remote", "internal"];

/// How to write what was meant by a value that natconnd refused.
pub(super) fn for_refused(parameter: &str, found: &str) -> Option<String> {
    if !ENDPOINTS.contains(&parameter) {
        return None;
    }
    if PROTOCOLS.contains(&found.to_ascii_lowercase().as_str()) {
        return Some(format!(
            "\"{found}\" is a protocol; it stands before the endpoint"
        ));
    }
    if found.parse::<u16>().is_ok() {
        return Some(format!("for a port write :{found}"));
    }
    let meant = with_brackets(found)?;
    Some(format!("for a port write {meant}"))
}

/// What to say of an IPv6 address whose last group may be meant as a port;
/// `None` for every other endpoint.
pub(super) fn for_address(endpoint: &str) -> Option<String> {
    endpoint.parse::<Ipv6Addr>().ok()?;
    let meant = with_brackets(endpoint)?;
    Some(format!(
        "{endpoint} was read as an address; for a port write {meant}"
    ))
}

/// `2001:db8::1:52552` as `[2001:db8::1]:52552`, where what stands before the
/// last colon is an address of its own and what follows can be a port.
fn with_brackets(text: &str) -> Option<String> {
    let (address, port) = text.rsplit_once(':')?;
    let address: Ipv6Addr = address.parse().ok()?;
    let (first, last) = port.split_once('-').unwrap_or((port, port));
    let is_port =
        |text: &str| text.parse::<u16>().is_ok() && text.bytes().all(|it| it.is_ascii_digit());
    (is_port(first) && is_port(last)).then(|| format!("[{address}]:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_behind_an_ipv6_address_wants_brackets() {
        let hint = |found| for_refused("nat", found);
        let expected = |meant: &str| Some(format!("for a port write {meant}"));
        assert_eq!(hint("2001:db8::1:52552"), expected("[2001:db8::1]:52552"));
        assert_eq!(hint("1:2:3:4:5:6:7:8:90"), expected("[1:2:3:4:5:6:7:8]:90"));
        assert_eq!(
            hint("2001:db8::1:1024-2047"),
            expected("[2001:db8::1]:1024-2047")
        );
        for other in ["2001:db8::1:99999", "2001:db8::x:1", "192.0.2.1:http", "x"] {
            assert_eq!(hint(other), None, "{other}");
        }
        assert_eq!(for_refused("zone", "2001:db8::1:52552"), None);
    }

    #[test]
    fn protocols_and_numbers_are_known_for_what_they_are() {
        assert_eq!(
            for_refused("nat", "TCP").as_deref(),
            Some("\"TCP\" is a protocol; it stands before the endpoint")
        );
        assert_eq!(
            for_refused("remote", "443").as_deref(),
            Some("for a port write :443")
        );
        assert_eq!(for_refused("protocol", "443"), None);
    }

    #[test]
    fn an_address_that_may_be_address_and_port_is_told() {
        assert_eq!(
            for_address("2001:db8::1:5255").as_deref(),
            Some("2001:db8::1:5255 was read as an address; for a port write [2001:db8::1]:5255")
        );
        for other in [
            "2001:db8::1",
            "2001:db8::1:52ab",
            "[2001:db8::1]:5255",
            "2001:db8::1:52552",
            "1:2:3:4:5:6:7:8",
            "192.0.2.1",
        ] {
            assert_eq!(for_address(other), None, "{other}");
        }
    }
}
