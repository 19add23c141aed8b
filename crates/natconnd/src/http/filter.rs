//! The parameters that choose connections, and how each value is read.

use std::fmt::Display;
use std::str::FromStr;

use model::{Filter, Protocol, TranslationKind};

use super::problem::{Refused, bad_value};
use super::query::list;

/// The parameters that make up a filter.
pub(super) const PARAMETERS: [&str; 6] = ["protocol", "kind", "zone", "internal", "nat", "remote"];

/// How an endpoint is written.
pub(super) const PATTERN: &str =
    "ADDR, ADDR:PORT, :PORT, [V6]:PORT or ADDR/BITS; FIRST-LAST for PORT too";

/// Reads one parameter into `filter`; false where it is not a filter's.
pub(super) fn set(filter: &mut Filter, name: &str, value: &str) -> Refused<bool> {
    let endpoints = || list(value, |item| parse(name, item, PATTERN)).map(model::EndpointSet);
    match name {
        "protocol" => filter.protocols = list(value, protocol)?,
        "kind" => filter.kind = kinds(value)?,
        "zone" => filter.zones = list(value, zone)?,
        "internal" => filter.internal = endpoints()?,
        "nat" => filter.nat = endpoints()?,
        "remote" => filter.remote = endpoints()?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Reads a value whose type says what is wrong with it.
pub(super) fn parse<T>(parameter: &str, value: &str, expected: &str) -> Refused<T>
where
    T: FromStr<Err: Display>,
{
    value
        .parse()
        .map_err(|error: T::Err| bad_value(parameter, value, error, expected))
}

pub(super) fn protocol(value: &str) -> Refused<Protocol> {
    let expected = "tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255";
    parse("protocol", value, expected)
}

pub(super) fn kind(value: &str) -> Refused<TranslationKind> {
    parse("kind", value, "source or destination")
}

pub(super) fn zone(value: &str) -> Refused<u16> {
    parse("zone", value, "a number from 0 to 65535").map_err(|mut problem| {
        problem.detail = format!("read parameter zone: \"{value}\" is no number from 0 to 65535");
        problem
    })
}

/// One kind, or none where both are listed.
fn kinds(value: &str) -> Refused<Option<TranslationKind>> {
    let kinds = list(value, kind)?;
    let first = kinds.first().copied();
    Ok(first.filter(|first| kinds.iter().all(|kind| kind == first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_alternatives() {
        let mut filter = Filter::default();
        for (name, value) in [
            ("protocol", "tcp, udp"),
            ("kind", "source,source"),
            ("zone", "0,7"),
            ("internal", "10.0.0.0/8,192.168.0.1:1-9"),
        ] {
            assert_eq!(set(&mut filter, name, value), Ok(true), "{name}");
        }
        assert_eq!(filter.protocols, [Protocol::TCP, Protocol::UDP]);
        assert_eq!(filter.kind, Some(TranslationKind::Source));
        assert_eq!(filter.zones, [0, 7]);
        assert_eq!(filter.internal.0.len(), 2);
        assert_eq!(set(&mut filter, "kind", "source,destination"), Ok(true));
        assert_eq!(filter.kind, None);
        assert_eq!(set(&mut filter, "limit", "1"), Ok(false));
    }

    #[test]
    fn a_bad_item_is_found_in_its_list() {
        let problem = set(&mut Filter::default(), "zone", "1,x").unwrap_err();
        assert_eq!(problem.found.as_deref(), Some("x"));
        assert_eq!(problem.parameter.as_deref(), Some("zone"));
    }
}
