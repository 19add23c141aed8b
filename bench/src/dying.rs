//! The connections whose end the kernel could not tell, raw.
//!
//! Counts the messages of one dump of the dying list and times it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::gateway::Gateway;
use crate::raw_dump::{self, GET};

/// `NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_DYING`.
const GET_DYING: u16 = 0x0106;

/// One dump.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Connections in it.
    pub connections: u64,
    /// How long it took.
    pub time: Duration,
}

/// Counts the dying connections of a gateway.
pub fn dying(gateway: &Gateway) -> Result<Counted> {
    at_most(gateway, u64::MAX)
}

/// Counts them until there are as many as this.
pub fn at_most(gateway: &Gateway, limit: u64) -> Result<Counted> {
    count(gateway, GET_DYING, limit).context("dump the dying list")
}

/// Counts the connections in the kernel's hash table: those that packets find.
pub fn live(gateway: &Gateway) -> Result<Counted> {
    count(gateway, GET, u64::MAX).context("dump the table")
}

fn count(gateway: &Gateway, kind: u16, limit: u64) -> Result<Counted> {
    gateway.namespace().run(|| {
        let start = Instant::now();
        let (connections, _) = raw_dump::read(kind, limit)?;
        Ok(Counted {
            connections,
            time: start.elapsed(),
        })
    })
}
