//! The three sockets on a real NAT gateway, against what `conntrack` says.
//!
//! Traffic of many kinds (`traffic`) goes through a gateway of each test's own.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod dump;
mod dying;
mod events;
mod get;
mod privilege;
mod program;
mod settings;
mod statistics;
mod traffic;
