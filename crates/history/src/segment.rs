//! Sealed segments: Parquet files of ended translations. FORMAT.md says what is in
//! them, for programs that read them without natconnd.
//!
//! [`write`] makes one, [`Segment`] answers questions from one. Which segments there
//! are, and what a question means for several of them, is not known here.

mod error;
mod file;
mod meta;
mod read;
mod write;

pub(crate) use error::SegmentError;
pub(crate) use file::{Checksum, checksum};
pub(crate) use meta::{Group, Meta};
pub(crate) use read::Segment;
pub(crate) use write::{Written, write};
