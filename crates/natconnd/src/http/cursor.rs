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

/// First byte of every cursor of a list, so that a later layout can be told apart.
const VERSION: u8 = 1;

/// First byte of every cursor of records, which know one order only.
const VERSION_OF_RECORDS: u8 = 2;

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
    let mut bytes = vec![
        VERSION,
        index_of(&SORT_KEYS, order.key),
        u8::from(order.descending),
    ];
    put_row(&mut bytes, last);
    hex(&bytes)
}

/// Writes a cursor of records, in hexadecimal.
pub(super) fn encode_record(last: &Match) -> String {
    let mut bytes = vec![VERSION_OF_RECORDS];
    put_row(&mut bytes, last);
    hex(&bytes)
}

/// Writes what any order looks at.
fn put_row(bytes: &mut Vec<u8>, last: &Match) {
    let translation = &last.translation;
    bytes.extend([
        last.protocol.0,
        index_of(&TranslationKind::ALL, translation.kind),
        index_of(&SCOPES, last.zone.scope),
    ]);
    bytes.extend(last.zone.id.to_be_bytes());
    for endpoint in [
        translation.internal,
        translation.nat,
        translation.remote,
        last.original_destination,
    ] {
        put_endpoint(bytes, endpoint);
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
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes
        .iter()
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
    Some((order, bytes.row()?))
}

/// Reads a cursor of records; `None` where the text is none.
pub(super) fn decode_record(text: &str) -> Option<Match> {
    let bytes = unhex(text)?;
    let mut bytes = Reader(&bytes);
    if bytes.byte()? != VERSION_OF_RECORDS {
        return None;
    }
    bytes.row()
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

    /// A row, and nothing behind it.
    fn row(&mut self) -> Option<Match> {
        let protocol = Protocol(self.byte()?);
        let kind = self.one_of(&TranslationKind::ALL)?;
        let scope = self.one_of(&SCOPES)?;
        let id = u16::from_be_bytes(self.take()?);
        let translation = Translation {
            kind,
            internal: self.endpoint()?,
            nat: self.endpoint()?,
            remote: self.endpoint()?,
        };
        let last = Match {
            protocol,
            translation,
            original_destination: self.endpoint()?,
            zone: Zone { id, scope },
            kernel_id: match self.byte()? {
                0 => None,
                1 => Some(KernelId(u32::from_be_bytes(self.take()?))),
                _ => return None,
            },
            started_at: self.timed()?,
            ended_at: self.timed()?,
            end_evidence: None,
            traffic: None,
            mark: None,
        };
        self.0.is_empty().then_some(last)
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
            // What no order looks at is not in it.
            let place = Match { end_evidence: None, traffic: None, mark: None, ..last };
            prop_assert_eq!(decode(&text), Some((order, place)));
            // A cursor that lost its end is no cursor.
            prop_assert_eq!(decode(&text[..text.len() - 2]), None);
            prop_assert_eq!(decode(&format!("{text}00")), None);
            // Nor is one of the other kind.
            prop_assert_eq!(decode_record(&text), None);
            let text = encode_record(&last);
            prop_assert_eq!(decode_record(&text), Some(place));
            prop_assert_eq!(decode(&text), None);
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC*", hex in "0[12][0-9a-f]{0,120}") {
            let _ = (decode(&text), decode_record(&text));
            let _ = (decode(&hex), decode_record(&hex));
        }
    }
}
