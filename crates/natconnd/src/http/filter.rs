//! The parameters that choose connections, and how each value is read.

use std::fmt::Display;
use std::str::FromStr;

use model::{Protocol, TranslationKind};

use super::problem::{Refused, bad_value};
use super::query::list;
use super::words;
use crate::lookup::Wanted;

/// The parameters that say what is wanted.
pub(super) const PARAMETERS: [&str; 7] =
    ["q", "protocol", "kind", "zone", "internal", "nat", "remote"];

/// How an endpoint is written.
pub(super) const PATTERN: &str =
    "ADDR, ADDR:PORT, :PORT, [V6]:PORT or ADDR/BITS; FIRST-LAST for PORT too";

/// Reads one parameter into what is wanted; false where it is none of these.
pub(super) fn set(wanted: &mut Wanted, name: &str, value: &str) -> Refused<bool> {
    let filter = &mut wanted.filter;
    let endpoints = || list(value, |item| parse(name, item, PATTERN)).map(model::EndpointSet);
    match name {
        "q" => words::read(wanted, value)?,
        "protocol" => {
            let named = list(value, protocol)?;
            words::narrow(&mut filter.protocols, named, name, value)?;
        }
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
        let mut wanted = Wanted::default();
        for (name, value) in [
            ("protocol", "tcp, udp"),
            ("kind", "source,source"),
            ("zone", "0,7"),
            ("internal", "10.0.0.0/8,192.168.0.1:1-9"),
        ] {
            assert_eq!(set(&mut wanted, name, value), Ok(true), "{name}");
        }
        let filter = &wanted.filter;
        assert_eq!(filter.protocols, [Protocol::TCP, Protocol::UDP]);
        assert_eq!(filter.kind, Some(TranslationKind::Source));
        assert_eq!(filter.zones, [0, 7]);
        assert_eq!(filter.internal.0.len(), 2);
        assert_eq!(set(&mut wanted, "kind", "source,destination"), Ok(true));
        assert_eq!(wanted.filter.kind, None);
        assert_eq!(set(&mut wanted, "limit", "1"), Ok(false));
    }

    #[test]
    fn a_bad_item_is_found_in_its_list() {
        let problem = set(&mut Wanted::default(), "zone", "1,x").unwrap_err();
        assert_eq!(problem.found.as_deref(), Some("x"));
        assert_eq!(problem.parameter.as_deref(), Some("zone"));
    }
}
