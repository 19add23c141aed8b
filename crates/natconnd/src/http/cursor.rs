//! Where a list goes on: its order and the last row that was sent.
//!
//! Opaque to clients. It holds the whole row, not a count of rows, so rows
//! that come and go between two pages move nothing: each row that stays is
//! listed exactly once.

use std::net::IpAddr;

use model::{
    Endpoint, KernelId, Match, Protocol, TimeSource, Timed, Timestamp, Translation,
    TranslationKind, Zone, ZoneScope,
};

use crate::lookup::{Order, SortKey};

/// First byte of every cursor, so that a later layout can be told apart.
const VERSION: u8 = 1;

const SORT_KEYS: [SortKey; 4] = [
    SortKey::StartedAt,
    SortKey::Internal,
    SortKey::Nat,
    SortKey::Remote,
];
const SCOPES: [ZoneScope; 3] = [ZoneScope::Both, ZoneScope::Original, ZoneScope::Reply];
const SOURCES: [TimeSource; 3] = [
    TimeSource::Kernel,
    TimeSource::Received,
    TimeSource::Estimated,
];

/// Writes a cursor, in hexadecimal.
pub(super) fn encode(order: Order, last: &Match) -> String {
    let translation = &last.translation;
    let mut bytes = vec![
        VERSION,
        index_of(&SORT_KEYS, order.key),
        u8::from(order.descending),
        last.protocol.0,
        index_of(&TranslationKind::ALL, translation.kind),
        index_of(&SCOPES, last.zone.scope),
    ];
    bytes.extend(last.zone.id.to_be_bytes());
    for endpoint in [
        translation.internal,
        translation.nat,
        translation.remote,
        last.original_destination,
    ] {
        put_endpoint(&mut bytes, endpoint);
    }
    match last.kernel_id {
        Some(id) => {
            bytes.push(1);
            bytes.extend(id.0.to_be_bytes());
        }
        None => bytes.push(0),
    }
    for time in [last.started_at, last.ended_at] {
        match time {
            Some(time) => {
                bytes.push(1 + index_of(&SOURCES, time.source));
                bytes.extend(time.at.0.to_be_bytes());
            }
            None => bytes.push(0),
        }
    }
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes
        .into_iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Reads a cursor; `None` where the text is none.
pub(super) fn decode(text: &str) -> Option<(Order, Match)> {
    let bytes = unhex(text)?;
    let mut bytes = Reader(&bytes);
    if bytes.byte()? != VERSION {
        return None;
    }
    let order = Order {
        key: bytes.one_of(&SORT_KEYS)?,
        descending: bytes.one_of(&[false, true])?,
    };
    let protocol = Protocol(bytes.byte()?);
    let kind = bytes.one_of(&TranslationKind::ALL)?;
    let scope = bytes.one_of(&SCOPES)?;
    let id = u16::from_be_bytes(bytes.take()?);
    let translation = Translation {
        kind,
        internal: bytes.endpoint()?,
        nat: bytes.endpoint()?,
        remote: bytes.endpoint()?,
    };
    let last = Match {
        protocol,
        translation,
        original_destination: bytes.endpoint()?,
        zone: Zone { id, scope },
        kernel_id: match bytes.byte()? {
            0 => None,
            1 => Some(KernelId(u32::from_be_bytes(bytes.take()?))),
            _ => return None,
        },
        started_at: bytes.timed()?,
        ended_at: bytes.timed()?,
        end_evidence: None,
        traffic: None,
        mark: None,
    };
    bytes.0.is_empty().then_some((order, last))
}

fn index_of<T: PartialEq>(all: &[T], one: T) -> u8 {
    let index = all.iter().position(|other| *other == one);
    u8::try_from(index.unwrap_or(usize::MAX)).expect("the lists above name every value")
}

fn put_endpoint(bytes: &mut Vec<u8>, endpoint: Endpoint) {
    match endpoint.address {
        IpAddr::V4(address) => {
            bytes.push(4);
            bytes.extend(address.octets());
        }
        IpAddr::V6(address) => {
            bytes.push(6);
            bytes.extend(address.octets());
        }
    }
    bytes.extend(endpoint.port.to_be_bytes());
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(nibble(*high)? * 16 + nibble(*low)?).ok())
        .collect()
}

/// The bytes of a cursor that have not been read yet.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take().map(|[byte]| byte)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(usize::from(self.byte()?)).copied()
    }

    fn endpoint(&mut self) -> Option<Endpoint> {
        let address = match self.byte()? {
            4 => IpAddr::from(self.take::<4>()?),
            6 => IpAddr::from(self.take::<16>()?),
            _ => return None,
        };
        Some(Endpoint::new(address, u16::from_be_bytes(self.take()?)))
    }

    /// A time that may be absent; `None` where the bytes are neither.
    fn timed(&mut self) -> Option<Option<Timed>> {
        let Some(index) = self.byte()?.checked_sub(1) else {
            return Some(None);
        };
        Some(Some(Timed {
            source: *SOURCES.get(usize::from(index))?,
            at: Timestamp(i64::from_be_bytes(self.take()?)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::any_match;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_survives_being_written_and_read(
            last in any_match::found(), key in 0..4_usize, descending: bool,
        ) {
            let order = Order { key: SORT_KEYS[key], descending };
            let text = encode(order, &last);
            prop_assert_eq!(decode(&text), Some((order, last)));
            // A cursor that lost its end is no cursor.
            prop_assert_eq!(decode(&text[..text.len() - 2]), None);
            prop_assert_eq!(decode(&format!("{text}00")), None);
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC*", hex in "01[0-9a-f]{0,120}") {
            let _ = decode(&text);
            let _ = decode(&hex);
        }
    }
}
