//! One column of one group of records: its pages, and what is said about them.

use std::io;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder};
use parquet::schema::types::ColumnDescPtr;

use super::column::Column;
use super::delta;
use super::dictionary::Dictionary;
use super::entry::{Entry, Texts, statistics};
use super::hybrid;
use super::page::{Coding, PageWriter};

/// Makes the pages of one column.
pub(super) struct ChunkWriter {
    column: Column,
    dictionary: Dictionary,
    /// The dictionary's values, in the order of their places.
    entries: Vec<Entry>,
    /// Of all records.
    least_and_greatest: Option<(Entry, Entry)>,
    counted: u64,
    nulls: u64,
    written: u64,
    bytes: Vec<u8>,
    uncompressed: usize,
    data_offset: i64,
    offsets: OffsetIndexBuilder,
    index: Option<ColumnIndexBuilder>,
}

/// Reused by all pages.
#[derive(Default)]
pub(super) struct Scratch {
    levels: Vec<u32>,
    places: Vec<u32>,
    numbers: Vec<i64>,
    body: Vec<u8>,
}

impl ChunkWriter {
    /// Without any record.
    pub(super) fn new(column: Column) -> Self {
        let index = column.is_indexed().then(|| {
            let mut index = ColumnIndexBuilder::new(column.physical());
            index.set_boundary_order(parquet::basic::BoundaryOrder::UNORDERED);
            index
        });
        Self {
            column,
            dictionary: Dictionary::default(),
            entries: Vec::new(),
            least_and_greatest: None,
            counted: 0,
            nulls: 0,
            written: 0,
            bytes: Vec::new(),
            uncompressed: 0,
            data_offset: 0,
            offsets: OffsetIndexBuilder::new(),
            index,
        }
    }

    /// Takes notice of a record's value. All records must be counted before pages are
    /// written.
    pub(super) fn count(&mut self, value: Option<u64>) {
        self.counted += 1;
        match value {
            None => self.nulls += 1,
            Some(value) if !self.column.is_delta() => self.dictionary.count(value),
            Some(_) => {}
        }
    }

    /// Writes the dictionary, if there is one.
    pub(super) fn begin(&mut self, texts: Texts<'_>, pages: &mut PageWriter) -> io::Result<()> {
        let column = self.column;
        self.entries = self.dictionary.arrange(|value| texts.entry(column, value));
        let least = self.entries.iter().min().cloned();
        self.least_and_greatest = least.zip(self.entries.iter().max().cloned());
        if !self.entries.is_empty() {
            let mut body = Vec::new();
            self.entries
                .iter()
                .for_each(|entry| entry.plain(column, &mut body));
            let many = self.entries.len() as u32;
            self.uncompressed += pages.write(true, many, Coding::Plain, &body, &mut self.bytes)?;
        }
        self.data_offset = self.bytes.len() as i64;
        Ok(())
    }

    /// Whether all records have the same, so that one page serves all.
    fn is_constant(&self) -> bool {
        let is_one_value = self.dictionary.len() == 1 && self.nulls == 0;
        is_one_value || self.nulls == self.counted
    }

    /// Writes a page of values.
    pub(super) fn page(
        &mut self,
        values: impl ExactSizeIterator<Item = Option<u64>> + Clone,
        scratch: &mut Scratch,
        pages: &mut PageWriter,
    ) -> io::Result<()> {
        let (records, is_constant) = (values.len(), self.is_constant());
        if is_constant && self.written > 0 {
            return Ok(());
        }
        let Scratch {
            levels,
            places,
            numbers,
            body,
        } = scratch;
        body.clear();
        places.clear();
        numbers.clear();
        let records = if is_constant {
            self.counted as usize
        } else {
            records
        };
        let mut nulls = 0;
        if self.column.is_optional() {
            levels.clear();
            if is_constant {
                levels.resize(records, u32::from(self.nulls == 0));
            } else {
                levels.extend(values.clone().map(|value| u32::from(value.is_some())));
            }
            nulls = levels.iter().filter(|level| **level == 0).count();
            body.extend([0; 4]);
            hybrid::encode(levels, 1, body);
            let length = body.len() as u32 - 4;
            body[..4].copy_from_slice(&length.to_le_bytes());
        }
        let coding = if self.column.is_delta() {
            numbers.extend(values.flatten().map(|value| value as i64));
            delta::encode(numbers, self.column.bits(), body);
            Coding::Delta
        } else if self.entries.is_empty() {
            Coding::Plain
        } else {
            if is_constant {
                places.resize(records, 0);
            } else {
                places.extend(values.flatten().map(|value| self.dictionary.place(value)));
            }
            let width = self.dictionary.width();
            body.push(width);
            hybrid::encode(places, width, body);
            Coding::Dictionary
        };
        let offset = self.bytes.len();
        self.uncompressed += pages.write(false, records as u32, coding, body, &mut self.bytes)?;
        self.written += records as u64;
        self.offsets.append_row_count(records as i64);
        let length = self.bytes.len() - offset;
        self.offsets
            .append_offset_and_size(offset as i64, length as i32);
        self.note_range(numbers, places, nulls);
        Ok(())
    }

    /// Keeps what is least and greatest in a page.
    fn note_range(&mut self, numbers: &[i64], places: &[u32], nulls: usize) {
        if !self.column.is_delta() && self.index.is_none() {
            return;
        }
        let range = if self.column.is_delta() {
            let entry = |number: &i64| Entry::Number(i128::from(*number));
            let least = numbers.iter().min().map(entry);
            least.zip(numbers.iter().max().map(entry))
        } else {
            let runs = places.chunk_by(PartialEq::eq).map(|run| run[0]);
            let entries = runs.map(|place| &self.entries[place as usize]);
            let least = entries.clone().min().cloned();
            least.zip(entries.max().cloned())
        };
        let bytes = |entry: &Entry| entry.bytes(self.column);
        if let Some(index) = &mut self.index {
            let (least, greatest) = match &range {
                Some((least, greatest)) => (bytes(least), bytes(greatest)),
                None => Default::default(),
            };
            index.append(range.is_none(), least, greatest, nulls as i64, None);
        }
        if self.column.is_delta() {
            self.least_and_greatest = match (self.least_and_greatest.take(), range) {
                (None, range) => range,
                (all, None) => all,
                (Some(all), Some(page)) => Some((all.0.min(page.0), all.1.max(page.1))),
            };
        }
    }

    /// The bytes of the chunk, and what the file says about it.
    pub(super) fn finish(
        self,
        description: ColumnDescPtr,
    ) -> Result<(Vec<u8>, ColumnCloseResult), ParquetError> {
        let column = self.column;
        let has_dictionary = !self.entries.is_empty();
        let mut encodings = vec![Encoding::RLE, Encoding::PLAIN];
        if has_dictionary {
            encodings.push(Encoding::RLE_DICTIONARY);
        }
        if column.is_delta() {
            encodings = vec![Encoding::RLE, Encoding::DELTA_BINARY_PACKED];
        }
        let metadata = ColumnChunkMetaData::builder(description)
            .set_encodings(encodings)
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_num_values(self.counted as i64)
            .set_total_compressed_size(self.bytes.len() as i64)
            .set_total_uncompressed_size(self.uncompressed as i64)
            .set_data_page_offset(self.data_offset)
            .set_dictionary_page_offset(has_dictionary.then_some(0))
            .set_statistics(statistics(column, self.least_and_greatest, self.nulls))
            .build()?;
        let result = ColumnCloseResult {
            bytes_written: self.bytes.len() as u64,
            rows_written: self.counted,
            metadata,
            bloom_filter: None,
            column_index: self.index.map(ColumnIndexBuilder::build).transpose()?,
            offset_index: Some(self.offsets.build()),
        };
        Ok((self.bytes, result))
    }
}
