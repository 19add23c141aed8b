//! Values of rows, whose pages are read when they are needed.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::column::Column;
use super::delta;
use super::hybrid;
use super::index::{Chunk, GroupIndex};
use super::page::{Coding, PageReader};
use super::source::Source;
use super::values::Distinct;
use crate::milliseconds::NOT_KNOWN;

/// Instead of a place in the dictionary: there is no value.
pub(super) const ABSENT: u32 = u32::MAX;

/// The page of one column that was read last.
#[derive(Debug, Default)]
struct Cursor {
    rows: std::ops::Range<u32>,
    /// Of columns with a dictionary; of many rows that have the same, just one.
    places: Vec<u32>,
    has_one_place: bool,
    /// Of the others.
    numbers: Vec<i64>,
}

/// Reads the columns of one group. Rows that come in order have each page read once.
pub(super) struct GroupReader<'a> {
    pub(super) index: &'a GroupIndex,
    source: &'a Source,
    tools: &'a mut Tools,
}

/// Reused from page to page, group to group and question to question.
#[derive(Default)]
pub(super) struct Tools {
    cursors: [Cursor; Column::ALL.len()],
    pages: PageReader,
    bytes: Vec<u8>,
    body: Vec<u8>,
    levels: Vec<u32>,
}

impl<'a> GroupReader<'a> {
    /// Reads `index`'s group from `source`.
    pub(super) fn new(index: &'a GroupIndex, source: &'a Source, tools: &'a mut Tools) -> Self {
        for cursor in &mut tools.cursors {
            cursor.rows = 0..0;
        }
        Self {
            index,
            source,
            tools,
        }
    }

    /// The place in the dictionary of a row's value, or [`ABSENT`].
    ///
    /// # Errors
    ///
    /// What is wrong with the page.
    #[inline]
    pub(super) fn place(&mut self, column: Column, row: u32) -> Result<u32, Fault> {
        let cursor = self.at(column, row)?;
        if cursor.has_one_place {
            return Ok(cursor.places[0]);
        }
        Ok(cursor.places[(row - cursor.rows.start) as usize])
    }

    /// A row's number in a column without dictionary, or [`NOT_KNOWN`].
    ///
    /// # Errors
    ///
    /// What is wrong with the page.
    #[inline]
    pub(super) fn number(&mut self, column: Column, row: u32) -> Result<i64, Fault> {
        let cursor = self.at(column, row)?;
        Ok(cursor.numbers[(row - cursor.rows.start) as usize])
    }

    #[inline]
    fn at(&mut self, column: Column, row: u32) -> Result<&Cursor, Fault> {
        if !self.tools.cursors[column as usize].rows.contains(&row) {
            self.load(column, row)?;
        }
        Ok(&self.tools.cursors[column as usize])
    }

    #[cold]
    fn load(&mut self, column: Column, row: u32) -> Result<(), Fault> {
        let chunk = self.index.chunk(column);
        let page = chunk.page_of(row);
        let rows = chunk.rows_of(page, self.index.rows);
        let place = chunk.pages[page];
        let Tools { bytes, cursors, .. } = self.tools;
        // In case it fails: nothing is here.
        cursors[column as usize].rows = 0..0;
        self.source
            .read(place.offset, place.length as usize, bytes)?;
        let many = rows.len();
        guarded(|| self.tools.decode(column, many))?;
        self.tools.cursors[column as usize].rows = rows;
        Ok(())
    }

    /// The distinct values of a column.
    ///
    /// # Errors
    ///
    /// What is wrong with the dictionary.
    pub(super) fn distinct(&mut self, column: Column) -> Result<&'a Arc<Distinct>, Fault> {
        let chunk: &'a Chunk = self.index.chunk(column);
        if let Some(values) = chunk.distinct.get() {
            return Ok(values);
        }
        let values = match chunk.dictionary {
            None => Distinct::decode(column, 0, &[])?,
            Some((offset, length)) => {
                let Tools { bytes, .. } = self.tools;
                self.source.read(offset, length as usize, bytes)?;
                guarded(|| self.tools.decode_dictionary(column))?
            }
        };
        Ok(chunk.distinct.get_or_init(|| Arc::new(values)))
    }
}

thread_local! {
    static TOOLS: Cell<Option<Box<Tools>>> = const { Cell::new(None) };
}

impl Tools {
    /// Lends out the thread's own.
    pub(super) fn with<T>(work: impl FnOnce(&mut Self) -> T) -> T {
        // Whoever asks a question while one is answered gets new ones.
        let mut tools = TOOLS.take().unwrap_or_default();
        let result = work(&mut tools);
        TOOLS.set(Some(tools));
        result
    }

    fn decode(&mut self, column: Column, many: usize) -> Result<(), String> {
        let Self {
            cursors,
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
        let Cursor {
            places,
            has_one_place,
            numbers,
            ..
        } = &mut cursors[column as usize];
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

    fn decode_dictionary(&mut self, column: Column) -> Result<Distinct, String> {
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

/// Why a value could not be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// The system could not read it.
    System(std::io::Error),
    /// It is not what was written.
    Damage(String),
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        // The index says where there should be something.
        if error.kind() == std::io::ErrorKind::UnexpectedEof {
            return Self::Damage("it ends too early".to_owned());
        }
        Self::System(error)
    }
}

impl From<String> for Fault {
    fn from(cause: String) -> Self {
        Self::Damage(cause)
    }
}

/// Decodes something. Bytes that were changed can make a decoder panic, too.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err("decoding it failed".to_owned()))
        .map_err(Fault::Damage)
}
