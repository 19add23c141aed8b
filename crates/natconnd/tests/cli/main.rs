//! `natconn` as its users run it, against a server that answers recorded
//! bytes.
//!
//! Nothing here knows how natconnd makes its answers; what they look like is
//! written with the types of `natconnd::api`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod answers;
mod audit;
mod bulk;
mod command;
mod config;
mod doctor;
#[allow(dead_code, reason = "the tests of listeners need more of it")]
#[path = "../tls/folder.rs"]
mod folder;
mod list;
mod lookup;
mod past;
mod refused;
mod server;
mod status;
mod tls;
mod token;
mod top;
mod trouble;
mod usage;
mod watch;
