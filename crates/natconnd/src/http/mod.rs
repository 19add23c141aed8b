//! The HTTP face: answers over TCP and a unix socket.
//!
//! Knows [`crate::lookup`] for the answers and [`crate::api`] for their shape;
//! never the table, the mirror or the kernel. What else it needs ([`Limits`],
//! functions that render the metrics and examine the daemon) is given by
//! value.
//!
//! Reading order: `accept` takes connections in, `service` is one
//! connection's requests, `route` names the endpoints, then one file for each
//! endpoint. `json`, `csv` and `text` write straight into the body, byte for
//! byte what serde would write of the types in [`crate::api`]. `pynatconnd`
//! answers that program's URLs, `pages` the pages for people.

mod accept;
#[cfg(test)]
mod any_match;
mod audit;
mod body;
mod coding;
mod connections;
mod contain;
mod counters;
mod csv;
mod cursor;
mod deadline;
mod events;
mod export;
mod filter;
mod format;
mod forward_auth;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod health;
mod histogram;
mod history;
mod inquiry;
mod json;
mod link;
mod lookup;
mod lookups;
mod metrics;
mod openapi;
mod pages;
mod permission;
mod problem;
mod pynatconnd;
mod query;
mod records;
mod refusal;
mod response;
mod room;
mod route;
mod server;
mod service;
mod state;
mod text;
mod usage;
mod when;
mod words;

pub use counters::{Asked, Counters, STATUS_CLASSES};
pub use histogram::{BOUNDS, Durations};
pub use openapi::{api_reference, openapi};
pub use route::{Class, Route};
pub use server::{Limits, Listener, RenderMetrics, ReportHealth, ServeError, Server, Socket};
