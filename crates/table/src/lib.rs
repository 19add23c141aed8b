//! The live table: translations that the kernel has, and for a while those
//! that it had.
//!
//! Pure: no clock, no socket, no thread. Time comes in as an argument, events
//! and dumps come in as values, and what follows from them goes out through a
//! callback. One writer owns the table; how readers share it is the caller's
//! affair.
//!
//! Reading order: `entry` is what is kept of a translation, in one cache line
//! for IPv4; `slab` holds entries; `index` and `chain` find them; `family`
//! inserts, ends and removes; `plan` reads ahead for a batch; [`Table`] applies
//! events to the two families;
//! `resync` merges dumps; `find` answers lookups, `scan` looks at everything; `save` hands the table on.

mod address;
mod chain;
mod compact_time;
mod entry;
mod family;
mod find;
mod from_before;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod index;
mod plan;

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;
mod resync;
mod save;
mod scan;
mod slab;
mod table;
mod told_before;

pub use find::Found;
pub use resync::Unseen;
pub use save::Damaged;
pub use table::{Change, Position, Table};
