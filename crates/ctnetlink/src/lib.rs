//! Linux connection tracking over netlink: events, dumps and single gets.
//!
//! Three sockets for three jobs, because one must never wait for another:
//! [`EventSocket`] reads batches of NEW and DESTROY events, [`Dump`] reads the
//! kernel's whole table, [`GetSocket`] asks for one connection by a tuple.
//! [`Dying`] counts those whose end the kernel could not tell, [`Statistics`] is what
//! the kernel counts itself.
//!
//! Messages are decoded in place into [`model::Connection`] without allocation.
//! An attribute that this crate does not know is skipped and counted, and a
//! message that cannot be decoded is an error of that message only.
//! [`program_for`] compiles a [`model::Filter`] to a classic BPF program which
//! the kernel runs before it queues an event.
//!
//! Reading order: `uapi` (the kernel's numbers), `attribute`, `decode`,
//! then the three sockets. `settings`, `drops`, `offload` and `clock` read what the
//! kernel says elsewhere. `sys` is the only file with `unsafe`.

mod attribute;
mod bpf;
mod clock;
mod decode;
mod drops;
mod dump;
mod dying;
mod error;
mod events;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod get;
mod message;
mod offload;
#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;
mod request;
mod settings;
mod statistics;
mod sys;
mod uapi;

pub use bpf::{Instruction, Program, program_for};
pub use clock::ClockDiscipline;
pub use decode::{DecodeCounters, decode_connection, decode_event};
pub use drops::Drops;
pub use dump::{Dump, DumpChunk};
pub use dying::Dying;
pub use error::{DecodeError, Error};
pub use events::{EventBatch, EventOptions, EventQueue, EventSocket, Filling, Groups, Read};
pub use get::GetSocket;
pub use message::{Message, Messages};
pub use offload::offloading_modules;
pub use settings::{Settings, connection_count, events_setting, receive_buffer_limit};
pub use statistics::{OfProcessor, Statistic, Statistics};
