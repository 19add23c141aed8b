//! What is shipped for Prometheus and Grafana, with Prometheus itself.
//!
//! `files` reads the rules and the dashboard, `shipped` holds them to the metrics that
//! are defined and to what `promtool` says. The others start a Prometheus beside
//! natconnd on a gateway: `scrapes` under traffic, with every question of the dashboard,
//! `alerts` with something wrong, until the alert for it fires.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../kernel/client.rs"]
#[allow(dead_code, reason = "tests/kernel uses all of it")]
mod client;
#[path = "../kernel/confined.rs"]
mod confined;
#[path = "../kernel/daemon.rs"]
#[allow(dead_code, reason = "tests/kernel uses all of it")]
mod daemon;
#[path = "../kernel/process.rs"]
#[allow(dead_code, reason = "tests/kernel uses all of it")]
mod process;

mod alerts;
mod files;
mod prometheus;
mod scrapes;
mod shipped;
