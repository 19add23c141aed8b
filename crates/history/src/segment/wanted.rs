//! A question in the numbers of one group.

use model::{EndpointPattern, Lookup, Period, Protocol, TranslationKind};

use super::column::Column;
use super::cursor::{ABSENT, Fault, GroupReader};
use super::values::Distinct;
use super::words::Word;
use crate::Question;
use crate::milliseconds::{Milliseconds, NOT_KNOWN};

/// Places in a dictionary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Places {
    /// Just this one.
    One(u32),
    /// Those that are true.
    Some(Vec<bool>),
}

impl Places {
    /// Those of which `is_wanted` says so.
    fn of(distinct: &Distinct, is_wanted: impl Fn(u32) -> bool) -> Self {
        let all: Vec<bool> = (0..distinct.len() as u32).map(is_wanted).collect();
        let mut wanted = (0..).zip(&all).filter(|(_, is_wanted)| **is_wanted);
        match (wanted.next(), wanted.next()) {
            (Some((one, _)), None) => Self::One(one),
            _ => Self::Some(all),
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::One(_) => false,
            Self::Some(all) => !all.contains(&true),
        }
    }

    /// Whether a place is one of them.
    #[inline]
    pub(super) fn contains(&self, place: u32) -> bool {
        match self {
            Self::One(one) => *one == place,
            Self::Some(all) => all.get(place as usize).copied().unwrap_or(false),
        }
    }
}

/// A test that rows pass or fail, by their value in one column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Test {
    /// The value's place is one of these; or there is none, where `or_absent`.
    Places {
        column: Column,
        places: Places,
        or_absent: bool,
    },
    /// The number is from the first to the last.
    Numbers {
        column: Column,
        first: i64,
        last: i64,
    },
    /// It began at or before this time, or nobody knows when.
    StartedBy(i64),
    /// It ended at or after this time, or lives.
    EndedFrom(i64),
}

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

impl Test {
    /// Whether no row can pass it.
    pub(super) fn is_hopeless(&self, reader: &GroupReader<'_>) -> bool {
        match self {
            Self::Places {
                places,
                or_absent: false,
                ..
            } => places.is_empty(),
            Self::Places { column, places, .. } => {
                places.is_empty() && !reader.index.chunk(*column).may_be_absent
            }
            _ => false,
        }
    }

    /// Keeps those of `rows`, in ascending order, that pass.
    ///
    /// # Errors
    ///
    /// What is wrong with a page.
    pub(super) fn keep(
        &self,
        rows: &mut Vec<u32>,
        reader: &mut GroupReader<'_>,
    ) -> Result<(), Fault> {
        match self {
            Self::Places {
                column,
                places: Places::One(one),
                or_absent,
            } => {
                let other = if *or_absent { ABSENT } else { *one };
                keep(rows, |row| {
                    let place = reader.place(*column, row)?;
                    Ok(place == *one || place == other)
                })
            }
            Self::Places {
                column,
                places,
                or_absent,
            } => keep(rows, |row| {
                let place = reader.place(*column, row)?;
                Ok(places.contains(place) || *or_absent && place == ABSENT)
            }),
            Self::Numbers {
                column,
                first,
                last,
            } => keep(rows, |row| {
                let number = reader.number(*column, row)?;
                Ok((*first..=*last).contains(&number))
            }),
            Self::StartedBy(to) => {
                keep(
                    rows,
                    |row| Ok(reader.number(Column::StartedAt, row)? <= *to),
                )
            }
            Self::EndedFrom(from) => keep(rows, |row| {
                let ended_at = reader.number(Column::EndedAt, row)?;
                Ok(ended_at >= *from || ended_at == NOT_KNOWN)
            }),
        }
    }
}

fn keep(
    rows: &mut Vec<u32>,
    mut is_kept: impl FnMut(u32) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    let mut kept = 0;
    for index in 0..rows.len() {
        let row = rows[index];
        rows[kept] = row;
        kept += usize::from(is_kept(row)?);
    }
    rows.truncate(kept);
    Ok(())
}
