//! Memory of natconnd per live connection: what it grows by while the table
//! grows tenfold.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::{Bound, Report};
use crate::sys;

/// Fills the table step by step and looks at natconnd's resident memory.
pub fn memory(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let what = "bytes of resident memory per live connection";
    let Some(natconnd) = natconnd else {
        report.promise(what, Bound::AtMost(120.0), Default::default(), 0);
        return Ok(());
    };
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(3600)?;
    let mut generator = Generator::new();
    let daemon = natconnd.launch(&gateway, folder)?;
    let mut steps = vec![(0, daemon.process().resident()?)];
    for goal in [plan.full_table / 10, plan.full_table] {
        eprintln!("memory: {goal} connections");
        let missing = goal - gateway.connections()?;
        generator.send(&gateway, Load::Count(missing))?;
        wait_for(&daemon, gateway.connections()?)?;
        steps.push((daemon.status()?.connections, daemon.process().resident()?));
    }
    let [_, (few, before), (many, after)] = steps[..] else {
        bail!("measure memory: expected three steps");
    };
    let growth = after.saturating_sub(before) as f64 / (many - few) as f64;
    report.promise(
        what,
        Bound::AtMost(120.0),
        [growth].into_iter().collect(),
        0,
    );
    report.figures("Memory", &["live connections", "resident MiB"]);
    for (connections, bytes) in steps {
        let mebibytes = format!("{:.1}", bytes as f64 / f64::from(1 << 20));
        report.row(vec![connections.to_string(), mebibytes]);
    }
    Ok(())
}

/// Waits until natconnd has as many connections as the kernel.
fn wait_for(daemon: &Daemon, connections: u64) -> Result<()> {
    for _ in 0..600 {
        if daemon.status()?.connections == connections {
            // Let it free what it needed on the way.
            sys::pause(Duration::from_secs(2))?;
            return Ok(());
        }
        sys::pause(Duration::from_millis(100))?;
    }
    let found = daemon.status()?.connections;
    bail!("wait for natconnd: it has {found} connections, the kernel {connections}")
}
