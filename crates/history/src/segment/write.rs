//! Making a segment of rows.

use std::io::{self, Write};
use std::sync::Arc;

use model::{Endpoint, Gap};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;

use super::cells::Record;
use super::chunk::{ChunkWriter, Scratch};
use super::column::{Column, schema};
use super::entry::Texts;
use super::file::HashingWriter;
use super::layout::{self, Layout, Place};
use super::page::PageWriter;
use super::seal::{INDEX_CHECKSUM, set_checksum, unknown};
use super::{Checksum, Group, Meta, SegmentError};
use crate::addresses::Addresses;
use crate::rows::Rows;

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Written {
    /// What the catalogue needs to know of each group of records.
    pub(crate) groups: Vec<Group>,
    /// Of the whole file.
    pub(crate) checksum: Checksum,
}

/// Writes rows, oldest first, as one segment; all their addresses are numbered by
/// `addresses`. Flushes, but does not sync.
///
/// # Errors
///
/// Where `file` could not be written.
pub(crate) fn write(
    rows: &[&Rows],
    addresses: &Addresses,
    meta: &Meta,
    file: impl Write + Send,
) -> Result<Written, SegmentError> {
    write_as(Layout::default(), rows, addresses, meta, file)
}

/// As [`write`], laid out in another way.
///
/// # Errors
///
/// As [`write`].
pub(super) fn write_as(
    layout: Layout,
    rows: &[&Rows],
    addresses: &Addresses,
    meta: &Meta,
    file: impl Write + Send,
) -> Result<Written, SegmentError> {
    let mut writer = SegmentWriter::laid_out(layout, meta.clone(), file)?;
    writer.add(rows, addresses)?;
    writer.finish()
}

/// Makes a segment part by part; each part has groups of its own.
pub(crate) struct SegmentWriter<W: Write + Send> {
    layout: Layout,
    meta: Meta,
    writer: SerializedFileWriter<HashingWriter<W>>,
    pages: PageWriter,
    groups: Vec<Group>,
}

impl<W: Write + Send> SegmentWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// Where `file` could not be written.
    pub(crate) fn new(meta: Meta, file: W) -> Result<Self, SegmentError> {
        Self::laid_out(Layout::default(), meta, file)
    }

    fn laid_out(layout: Layout, meta: Meta, file: W) -> Result<Self, SegmentError> {
        let properties = WriterProperties::builder()
            .set_created_by(concat!("natconnd ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let begin = || -> Result<_, ParquetError> {
            let file = HashingWriter::new(file);
            let writer = SerializedFileWriter::new(file, schema()?, Arc::new(properties))?;
            Ok((writer, PageWriter::new()?))
        };
        let (writer, pages) = begin().map_err(failed)?;
        Ok(Self {
            layout,
            meta,
            writer,
            pages,
            groups: Vec::new(),
        })
    }

    /// Adds rows, oldest first; all their addresses are numbered by `addresses`.
    ///
    /// # Errors
    ///
    /// Where the file could not be written.
    pub(crate) fn add(
        &mut self,
        rows: &[&Rows],
        addresses: &Addresses,
    ) -> Result<(), SegmentError> {
        for places in layout::order(rows, addresses, self.layout) {
            self.add_group(rows, addresses, &places).map_err(failed)?;
            let rows = places
                .iter()
                .map(|place| &rows[place.rows as usize].rows()[place.index as usize]);
            self.groups.push(Group::of(rows));
        }
        Ok(())
    }

    fn add_group(
        &mut self,
        rows: &[&Rows],
        addresses: &Addresses,
        places: &[Place],
    ) -> Result<(), ParquetError> {
        let texts = Texts {
            addresses,
            gateway: &self.meta.gateway,
        };
        let chunks = chunks(self.layout, rows, texts, places, &mut self.pages)?;
        let descriptions = self.writer.schema_descr().columns().to_vec();
        let mut group = self.writer.next_row_group()?;
        for (chunk, description) in chunks.into_iter().zip(descriptions) {
            let (bytes, result) = chunk.finish(description)?;
            group.append_column(&bytes::Bytes::from(bytes), result)?;
        }
        group.close()?;
        Ok(())
    }

    /// Says what was not known of the time of its records.
    pub(crate) fn set_gaps(&mut self, gaps: &[Gap]) {
        self.meta.gaps = Some(gaps.to_vec());
    }

    /// Writes the index. Flushes, but does not sync.
    ///
    /// # Errors
    ///
    /// Where the file could not be written.
    pub(crate) fn finish(mut self) -> Result<Written, SegmentError> {
        self.write_index().map_err(failed)?;
        let file = self.writer.inner_mut();
        file.flush().map_err(SegmentError::Write)?;
        Ok(Written {
            checksum: file.checksum(),
            groups: self.groups,
        })
    }

    fn write_index(&mut self) -> Result<(), ParquetError> {
        let writer = &mut self.writer;
        writer.flush()?;
        let index_from = writer.inner().written();
        for (key, value) in self.meta.key_values() {
            writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
        }
        // The last, and it is looked for as the last: a gateway may have any name.
        let checksum = KeyValue::new(INDEX_CHECKSUM.to_owned(), unknown(index_from));
        writer.append_key_value_metadata(checksum);
        writer.inner_mut().hold();
        writer.finish()?;
        writer.inner_mut().release(set_checksum)?;
        Ok(())
    }
}

fn failed(error: ParquetError) -> SegmentError {
    SegmentError::Write(io_error(error))
}

/// The columns of one group, page by page, so that each page's rows are fetched from
/// memory once.
fn chunks(
    layout: Layout,
    rows: &[&Rows],
    texts: Texts<'_>,
    places: &[Place],
    pages: &mut PageWriter,
) -> io::Result<Vec<ChunkWriter>> {
    let omitted = texts.addresses.find(Endpoint::OMITTED.address);
    let record =
        |place: &Place| Record::of(rows[place.rows as usize], place.index as usize, omitted);
    let mut chunks: Vec<ChunkWriter> = Column::ALL.into_iter().map(ChunkWriter::new).collect();
    let mut records = Vec::with_capacity(layout.page);
    for places in places.chunks(layout.page) {
        records.clear();
        records.extend(places.iter().map(record));
        for (chunk, column) in chunks.iter_mut().zip(Column::ALL) {
            records
                .iter()
                .for_each(|record| chunk.count(record.value(column)));
        }
    }
    for chunk in &mut chunks {
        chunk.begin(texts, pages)?;
    }
    let mut scratch = Scratch::default();
    for places in places.chunks(layout.page) {
        records.clear();
        records.extend(places.iter().map(record));
        for (chunk, column) in chunks.iter_mut().zip(Column::ALL) {
            let values = records.iter().map(|record| record.value(column));
            chunk.page(values, &mut scratch, pages)?;
        }
    }
    Ok(chunks)
}

fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
