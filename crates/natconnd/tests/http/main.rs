//! The HTTP face as clients see it: a server on loopback, raw sockets.
//!
//! What stands behind it here are fixed answers, because the subject is HTTP;
//! the answers themselves are tested against the real kernel elsewhere.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on shall say where"
)]

mod client;
mod server;

mod access;
mod audit;
mod caller_limits;
mod callers;
mod connections;
mod docs;
mod errors;
mod events;
mod forward_auth;
mod forward_auth_access;
mod health;
mod limits;
mod lookup;
mod lookups;
mod matrix;
mod openapi;
mod other_sites;
mod pages;
mod pages_access;
mod pages_desk;
mod pages_health;
mod pages_live;
mod past;
mod pynatconnd;
mod pynatconnd_access;
mod reasons;
mod shutdown;
mod usage;
