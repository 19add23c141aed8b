//! The shipped files of `packaging/proxies`, in the real programs.
//!
//! An internal host's request goes through the real NAT to the real proxy beyond it.
//! The proxy asks natconnd, on the gateway, and hands the request on to an application,
//! which records what it was told. `scenario` holds what must be so with every proxy;
//! each proxy has a file, which starts it with the shipped files and little else.
//!
//! A test whose program is not installed says so and is skipped; where
//! `NATCONND_REQUIRE_PROXY_TESTS` is 1, it fails.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod application;
mod certificate;
mod client;
#[path = "../kernel/confined.rs"]
mod confined;
mod desync;
mod front;
#[path = "../kernel/process.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod process;
mod scenario;
mod site;

mod caddy;
mod haproxy;
mod nginx;
mod over_tls;
mod proxy_protocol;
