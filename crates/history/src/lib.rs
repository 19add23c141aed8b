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
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod history;
mod milliseconds;
mod recorder;
#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;
mod rows;
mod segment;
mod settings;
mod status;

pub use history::{Completeness, Effort, FindError, History, Question};
pub use recorder::{OpenError, Recorder, WriteError, open};
pub use settings::{RemotePolicy, Settings};
pub use status::{SegmentInfo, Status, Verified};
