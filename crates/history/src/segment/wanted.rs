//! A question in the numbers of one group.

use model::{EndpointPattern, Lookup, Period, Protocol, TranslationKind};

use super::column::Column;
use super::cursor::{Fault, GroupReader};
use super::test::{Places, Test};
use super::words::Word;
use crate::Question;
use crate::milliseconds::Milliseconds;

/// What a question asks of one column, before dictionaries were looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked<'a> {
    Addresses(Column, &'a EndpointPattern),
    Ports(Column, &'a EndpointPattern),
    Protocol(Protocol),
    Kind(TranslationKind),
    Zone(u16),
    StartedBy(i64),
    EndedFrom(i64),
}

/// All that a question asks, in the order in which it is tested: what few rows pass
/// and is cheap comes first.
pub(super) fn asked(question: &Question) -> Vec<Asked<'_>> {
    let Lookup {
        protocol,
        kind,
        zone,
        nat,
        remote,
        internal,
    } = &question.lookup;
    let mut asked = Vec::with_capacity(8);
    let Milliseconds { from, to } = Milliseconds::of(question.period);
    let always = Milliseconds::of(Period::ALWAYS);
    let times = [
        (to < always.to).then_some(Asked::StartedBy(to)),
        (from > always.from).then_some(Asked::EndedFrom(from)),
    ];
    if nat.ports.is_some() {
        asked.push(Asked::Ports(Column::NatPort, nat));
    }
    if nat.addresses.is_some() {
        asked.push(Asked::Addresses(Column::NatAddress, nat));
    }
    // A NAT port has few rows, for which no dictionary of addresses is worth reading as
    // long as times can tell.
    if nat.ports.is_some() {
        asked.extend(times.into_iter().flatten());
    }
    for (column, pattern) in [
        (Column::InternalAddress, internal),
        (Column::RemoteAddress, remote),
    ] {
        if pattern.addresses.is_some() {
            asked.push(Asked::Addresses(column, pattern));
        }
    }
    for (column, pattern) in [
        (Column::InternalPort, internal),
        (Column::RemotePort, remote),
    ] {
        if pattern.ports.is_some() {
            asked.push(Asked::Ports(column, pattern));
        }
    }
    asked.extend(protocol.map(Asked::Protocol));
    asked.extend(kind.map(Asked::Kind));
    asked.extend(zone.map(Asked::Zone));
    if nat.ports.is_none() {
        asked.extend(times.into_iter().flatten());
    }
    asked
}

impl Asked<'_> {
    /// The test in one group; nothing where all rows pass it.
    ///
    /// # Errors
    ///
    /// What is wrong with a dictionary.
    pub(super) fn test(self, reader: &mut GroupReader<'_>) -> Result<Option<Test>, Fault> {
        let (column, places) = match self {
            Self::StartedBy(to) => return Ok(Some(Test::StartedBy(to))),
            Self::EndedFrom(from) => return Ok(Some(Test::EndedFrom(from))),
            Self::Ports(column, pattern) if column.is_delta() => {
                let range = pattern.ports.as_ref().map(|ports| Test::Numbers {
                    column,
                    first: (*ports.start()).into(),
                    last: (*ports.end()).into(),
                });
                return Ok(range);
            }
            Self::Ports(column, pattern) => {
                let distinct = reader.distinct(column)?;
                let is_wanted = |place| {
                    let port = distinct
                        .number(place)
                        .and_then(|port| u16::try_from(port).ok());
                    port.is_some_and(|port| {
                        let ports = pattern.ports.as_ref();
                        ports.is_none_or(|ports| ports.contains(&port))
                    })
                };
                (column, Places::of(distinct, is_wanted))
            }
            Self::Addresses(column, pattern) => {
                let distinct = reader.distinct(column)?;
                let places = match pattern.address() {
                    Some(address) => distinct
                        .place_of(address)
                        .map_or(Places::Some(Vec::new()), Places::One),
                    None => Places::of(distinct, |place| {
                        let address = distinct.address(place);
                        address.is_some_and(|address| {
                            pattern.addresses.is_none_or(|net| net.contains(&address))
                        })
                    }),
                };
                (column, places)
            }
            Self::Protocol(protocol) => {
                let distinct = reader.distinct(Column::Protocol)?;
                let word = protocol.to_string();
                let is_wanted = |place| distinct.word(place) == Some(&*word);
                (Column::Protocol, Places::of(distinct, is_wanted))
            }
            Self::Kind(kind) => {
                let distinct = reader.distinct(Column::Kind)?;
                let is_wanted = |place| distinct.word(place) == Some(kind.word());
                (Column::Kind, Places::of(distinct, is_wanted))
            }
            Self::Zone(zone) => {
                let distinct = reader.distinct(Column::Zone)?;
                let is_wanted = |place| distinct.number(place) == Some(zone.into());
                (Column::Zone, Places::of(distinct, is_wanted))
            }
        };
        Ok(Some(Test::Places {
            column,
            places,
            // A remote endpoint that was left out may be the one.
            or_absent: matches!(column, Column::RemoteAddress | Column::RemotePort),
        }))
    }
}
