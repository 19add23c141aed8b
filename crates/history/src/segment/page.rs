//! Pages: the header in Thrift's compact protocol, the checksum, zstd.
//!
//! The `parquet` crate writes neither checksums of pages nor pages of one's own
//! encoding, so this is ours; file, footer and page index are the crate's.

use zstd::zstd_safe::CParameter;

use super::hybrid::{push_varint, take_varint};

/// `PageType` of parquet.thrift.
const DATA_PAGE: i64 = 0;
const DICTIONARY_PAGE: i64 = 2;

/// `Encoding` of parquet.thrift.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Coding {
    Plain = 0,
    Rle = 3,
    Delta = 5,
    Dictionary = 8,
}

/// What a page holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    pub(super) is_dictionary: bool,
    /// Values, those that are null included.
    pub(super) values: u32,
    pub(super) coding: i64,
    uncompressed: usize,
    compressed: usize,
    crc32: u32,
}

/// Compresses pages, one after the other.
pub(super) struct PageWriter {
    data: zstd::bulk::Compressor<'static>,
    dictionary: zstd::bulk::Compressor<'static>,
    compressed: Vec<u8>,
}

/// zstd's levels. In pages of data hardly anything is there twice: what shortens them
/// is that some bytes are more frequent, and repetitions that zstd believes to see cost
/// more than they save, so it shall take the long ones only (FORMAT.md).
const DATA_LEVEL: i32 = 1;
const DATA_LEAST_MATCH: u32 = 7;
const DATA_HASH: u32 = 6;
const DICTIONARY_LEVEL: i32 = 9;

impl PageWriter {
    /// Without any page yet.
    ///
    /// # Errors
    ///
    /// Where zstd has no memory.
    pub(super) fn new() -> std::io::Result<Self> {
        let mut data = zstd::bulk::Compressor::new(DATA_LEVEL)?;
        data.set_parameter(CParameter::MinMatch(DATA_LEAST_MATCH))?;
        data.set_parameter(CParameter::HashLog(DATA_HASH))?;
        Ok(Self {
            data,
            dictionary: zstd::bulk::Compressor::new(DICTIONARY_LEVEL)?,
            compressed: Vec::new(),
        })
    }

    /// Appends a page of `body` to `to`; gives its length without compression.
    pub(super) fn write(
        &mut self,
        is_dictionary: bool,
        values: u32,
        coding: Coding,
        body: &[u8],
        to: &mut Vec<u8>,
    ) -> std::io::Result<usize> {
        let Self {
            data,
            dictionary,
            compressed,
        } = self;
        let compressor = if is_dictionary { dictionary } else { data };
        compressed.clear();
        compressed.reserve(zstd::zstd_safe::compress_bound(body.len()));
        compressor.compress_to_buffer(body, compressed)?;
        let before = to.len();
        let kind = if is_dictionary {
            DICTIONARY_PAGE
        } else {
            DATA_PAGE
        };
        let mut fields = Fields::new(to);
        fields.number(1, kind);
        fields.number(2, body.len() as i64);
        fields.number(3, compressed.len() as i64);
        // The field is signed, the checksum is not.
        fields.number(4, i64::from(crc32fast::hash(compressed) as i32));
        let mut inner = fields.structure(if is_dictionary { 7 } else { 5 });
        inner.number(1, i64::from(values));
        inner.number(2, coding as i64);
        if !is_dictionary {
            inner.number(3, Coding::Rle as i64);
            inner.number(4, Coding::Rle as i64);
        }
        inner.end();
        fields.end();
        let header = to.len() - before;
        to.extend_from_slice(compressed);
        Ok(header + body.len())
    }
}

/// Reads pages, one after the other.
#[derive(Default)]
pub(super) struct PageReader {
    decompressor: zstd::bulk::Decompressor<'static>,
}

impl PageReader {
    /// Reads the page that `bytes` are into `body`; it has at most so many bytes.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn read(
        &mut self,
        mut bytes: &[u8],
        most: usize,
        body: &mut Vec<u8>,
    ) -> Result<Header, String> {
        let header = header(&mut bytes).ok_or("a page has no header")?;
        if header.uncompressed > most {
            return Err(format!(
                "a page has {} bytes, expected {most} at most",
                header.uncompressed
            ));
        }
        let compressed = bytes
            .get(..header.compressed)
            .ok_or("a page is longer than its place")?;
        let found = crc32fast::hash(compressed);
        if found != header.crc32 {
            return Err(format!(
                "a page has the checksum {found:08x}, expected {:08x}",
                header.crc32
            ));
        }
        body.clear();
        body.reserve(header.uncompressed);
        let read = self
            .decompressor
            .decompress_to_buffer(compressed, body)
            .map_err(|error| format!("a page cannot be decompressed: {error}"))?;
        if read != header.uncompressed {
            return Err(format!(
                "a page has {read} bytes, expected {}",
                header.uncompressed
            ));
        }
        Ok(header)
    }
}

/// Bytes that a page has without compression, as it says.
pub(super) fn uncompressed(mut bytes: &[u8]) -> Option<usize> {
    header(&mut bytes).map(|header| header.uncompressed)
}

fn header(bytes: &mut &[u8]) -> Option<Header> {
    let mut numbers = [None; 5];
    let mut inner = None;
    let mut last = 0;
    while let Some((id, kind)) = take_field(bytes, last)? {
        last = id;
        match (id, kind) {
            (1..=4, NUMBER) => numbers[id as usize] = Some(take_number(bytes)?),
            (5 | 7, STRUCTURE) => inner = Some((id, take_inner(bytes)?)),
            _ => return None,
        }
    }
    let (id, (values, coding)) = inner?;
    let is_dictionary = id == 7;
    let kind = if is_dictionary {
        DICTIONARY_PAGE
    } else {
        DATA_PAGE
    };
    let uncompressed = usize::try_from(numbers[2]?).ok()?;
    (numbers[1]? == kind).then_some(Header {
        is_dictionary,
        values: u32::try_from(values).ok()?,
        coding,
        uncompressed,
        compressed: usize::try_from(numbers[3]?).ok()?,
        crc32: numbers[4]? as i32 as u32,
    })
}

/// The first two numbers of a structure of numbers: values and encoding.
fn take_inner(bytes: &mut &[u8]) -> Option<(i64, i64)> {
    let mut numbers = [None; 5];
    let mut last = 0;
    while let Some((id, kind)) = take_field(bytes, last)? {
        last = id;
        match (id, kind) {
            (1..=4, NUMBER) => numbers[id as usize] = Some(take_number(bytes)?),
            (3, TRUE | FALSE) => {}
            _ => return None,
        }
    }
    Some((numbers[1]?, numbers[2]?))
}

/// Types of Thrift's compact protocol.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const NUMBER: u8 = 5;
const STRUCTURE: u8 = 12;

/// The next field's number and type; `Some(None)` at the end of a structure.
fn take_field(bytes: &mut &[u8], last: u8) -> Option<Option<(u8, u8)>> {
    match *bytes.split_off_first()? {
        0 => Some(None),
        byte if byte >> 4 == 0 => None,
        byte => Some(Some((last.checked_add(byte >> 4)?, byte & 15))),
    }
}

fn take_number(bytes: &mut &[u8]) -> Option<i64> {
    let number = take_varint(bytes)?;
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}

/// Writes the fields of a structure, in ascending order.
struct Fields<'a> {
    to: &'a mut Vec<u8>,
    last: u8,
}

impl<'a> Fields<'a> {
    fn new(to: &'a mut Vec<u8>) -> Self {
        Self { to, last: 0 }
    }

    fn field(&mut self, id: u8, kind: u8) {
        self.to.push((id - self.last) << 4 | kind);
        self.last = id;
    }

    fn number(&mut self, id: u8, number: i64) {
        self.field(id, NUMBER);
        push_varint(self.to, (number << 1 ^ number >> 63) as u64);
    }

    fn structure(&mut self, id: u8) -> Fields<'_> {
        self.field(id, STRUCTURE);
        Fields::new(self.to)
    }

    fn end(self) {
        self.to.push(0);
    }
}
