//! Tests that rows pass or fail, by their value in one column.

use super::column::Column;
use super::cursor::{Fault, GroupReader};
use super::decode::ABSENT;
use super::values::Distinct;
use crate::milliseconds::NOT_KNOWN;

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
    pub(super) fn of(distinct: &Distinct, is_wanted: impl Fn(u32) -> bool) -> Self {
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
