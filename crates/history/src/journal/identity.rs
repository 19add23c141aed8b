//! What tells a translation apart from others that are open at the same time, as bytes.
//!
//! Begin and end of a translation carry the same bytes, so that they find each other
//! without being decoded. The start is not among them: it may be known better later.
//!
//! | bytes | is |
//! |---|---|
//! | 1 | [`WIDE`], [`DESTINATION`], [`OWN_DESTINATION`], [`ZONED`], [`OMITTED`] |
//! | 1 | protocol |
//! | 1, where wide | which of the addresses are IPv4 all the same |
//! | 6 or 18 each | internal, NAT and remote endpoint: address, port |
//! | 3, where zoned | zone, scope |
//! | 6 or 18, where its own | original destination |
//!
//! Where remote endpoints are left out, one byte of a checksum stands for the remote
//! one: enough to keep most of a host's connections from one port apart, too little to
//! say whom it spoke to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::{Endpoint, Match, Protocol, Translation, TranslationKind, Zone, ZoneScope};

use super::bytes::{Input, Malformed};
use crate::RemotePolicy;
use crate::rows::own_destination;

/// Addresses take 16 bytes.
const WIDE: u8 = 1;
/// It is a destination translation.
const DESTINATION: u8 = 1 << 1;
/// The original destination is not the role's own.
const OWN_DESTINATION: u8 = 1 << 2;
/// The zone is not the default one.
const ZONED: u8 = 1 << 3;
/// The remote endpoint is left out.
const OMITTED: u8 = 1 << 4;

/// The most bytes that an identity takes.
pub(crate) const LONGEST: usize = 3 + 4 * 18 + 3;

/// Appends the identity of a record.
pub(crate) fn encode(record: &Match, remote: RemotePolicy, out: &mut Vec<u8>) {
    let translation = &record.translation;
    let is_omitted = remote == RemotePolicy::Omit || translation.remote.is_omitted();
    let destination = (!is_omitted && record.original_destination != own_destination(translation))
        .then_some(record.original_destination);
    let endpoints = [
        Some(translation.internal),
        Some(translation.nat),
        (!is_omitted).then_some(translation.remote),
        destination,
    ];
    let is_wide = endpoints
        .iter()
        .flatten()
        .any(|endpoint| endpoint.address.is_ipv6());
    let is_zoned = record.zone != Zone::default();
    let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
    // One push of all bytes, not one of each.
    let mut bytes = Scratch::default();
    bytes.put(&[
        flag(is_wide, WIDE)
            | flag(
                translation.kind == TranslationKind::Destination,
                DESTINATION,
            )
            | flag(destination.is_some(), OWN_DESTINATION)
            | flag(is_zoned, ZONED)
            | flag(is_omitted, OMITTED),
        record.protocol.0,
    ]);
    if is_wide {
        let ipv4 = |(place, endpoint): (usize, &Option<Endpoint>)| match endpoint {
            Some(endpoint) if endpoint.address.is_ipv4() => 1 << place,
            _ => 0,
        };
        bytes.put(&[endpoints.iter().enumerate().map(ipv4).sum::<u8>()]);
    }
    bytes.put_endpoint(&translation.internal, is_wide);
    bytes.put_endpoint(&translation.nat, is_wide);
    if is_omitted {
        bytes.put(&[summary(&translation.remote)]);
    } else {
        bytes.put_endpoint(&translation.remote, is_wide);
    }
    if is_zoned {
        let [low, high] = record.zone.id.to_le_bytes();
        bytes.put(&[low, high, scope_number(record.zone.scope)]);
    }
    if let Some(destination) = &destination {
        bytes.put_endpoint(destination, is_wide);
    }
    out.extend_from_slice(&bytes.bytes[..bytes.length]);
}

/// Takes the bytes of an identity off the input without looking at all of them.
pub(super) fn take<'a>(input: &mut Input<'a>) -> Result<&'a [u8], Malformed> {
    let flags = input.peek(0)?;
    if flags & !(WIDE | DESTINATION | OWN_DESTINATION | ZONED | OMITTED) != 0 {
        return Err(Malformed("flags of an identity"));
    }
    let is = |bit| flags & bit != 0;
    let endpoint = if is(WIDE) { 18 } else { 6 };
    let length = 2
        + usize::from(is(WIDE))
        + 2 * endpoint
        + if is(OMITTED) { 1 } else { endpoint }
        + if is(ZONED) { 3 } else { 0 }
        + if is(OWN_DESTINATION) { endpoint } else { 0 };
    input.bytes(length)
}

/// The translation of an identity; its times and what else is not part of the
/// identity are not known.
pub(crate) fn decode(identity: &[u8]) -> Result<Match, Malformed> {
    let mut input = Input::new(identity);
    let flags = input.u8()?;
    let protocol = Protocol(input.u8()?);
    let is = |bit| flags & bit != 0;
    let ipv4 = if is(WIDE) { input.u8()? } else { 0xff };
    let internal = endpoint(&mut input, is(WIDE), ipv4 & 1 != 0)?;
    let nat = endpoint(&mut input, is(WIDE), ipv4 & 2 != 0)?;
    let remote = if is(OMITTED) {
        input.u8()?;
        Endpoint::OMITTED
    } else {
        endpoint(&mut input, is(WIDE), ipv4 & 4 != 0)?
    };
    let zone = if is(ZONED) {
        Zone {
            id: input.u16()?,
            scope: scope_of_number(input.u8()?)?,
        }
    } else {
        Zone::default()
    };
    let translation = Translation {
        kind: match is(DESTINATION) {
            true => TranslationKind::Destination,
            false => TranslationKind::Source,
        },
        internal,
        nat,
        remote,
    };
    Ok(Match {
        protocol,
        translation,
        original_destination: if is(OWN_DESTINATION) {
            endpoint(&mut input, is(WIDE), ipv4 & 8 != 0)?
        } else {
            own_destination(&translation)
        },
        zone,
        kernel_id: None,
        started_at: None,
        ended_at: None,
        end_evidence: None,
        traffic: None,
        mark: None,
    })
}

fn summary(endpoint: &Endpoint) -> u8 {
    let mut bytes = Scratch::default();
    bytes.put_endpoint(endpoint, true);
    crc32fast::hash(&bytes.bytes[..bytes.length]).to_le_bytes()[0]
}

fn endpoint(input: &mut Input, is_wide: bool, is_ipv4: bool) -> Result<Endpoint, Malformed> {
    let address = match (is_wide, is_ipv4) {
        (false, _) => IpAddr::V4(Ipv4Addr::from(input.array::<4>()?)),
        (true, false) => IpAddr::V6(Ipv6Addr::from(input.array::<16>()?)),
        (true, true) => {
            let [a, b, c, d, ..] = input.array::<16>()?;
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
    };
    Ok(Endpoint::new(address, input.u16()?))
}

const fn scope_number(scope: ZoneScope) -> u8 {
    match scope {
        ZoneScope::Both => 0,
        ZoneScope::Original => 1,
        ZoneScope::Reply => 2,
    }
}

fn scope_of_number(number: u8) -> Result<ZoneScope, Malformed> {
    match number {
        0 => Ok(ZoneScope::Both),
        1 => Ok(ZoneScope::Original),
        2 => Ok(ZoneScope::Reply),
        _ => Err(Malformed("scope of a zone")),
    }
}

/// Bytes on their way into a buffer.
struct Scratch {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            bytes: [0; LONGEST],
            length: 0,
        }
    }
}

impl Scratch {
    fn put(&mut self, bytes: &[u8]) {
        self.bytes[self.length..][..bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    fn put_endpoint(&mut self, endpoint: &Endpoint, is_wide: bool) {
        match (is_wide, endpoint.address) {
            (false, IpAddr::V4(address)) => self.put(&address.octets()),
            (_, IpAddr::V6(address)) => self.put(&address.octets()),
            (true, IpAddr::V4(address)) => {
                self.put(&address.octets());
                self.put(&[0; 12]);
            }
        }
        self.put(&endpoint.port.to_le_bytes());
    }
}
