//! Pages as values.

use super::column::Column;
use super::delta;
use super::hybrid;
use super::page::{Coding, PageReader};
use super::values::Distinct;
use crate::milliseconds::NOT_KNOWN;

/// Instead of a place in the dictionary: there is no value.
pub(super) const ABSENT: u32 = u32::MAX;

/// The values of a page.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    /// Of columns with a dictionary; of many rows that have the same, just one.
    places: Vec<u32>,
    has_one_place: bool,
    /// Of the others.
    numbers: Vec<i64>,
}

impl Decoded {
    /// The place in the dictionary of the value at an index, or [`ABSENT`].
    #[inline]
    pub(super) fn place(&self, index: u32) -> u32 {
        self.places[if self.has_one_place {
            0
        } else {
            index as usize
        }]
    }

    /// The number at an index of a column without dictionary, or [`NOT_KNOWN`].
    #[inline]
    pub(super) fn number(&self, index: u32) -> i64 {
        self.numbers[index as usize]
    }
}

/// Decodes pages, one after the other.
#[derive(Default)]
pub(super) struct Decoder {
    /// What is to be decoded, as it is in the file.
    pub(super) bytes: Vec<u8>,
    pages: PageReader,
    body: Vec<u8>,
    levels: Vec<u32>,
}

impl Decoder {
    /// Decodes the page that was read into `bytes`, which has `many` rows.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn page(
        &mut self,
        column: Column,
        many: usize,
        decoded: &mut Decoded,
    ) -> Result<(), String> {
        let Self {
            pages,
            bytes,
            body,
            levels,
        } = self;
        let header = pages.read(bytes, body)?;
        let name = column.name();
        if header.is_dictionary || header.values as usize != many {
            return Err(format!("a page of {name} has {} values", header.values));
        }
        let cut = || format!("a page of {name} is cut");
        let mut body = &body[..];
        let mut nulls = 0;
        if column.is_optional() {
            let length = body.split_off(..4).ok_or_else(cut)?;
            let length = u32::from_le_bytes(length.try_into().unwrap_or_default());
            let encoded = body.split_off(..length as usize).ok_or_else(cut)?;
            nulls = match hybrid::decode_run(encoded, 1, many) {
                Some(0) => many,
                Some(_) => 0,
                None => {
                    levels.clear();
                    hybrid::decode(encoded, 1, many, levels).ok_or_else(cut)?;
                    levels.iter().filter(|level| **level == 0).count()
                }
            };
        }
        let present = many - nulls;
        let Decoded {
            places,
            has_one_place,
            numbers,
        } = decoded;
        places.clear();
        numbers.clear();
        *has_one_place = false;
        if column.is_delta() {
            if header.coding != Coding::Delta as i64 {
                return Err(format!("a page of {name} has encoding {}", header.coding));
            }
            delta::decode(body, column.bits(), present, numbers).ok_or_else(cut)?;
            if numbers.len() != present {
                return Err(cut());
            }
            spread(numbers, levels, many, nulls, NOT_KNOWN);
            return Ok(());
        }
        if present == 0 {
            places.push(ABSENT);
            *has_one_place = true;
            return Ok(());
        }
        if header.coding != Coding::Dictionary as i64 {
            return Err(format!("a page of {name} has encoding {}", header.coding));
        }
        let width = *body.split_off_first().ok_or_else(cut)?;
        let run = hybrid::decode_run(body, width, present);
        if let Some(place) = run.filter(|_| nulls == 0) {
            places.push(place);
            *has_one_place = true;
            return Ok(());
        }
        hybrid::decode(body, width, present, places).ok_or_else(cut)?;
        spread(places, levels, many, nulls, ABSENT);
        Ok(())
    }

    /// Decodes the dictionary that was read into `bytes`.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn dictionary(&mut self, column: Column) -> Result<Distinct, String> {
        let header = self.pages.read(&self.bytes, &mut self.body)?;
        if !header.is_dictionary || header.coding != Coding::Plain as i64 {
            return Err(format!("{} has no dictionary", column.name()));
        }
        Distinct::decode(column, header.values, &self.body)
    }
}

/// Moves values to where `levels` say that there are some, with `absent` between them.
fn spread<T: Copy>(values: &mut Vec<T>, levels: &[u32], many: usize, nulls: usize, absent: T) {
    let mut from = values.len();
    values.resize(many, absent);
    if nulls == 0 || nulls == many {
        return;
    }
    for (to, level) in levels.iter().enumerate().rev() {
        values[to] = if *level == 0 {
            absent
        } else {
            from -= 1;
            values[from]
        };
    }
}
