//! Pages as values.

use super::bounds;
use super::column::Column;
use super::delta;
use super::hybrid;
use super::page::{Coding, PageReader, uncompressed};
use super::values::Distinct;
use crate::milliseconds::NOT_KNOWN;

/// Instead of a place in the dictionary: there is no value.
pub(super) const ABSENT: u32 = u32::MAX;

/// The values of a page.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    /// Of columns with a dictionary; of many rows that have the same, just one.
    places: Vec<u32>,
    /// Of the others; of many rows that have none, just one.
    numbers: Vec<i64>,
    is_one_for_all: bool,
}

impl Decoded {
    /// The place in the dictionary of the value at an index, or [`ABSENT`].
    #[inline]
    pub(super) fn place(&self, index: u32) -> u32 {
        self.places[self.at(index)]
    }

    /// The number at an index of a column without dictionary, or [`NOT_KNOWN`].
    #[inline]
    pub(super) fn number(&self, index: u32) -> i64 {
        self.numbers[self.at(index)]
    }

    #[inline]
    fn at(&self, index: u32) -> usize {
        if self.is_one_for_all {
            0
        } else {
            index as usize
        }
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
        let header = pages.read(bytes, bounds::data(many), body)?;
        let name = column.name();
        if header.is_dictionary || header.values as usize != many {
            return Err(format!("a page of {name} has {} values", header.values));
        }
        let cut = || format!("a page of {name} is cut");
        let too_many = || format!("a page of {name} has {many} values that are not all the same");
        let may_differ = many <= bounds::VALUES;
        let mut body = &body[..];
        let mut nulls = 0;
        if column.is_optional() {
            let length = body.split_off(..4).ok_or_else(cut)?;
            let length = u32::from_le_bytes(length.try_into().unwrap_or_default());
            let encoded = body.split_off(..length as usize).ok_or_else(cut)?;
            nulls = match hybrid::decode_run(encoded, 1, many) {
                Some(0) => many,
                Some(_) => 0,
                None if !may_differ => return Err(too_many()),
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
            numbers,
            is_one_for_all,
        } = decoded;
        places.clear();
        numbers.clear();
        *is_one_for_all = false;
        if present == 0 {
            places.push(ABSENT);
            numbers.push(NOT_KNOWN);
            *is_one_for_all = true;
            return Ok(());
        }
        if column.is_delta() {
            if !may_differ {
                return Err(too_many());
            }
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
        if header.coding != Coding::Dictionary as i64 {
            return Err(format!("a page of {name} has encoding {}", header.coding));
        }
        let width = *body.split_off_first().ok_or_else(cut)?;
        let run = hybrid::decode_run(body, width, present);
        if let Some(place) = run.filter(|_| nulls == 0) {
            places.push(place);
            *is_one_for_all = true;
            return Ok(());
        }
        if !may_differ {
            return Err(too_many());
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
        let header = self
            .pages
            .read(&self.bytes, bounds::DICTIONARY, &mut self.body)?;
        if !header.is_dictionary || header.coding != Coding::Plain as i64 {
            return Err(format!("{} has no dictionary", column.name()));
        }
        Distinct::decode(column, header.values, &self.body)
    }

    /// Whether what was read into `bytes` says that it becomes large.
    pub(super) fn is_large(&self) -> bool {
        uncompressed(&self.bytes).is_some_and(|length| length > bounds::LARGE)
    }

    /// Gives back the memory of a large page.
    pub(super) fn shrink(&mut self) {
        for buffer in [&mut self.bytes, &mut self.body] {
            if buffer.capacity() > bounds::LARGE {
                *buffer = Vec::new();
            }
        }
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
