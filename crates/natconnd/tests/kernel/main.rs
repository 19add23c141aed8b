//! The whole daemon on a real NAT gateway.
//!
//! Each test has a gateway of its own, makes traffic through it, and asks
//! `natconnd` about it as everybody else does: over HTTP or with `natconn`.
//! What `conntrack` prints is the truth that the answers are held against
//! (`truth`, `agreement`); `process`, `daemon` and `client` start the programs
//! and ask them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod agreement;
mod client;
mod clock;
mod confined;
mod daemon;
mod process;
mod terminal;
mod truth;

mod abuse;
mod burden;
mod confinement;
mod destination;
mod doctor;
mod doctor_alone;
mod ends;
mod filters;
mod follow;
mod handover;
mod ident;
mod natconn;
mod overrun;
mod past;
mod protocols;
mod pynatconnd;
mod refusals;
mod restart;
mod schema;
mod shipped;
mod signals;
mod silence;
mod source;
mod start;
mod stuck;
mod supervisor;
mod tokens;
mod top;
mod turns;
mod tutorial;
mod usage;
mod zones;
