//! What it costs to count the dying connections.
//!
//! Each part of the dump walks the list from its head to where the part before
//! ended, with the list's lock held.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{await_empty, end_live};
use crate::dying;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::listener::Options;
use crate::report::Report;

/// Lengths of the list.
const LENGTHS: [u64; 5] = [1_000, 10_000, 20_000, 50_000, 100_000];

/// How far to count.
const LIMITS: [u64; 4] = [200, 2_000, 10_000, u64::MAX];

/// Makes lists of several lengths and counts them, partly and to the end.
pub fn time(report: &mut Report) -> Result<()> {
    report.figures(
        "Counting the dying connections, milliseconds",
        &[
            "on the list",
            "until 200",
            "until 2000",
            "until 10 000",
            "until the end",
            "dump of as many live ones",
        ],
    );
    for length in LENGTHS {
        eprintln!("delivery, counting: {length}");
        let gateway = Gateway::build()?;
        gateway.set_udp_timeout(600)?;
        let options = Options {
            receive_buffer: 4096,
            broadcast_error: true,
            no_enobufs: false,
        };
        let listener = gateway.namespace().run(|| options.open())?;
        Generator::new().send(&gateway, Load::Count(length))?;
        let live = dying::live(&gateway)?;
        end_live(&gateway)?;
        let mut cells = vec![length.to_string()];
        for limit in LIMITS {
            let counted = dying::at_most(&gateway, limit)?;
            ensure!(
                counted.connections >= (length - 100).min(limit),
                "found {} dying connections, expected {length}",
                counted.connections
            );
            cells.push(format!("{:.2}", counted.time.as_secs_f64() * 1e3));
        }
        cells.push(format!("{:.2}", live.time.as_secs_f64() * 1e3));
        report.row(cells);
        drop(listener);
        await_empty(&gateway, Duration::from_secs(60))?;
    }
    Ok(())
}
