//! The journal: what was recorded since the last segment was sealed, safe from a crash.
//!
//! Each generation has a file `journal/N.journal`, which grows block by block, and may
//! have a file `journal/N.open`, which says which translations were open when it began
//! and is written at once while the generation before is sealed. Both are made of
//! checked blocks (`block.rs`) of entries (`entry.rs`). Whoever replays a generation
//! takes `N.open` first, so it does not matter when it was written. Damage costs the
//! blocks that are damaged: the next whole one is found (`scan.rs`).
//!
//! A journal is of no use to anybody but natconnd, which removes it as soon as its
//! records are in a segment. Its format may change with any version.

mod block;
mod bytes;
mod entry;
mod identity;
mod open_file;
mod open_set;
mod replay;
mod scan;
mod writer;

pub(crate) use entry::{Begun, Entry, timed};
pub(crate) use identity::encode as identity;
pub(crate) use open_file::write_open;
pub(crate) use open_set::OpenSet;
pub(crate) use replay::{Replayed, replay};
pub(crate) use writer::Writer;
