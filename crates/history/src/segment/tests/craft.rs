//! Files that natconnd never writes, with checksums that are right all the same: whoever
//! makes a file to do harm computes them, too.

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue, OffsetIndexBuilder};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;

use super::super::column::{Column, schema};
use super::super::hybrid::push_varint;
use super::super::page::{Coding, PageWriter};
use super::super::seal::{INDEX_CHECKSUM, index_from, set_checksum, unknown};
use super::meta;

/// Generation whose file it says to be.
pub(super) const GENERATION: u64 = 9_000_001;

/// A page before it is compressed.
#[derive(Clone)]
pub(super) struct Page {
    pub(super) values: u32,
    pub(super) coding: Coding,
    pub(super) body: Vec<u8>,
}

/// One column of one group.
#[derive(Clone)]
pub(super) struct Chunk {
    pub(super) dictionary: Option<Page>,
    pub(super) data: Page,
}

/// What a column of as many rows, all of them the same, is made of.
pub(super) fn usual(column: Column, rows: u32) -> Chunk {
    let mut run = Vec::new();
    push_varint(&mut run, u64::from(rows) << 1);
    if column.is_optional() {
        // Levels: as many as there are rows have no value.
        run.push(0);
        let mut body = (run.len() as u32).to_le_bytes().to_vec();
        body.extend(run);
        let coding = match column.is_delta() {
            true => Coding::Delta,
            false => Coding::Plain,
        };
        return Chunk {
            dictionary: None,
            data: Page {
                values: rows,
                coding,
                body,
            },
        };
    }
    if column.is_delta() {
        return Chunk {
            dictionary: None,
            data: same_number(443, rows),
        };
    }
    let word = match column {
        Column::Kind => "source",
        Column::Protocol => "tcp",
        Column::ZoneScope => "both",
        Column::InternalAddress => "192.168.1.2",
        Column::NatAddress => "203.0.113.7",
        Column::Gateway => "gw1",
        _ => return of_dictionary(1, 0_u32.to_le_bytes().to_vec(), rows),
    };
    of_dictionary(1, text(word), rows)
}

/// A column whose rows all have the first value of a dictionary.
pub(super) fn of_dictionary(values: u32, body: Vec<u8>, rows: u32) -> Chunk {
    let mut run = vec![0];
    push_varint(&mut run, u64::from(rows) << 1);
    Chunk {
        dictionary: Some(Page {
            values,
            coding: Coding::Plain,
            body,
        }),
        data: Page {
            values: rows,
            coding: Coding::Dictionary,
            body: run,
        },
    }
}

/// One number as often as there are rows, in differences of no bits.
pub(super) fn same_number(number: u64, rows: u32) -> Page {
    const BLOCK: u32 = 1 << 20;
    let mut body = Vec::new();
    for header in [u64::from(BLOCK), 1, u64::from(rows), number << 1] {
        push_varint(&mut body, header);
    }
    for _ in 0..rows.saturating_sub(1).div_ceil(BLOCK) {
        body.extend([0, 0]);
    }
    Page {
        values: rows,
        coding: Coding::Delta,
        body,
    }
}

/// A text in Parquet's encoding PLAIN.
pub(super) fn text(text: &str) -> Vec<u8> {
    let mut plain = (text.len() as u32).to_le_bytes().to_vec();
    plain.extend_from_slice(text.as_bytes());
    plain
}

/// A file of one group, said to have `rows` rows.
pub(super) fn file(rows: u64, chunk: impl Fn(Column) -> Chunk) -> Vec<u8> {
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder().build();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema().unwrap(), properties.into()).unwrap();
    let descriptions = writer.schema_descr().columns().to_vec();
    let mut pages = PageWriter::new().unwrap();
    let mut group = writer.next_row_group().unwrap();
    for (column, description) in Column::ALL.into_iter().zip(descriptions) {
        let Chunk { dictionary, data } = chunk(column);
        let mut body = Vec::new();
        if let Some(page) = &dictionary {
            let Page {
                values,
                coding,
                body: plain,
            } = page;
            pages
                .write(true, *values, *coding, plain, &mut body)
                .unwrap();
        }
        let data_offset = body.len();
        pages
            .write(false, data.values, data.coding, &data.body, &mut body)
            .unwrap();
        let mut offsets = OffsetIndexBuilder::new();
        offsets.append_row_count(rows as i64);
        offsets.append_offset_and_size(data_offset as i64, (body.len() - data_offset) as i32);
        let metadata = ColumnChunkMetaData::builder(description)
            .set_encodings(vec![Encoding::RLE])
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_num_values(rows as i64)
            .set_total_compressed_size(body.len() as i64)
            .set_total_uncompressed_size(body.len() as i64)
            .set_data_page_offset(data_offset as i64)
            .set_dictionary_page_offset(dictionary.is_some().then_some(0))
            .build()
            .unwrap();
        let result = ColumnCloseResult {
            bytes_written: body.len() as u64,
            rows_written: rows,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: Some(offsets.build()),
        };
        group
            .append_column(&bytes::Bytes::from(body), result)
            .unwrap();
    }
    group.close().unwrap();
    writer.flush().unwrap();
    let from = writer.bytes_written() as u64;
    let mut meta = meta();
    meta.first_generation = GENERATION;
    meta.last_generation = GENERATION;
    for (key, value) in meta.key_values() {
        writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
    }
    let checksum = KeyValue::new(INDEX_CHECKSUM.to_owned(), unknown(from));
    writer.append_key_value_metadata(checksum);
    writer.finish().unwrap();
    drop(writer);
    sealed(bytes)
}

/// A file that is nothing but a footer, made by hand: the fields of `FileMetaData` before the
/// keys.
pub(super) fn footer_alone(fields: &[u8], last_field: u8) -> Vec<u8> {
    let mut bytes = b"PAR1".to_vec();
    let from = bytes.len() as u64;
    bytes.extend_from_slice(fields);
    let mut meta = meta();
    meta.last_generation = GENERATION;
    let mut keys: Vec<(&str, String)> = meta.key_values();
    keys.push((INDEX_CHECKSUM, unknown(from)));
    // Field 5, a list of structures.
    bytes.push((5 - last_field) << 4 | 9);
    bytes.push((keys.len() as u8) << 4 | 12);
    for (key, value) in &keys {
        for text in [*key, value] {
            bytes.push(0x18);
            push_varint(&mut bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.push(0);
    }
    bytes.push(0);
    let length = bytes.len() as u32 - from as u32;
    bytes.extend(length.to_le_bytes());
    bytes.extend(b"PAR1");
    sealed(bytes)
}

/// The same with the checksum of its index.
pub(super) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let from = index_from(&bytes).unwrap() as usize;
    let index = &mut bytes[from..];
    // Where one stands already, it counts as zeros.
    let key = [INDEX_CHECKSUM.as_bytes(), &[0x18, unknown(0).len() as u8]].concat();
    let at = index
        .windows(key.len())
        .rposition(|found| found == key)
        .unwrap();
    index[at + key.len()..][..8].fill(b'0');
    set_checksum(index);
    bytes
}
