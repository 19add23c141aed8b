//! A server with fixed answers, as the HTTP tests start it: for tables that are larger
//! than a test can make of traffic.

#[allow(dead_code, reason = "HTTP tests ask for more")]
#[path = "../http/client.rs"]
mod client;
#[allow(dead_code, reason = "HTTP tests ask for more")]
#[path = "../http/server.rs"]
mod server;

pub use server::{Running, at, example, masqueraded};
