//! What is kept of the past: how small it is, how fast it is written and found,
//! and what a crash leaves of it.

mod kill;
mod kill_daemon;
mod lookup;
mod memory;
mod rate;
mod size;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::http::Client;
use crate::readers::Daemon;

pub use kill::kill;
pub use lookup::lookup;
pub use memory::memory;
pub use rate::rate;
pub use size::size;

/// Days over which the records of a history are spread.
pub const DAYS: u64 = 30;

/// Connections per second that make 100 million records in them: what size and
/// rate are measured with.
const RATE: f64 = 100e6 / (DAYS * 24 * 3600) as f64;

/// How many records natconnd says it keeps.
fn records(daemon: &Daemon) -> Result<u64> {
    let response = Client::connect_unix(daemon.socket())?.get("/api/v1/history")?;
    ensure!(
        response.status == 200,
        "GET /api/v1/history: status {}",
        response.status
    );
    let status: Value =
        serde_json::from_slice(&response.body).context("read what is kept of the past")?;
    status["records"]
        .as_u64()
        .with_context(|| format!("read what is kept of the past: no records in {status}"))
}
