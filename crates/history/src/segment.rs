//! Sealed segments: Parquet files of ended translations. FORMAT.md says what is in
//! them, for programs that read them without natconnd.
//!
//! [`write`] makes one, [`Segment`] answers questions from one. Which segments there
//! are, and what a question means for several of them, is not known here.

mod bounds;
mod cells;
mod chunk;
mod column;
mod cursor;
mod decode;
mod delta;
mod dictionary;
mod entry;
mod error;
mod file;
mod find;
mod footer;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod hybrid;
mod index;
mod layout;
mod meta;
mod page;
mod prune;
mod read;
mod record;
mod seal;
mod source;
mod test;
mod values;
mod wanted;
mod words;
mod write;

pub(crate) use error::SegmentError;
pub(crate) use file::{Checksum, checksum};
#[cfg(any(test, fuzzing))]
pub use fuzzing::columns as fuzz_columns;
pub(crate) use meta::{Group, Meta};
pub(crate) use read::Segment;
pub(crate) use write::{SegmentWriter, Written, write};
#[cfg(test)]
mod tests;
