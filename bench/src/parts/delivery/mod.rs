//! What the kernel does with events that do not fit into a listener's buffer.
//!
//! [`options`] is exact and takes seconds: what each combination of options
//! does, packet by packet. [`abuse`] loads a gateway while its listener stands
//! still. [`growth`] lets the dying list grow until the table is full, and
//! [`counting`] tells what it costs to ask for its length.
//! [`neighbours`] has a second listener that does not read. What was found is
//! told in docs/delivery.md.

mod abuse;
mod counting;
mod growth;
mod neighbours;
mod options;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::listener::Options;
use crate::readers::Natconnd;
use crate::report::Report;
use crate::{sys, tool};

/// Runs the experiments.
pub fn delivery(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    options::tell(report)?;
    abuse::compare(plan, folder, report)?;
    growth::watch(folder, report)?;
    counting::time(report)?;
    neighbours::compare(plan, natconnd, folder, report)
}

/// All combinations of the two options with this receive buffer.
fn combinations(receive_buffer: i32) -> [Options; 4] {
    [(false, false), (false, true), (true, false), (true, true)].map(
        |(broadcast_error, no_enobufs)| Options {
            receive_buffer,
            broadcast_error,
            no_enobufs,
        },
    )
}

/// The options as the kernel's headers call them.
fn describe(options: Options) -> &'static str {
    match (options.broadcast_error, options.no_enobufs) {
        (false, false) => "neither",
        (false, true) => "NO_ENOBUFS",
        (true, false) => "BROADCAST_ERROR",
        (true, true) => "both",
    }
}

/// Ends every connection that packets can find, one after the other. Those that
/// are dying stay.
fn end_live(gateway: &Gateway) -> Result<()> {
    let name = gateway.namespace().name();
    for _ in 0..100 {
        // It gives up when the kernel has ended a connection first, and
        // reports an error when there is none.
        let ended = tool::run(&format!("ip netns exec {name} conntrack -D"));
        let list = tool::run(&format!("ip netns exec {name} conntrack -L"))?;
        if list.is_empty() {
            return Ok(());
        }
        if ended.is_err() {
            sys::pause(Duration::from_millis(10))?;
        }
    }
    anyhow::bail!("end the live connections of {name}: some are left")
}

/// Waits until the gateway tracks no connection, dying ones included; returns
/// how long that took, `None` when `limit` came first.
fn await_empty(gateway: &Gateway, limit: Duration) -> Result<Option<Duration>> {
    let start = Instant::now();
    while gateway.connections()? > 0 {
        if start.elapsed() > limit {
            return Ok(None);
        }
        sys::pause(Duration::from_millis(10))?;
    }
    Ok(Some(start.elapsed()))
}

/// Seconds, or that it did not happen.
fn seconds(time: Option<Duration>) -> String {
    time.map_or("never".to_owned(), |time| {
        format!("{:.1}", time.as_secs_f64())
    })
}
