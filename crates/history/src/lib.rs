//! Translations of the past: durable records, and back.
//!
//! [`Recorder`] is the one writer: translations that begin and end go into a
//! journal, and from there into sealed segments, which are Parquet files that other
//! programs read without natconnd (FORMAT.md). [`History`] is what everybody else
//! has of it: finding, coverage, verifying, expiring. Time is an argument
//! everywhere; nothing here reads a clock, knows the kernel or HTTP.

mod addresses;
#[cfg(test)]
mod arbitrary;
mod archive;
mod background;
mod catalogue;
mod checked_lines;
mod deadline;
mod export;
#[cfg(test)]
mod failpoint;
mod find;
mod folder;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod gaps;
mod generation;
mod history;
mod holds;
mod journal;
mod milliseconds;
mod order;
mod page;
mod recorder;
#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;
mod retention;
mod rows;
mod seal;
mod sealed;
mod segment;
mod settings;
mod status;
mod still_open;
#[cfg(test)]
mod tests;
mod unsettled;
mod verify;

pub use export::Export;
pub use history::{Completeness, Effort, FindError, History, Question};
pub use recorder::{News, OpenError, Recorder, WriteError, open};
pub use settings::{RemotePolicy, Settings};
pub use status::{Hold, SealedSegment, Status, Verified};
