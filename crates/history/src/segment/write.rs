//! Making a segment of rows.

use std::io::{self, Write};
use std::sync::Arc;

use model::Endpoint;
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
    let mut file = HashingWriter::new(file);
    let mut groups = Vec::new();
    let texts = Texts {
        addresses,
        gateway: &meta.gateway,
    };
    let order = layout::order(rows, addresses, layout);
    write_groups(layout, rows, texts, &order, meta, &mut file)
        .map_err(|error| SegmentError::Write(io_error(error)))?;
    for places in &order {
        let rows = places
            .iter()
            .map(|place| &rows[place.rows as usize].rows()[place.index as usize]);
        groups.push(Group::of(rows));
    }
    file.flush().map_err(SegmentError::Write)?;
    Ok(Written {
        groups,
        checksum: file.checksum(),
    })
}

fn write_groups(
    layout: Layout,
    rows: &[&Rows],
    texts: Texts<'_>,
    order: &[Vec<Place>],
    meta: &Meta,
    file: &mut HashingWriter<impl Write + Send>,
) -> Result<(), ParquetError> {
    let properties = WriterProperties::builder()
        .set_created_by(concat!("natconnd ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(key_values(meta)))
        .build();
    let mut writer = SerializedFileWriter::new(&mut *file, schema()?, Arc::new(properties))?;
    let mut pages = PageWriter::new()?;
    for places in order {
        let chunks = chunks(layout, rows, texts, places, &mut pages)?;
        let descriptions = writer.schema_descr().columns().to_vec();
        let mut group = writer.next_row_group()?;
        for (chunk, description) in chunks.into_iter().zip(descriptions) {
            let (bytes, result) = chunk.finish(description)?;
            group.append_column(&bytes::Bytes::from(bytes), result)?;
        }
        group.close()?;
    }
    writer.flush()?;
    let index_from = writer.inner().written();
    let checksum = KeyValue::new(INDEX_CHECKSUM.to_owned(), unknown(index_from));
    writer.append_key_value_metadata(checksum);
    writer.inner_mut().hold();
    writer.close()?;
    file.release(set_checksum)?;
    Ok(())
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

fn key_values(meta: &Meta) -> Vec<KeyValue> {
    meta.key_values()
        .into_iter()
        .map(|(key, value)| KeyValue::new(key.to_owned(), value))
        .collect()
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
