//! The start with a full table, against one raw dump of it.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::process::{self, Process};
use crate::reader::Running;
use crate::readers::Natconnd;
use crate::report::{Bound, Report};
use crate::samples::Samples;

/// Reads the same table raw, and with natconnd, in turn.
pub fn start(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(3600)?;
    eprintln!("start: {} connections", plan.full_table);
    Generator::new().send(&gateway, Load::Count(plan.full_table))?;
    let (mut raw, mut ready) = (Vec::new(), Vec::new());
    for number in 1..=plan.rounds {
        eprintln!("start, round {number} of {}", plan.rounds);
        raw.push(raw_dump(&gateway, folder)?);
        if let Some(natconnd) = natconnd {
            let daemon = natconnd.launch(&gateway, folder)?;
            ready.push(daemon.time_to_ready().as_secs_f64());
            let (found, expected) = (daemon.status()?.connections, gateway.connections()?);
            ensure!(
                found == expected,
                "natconnd says it is ready with {found} connections, the kernel has {expected}"
            );
            Box::new(daemon).finish()?;
        }
    }
    let raw: Samples = raw.into_iter().collect();
    let ready: Samples = ready.into_iter().collect();
    let what = format!(
        "start with {} connections until ready / raw dump",
        plan.full_table
    );
    report.promise(&what, Bound::AtMost(1.5), Samples::ratio(&ready, &raw), 2);
    report.figures("Start", &["what", "seconds"]);
    report.row(vec!["raw dump".to_owned(), format!("{raw:.3}")]);
    report.row(vec![
        "natconnd until ready".to_owned(),
        format!("{ready:.3}"),
    ]);
    Ok(())
}

/// Seconds from the start of a process that dumps the table until its end.
fn raw_dump(gateway: &Gateway, folder: &Path) -> Result<f64> {
    let program = std::env::current_exe().context("find this program")?;
    let mut command = Command::new(program);
    command.arg("raw-dump");
    let start = Instant::now();
    let place = gateway.namespace();
    let process = Process::start("raw-dump", &mut command, place, process::CORE, folder)?;
    let output = process.wait()?;
    let seconds = start.elapsed().as_secs_f64();
    let counts: Value = serde_json::from_str(&output).context("read the counts of the dump")?;
    let (found, expected) = (&counts["connections"], gateway.connections()?);
    ensure!(
        found.as_u64() == Some(expected),
        "the raw dump has {found} connections, the kernel {expected}"
    );
    Ok(seconds)
}
