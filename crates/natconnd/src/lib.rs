//! The program: the daemon `natconnd` and the command `natconn`.
//!
//! Reading order, the way of the data: [`pipeline`] wires all parts and is
//! the only place that knows them all; [`mirror`] keeps the live table equal
//! to the kernel's; [`recorder`] writes what it learns to history; [`lookup`] turns questions into answers; [`api`] says what
//! they look like outside; [`http`], with the pages of [`web`], [`ident`] and [`cli`] are faces, which know neither
//! table nor kernel.

pub mod access;
pub mod amounts;
pub mod api;
pub mod bulk;
pub mod census;
pub mod cli;
pub mod config;
pub mod confine;
pub mod daemon_args;
pub mod descriptors;
pub mod doctor;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod handover;
pub mod hint;
pub mod host_hash;
pub mod http;
pub mod ident;
pub mod listen;
pub mod logging;
pub mod lookup;
pub mod metrics;
pub mod mirror;
pub mod panics;
pub mod pipeline;
pub mod recorder;
#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;
pub mod samples;
pub mod shown;
pub mod tls;
pub mod token;
pub mod trail;
pub mod web;
