//! A value as it stands in the file: a text or a number.

use model::{EndEvidence, Protocol, TimeSource, TranslationKind, ZoneScope};
use parquet::data_type::ByteArray;
use parquet::file::statistics::Statistics;

use super::column::{Column, Values};
use super::words::Word;
use crate::addresses::Addresses;

/// A value as it stands in the file. Sorts as the column does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Entry {
    /// Of a column of texts.
    Text(String),
    /// Of a column of numbers.
    Number(i128),
}

impl Entry {
    /// Appends it in Parquet's encoding PLAIN.
    pub(super) fn plain(&self, column: Column, to: &mut Vec<u8>) {
        if let Self::Text(text) = self {
            to.extend_from_slice(&(text.len() as u32).to_le_bytes());
        }
        to.extend_from_slice(&self.bytes(column));
    }

    /// Its bytes as the page index has them.
    pub(super) fn bytes(&self, column: Column) -> Vec<u8> {
        match (self, column.values()) {
            (Self::Text(text), _) => text.clone().into_bytes(),
            (Self::Number(number), Values::Large | Values::Time) => {
                (*number as i64).to_le_bytes().to_vec()
            }
            (Self::Number(number), _) => (*number as i32).to_le_bytes().to_vec(),
        }
    }

    fn number(&self) -> i128 {
        match self {
            Self::Text(_) => 0,
            Self::Number(number) => *number,
        }
    }
}

/// What numbers in columns of texts stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Texts<'a> {
    pub(super) addresses: &'a Addresses,
    pub(super) gateway: &'a str,
}

impl Texts<'_> {
    /// What stands in the file for a value of a column.
    pub(super) fn entry(self, column: Column, value: u64) -> Entry {
        Entry::Text(match column {
            Column::Kind => TranslationKind::word_of(value).to_owned(),
            Column::Protocol => Protocol(value as u8).to_string(),
            Column::ZoneScope => ZoneScope::word_of(value).to_owned(),
            Column::StartedAtSource | Column::EndedAtSource => {
                TimeSource::word_of(value).to_owned()
            }
            Column::EndEvidence => EndEvidence::word_of(value).to_owned(),
            Column::Gateway => self.gateway.to_owned(),
            Column::InternalAddress
            | Column::NatAddress
            | Column::RemoteAddress
            | Column::OriginalDestinationAddress => self.addresses.get(value as u32).to_string(),
            _ => return Entry::Number(i128::from(value)),
        })
    }
}

/// What is least and greatest of a column, as the footer has it.
pub(super) fn statistics(column: Column, range: Option<(Entry, Entry)>, nulls: u64) -> Statistics {
    let (least, greatest) = range.unzip();
    let nulls = Some(nulls);
    match column.values() {
        Values::Text => {
            let text =
                |entry: Option<Entry>| entry.map(|entry| ByteArray::from(entry.bytes(column)));
            Statistics::byte_array(text(least), text(greatest), None, nulls, false)
        }
        Values::Small | Values::Medium => {
            let number = |entry: Option<Entry>| entry.map(|entry| entry.number() as i32);
            Statistics::int32(number(least), number(greatest), None, nulls, false)
        }
        Values::Large | Values::Time => {
            let number = |entry: Option<Entry>| entry.map(|entry| entry.number() as i64);
            Statistics::int64(number(least), number(greatest), None, nulls, false)
        }
    }
}
