//! Values of rows, whose pages are read when they are needed.

use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::Mutex;

use super::bounds;
use super::column::Column;
use super::decode::{Decoded, Decoder};
use super::index::{Chunk, GroupIndex};
use super::source::Source;
use super::values::Distinct;

/// The page of one column that was read last.
#[derive(Debug, Default)]
struct Cursor {
    rows: Range<u32>,
    values: Decoded,
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
    decoder: Decoder,
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

    /// The place in the dictionary of a row's value, or [`ABSENT`](super::decode::ABSENT).
    ///
    /// # Errors
    ///
    /// What is wrong with the page.
    #[inline]
    pub(super) fn place(&mut self, column: Column, row: u32) -> Result<u32, Fault> {
        let cursor = self.at(column, row)?;
        Ok(cursor.values.place(row - cursor.rows.start))
    }

    /// A row's number in a column without dictionary, or [`NOT_KNOWN`](crate::milliseconds::NOT_KNOWN).
    ///
    /// # Errors
    ///
    /// What is wrong with the page.
    #[inline]
    pub(super) fn number(&mut self, column: Column, row: u32) -> Result<i64, Fault> {
        let cursor = self.at(column, row)?;
        Ok(cursor.values.number(row - cursor.rows.start))
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
        let Tools { cursors, decoder } = self.tools;
        let cursor = &mut cursors[column as usize];
        // In case it fails: nothing is here.
        cursor.rows = 0..0;
        let most = bounds::in_file(bounds::data(rows.len()));
        read(self.source, place.offset, place.length, most, decoder)?;
        guarded(|| decoder.page(column, rows.len(), &mut cursor.values))?;
        cursor.rows = rows;
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
                // Several large ones at a time would be a multiple of what one may take. The
                // small ones of every segment do not wait.
                let is_large = length as usize > bounds::LARGE;
                let mut _alone = is_large.then(|| ONE_AT_A_TIME.lock());
                let decoder = &mut self.tools.decoder;
                let most = bounds::in_file(bounds::DICTIONARY);
                read(self.source, offset, length, most, decoder)?;
                if !is_large && decoder.is_large() {
                    _alone = Some(ONE_AT_A_TIME.lock());
                }
                let values = guarded(|| decoder.dictionary(column));
                decoder.shrink();
                values?
            }
        };
        Ok(chunk.distinct.get_or_init(|| Arc::new(values)))
    }
}

/// Held while a large dictionary is read.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Reads a page as it is in the file, of at most so many bytes.
fn read(
    source: &Source,
    offset: u64,
    length: u32,
    most: usize,
    decoder: &mut Decoder,
) -> Result<(), Fault> {
    let length = length as usize;
    if length > most {
        let found = format!("a page has {length} bytes in the file, expected {most} at most");
        return Err(Fault::Damage(found));
    }
    Ok(source.read(offset, length, &mut decoder.bytes)?)
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
