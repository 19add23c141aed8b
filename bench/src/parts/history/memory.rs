//! Memory of natconnd while it records, besides the live table.
//!
//! The same load twice: without history first, whose memory is that of the live
//! table and of all that does not belong to history.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::past::place::Place;
use crate::process::Process;
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::{Bound, Report};
use crate::sys;

/// New connections per second.
const RATE: u64 = 20_000;

/// Seconds after which one ends: what made-up connections live for, half of them.
const TIMEOUT: u32 = 8;

/// Until as many end as begin: the kernel looks for expired ones now and then.
const SETTLING: Duration = Duration::from_secs(60);

/// Between two looks.
const STEP: Duration = Duration::from_secs(1);

/// Memory besides the live table, in MiB.
const LIMIT: f64 = 256.0;

/// One look.
#[derive(Clone, Copy)]
struct Look {
    at: Duration,
    connections: u64,
    resident: u64,
}

/// Loads natconnd without history, then with it for a long time.
pub fn memory(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let natconnd =
        natconnd.context("history-memory is about natconnd: leave out --without-natconnd")?;
    let place = Place::take(None)?;
    let history = place.fresh("memory")?;
    let without_time = SETTLING.min(plan.past.recording);
    let without = watch(natconnd, folder, "", without_time)?.looks;
    let lines = format!("[history]\nfolder = \"{}\"\n", history.display());
    let with = watch(natconnd, folder, &lines, plan.past.recording)?;
    let base = without.iter().map(|look| look.resident).max().unwrap_or(0);
    let most = with
        .looks
        .iter()
        .map(|look| look.resident)
        .max()
        .unwrap_or(0);
    let growth = most.saturating_sub(base) as f64 / f64::from(1 << 20);
    report.promise(
        &format!(
            "MiB of memory besides the live table, recording {RATE} connections/s for {} s",
            plan.past.recording.as_secs()
        ),
        Bound::AtMost(LIMIT),
        [growth].into_iter().collect(),
        0,
    );
    report.demand(
        &format!(
            "history: connections without a record, of {}",
            with.forwarded
        ),
        with.forwarded.abs_diff(with.recorded),
        1,
        with.forwarded == with.recorded,
    );
    let head = ["history", "s", "live connections", "resident MiB"];
    report.figures("Memory while recording", &head);
    for (is_on, looks) in [("off", &without), ("on", &with.looks)] {
        let every = looks.len().div_ceil(12).max(1);
        for look in looks.iter().skip(every - 1).step_by(every) {
            report.row(vec![
                is_on.to_owned(),
                look.at.as_secs().to_string(),
                look.connections.to_string(),
                format!("{:.1}", look.resident as f64 / f64::from(1 << 20)),
            ]);
        }
    }
    Ok(())
}

/// What a run showed.
struct Watched {
    looks: Vec<Look>,
    forwarded: u64,
    /// Records of history after all has ended.
    recorded: u64,
}

fn watch(natconnd: &Natconnd, folder: &Path, lines: &str, time: Duration) -> Result<Watched> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(TIMEOUT)?;
    let daemon = natconnd.launch_with(&gateway, folder, lines)?;
    eprintln!(
        "history-memory: {RATE} connections/s for {} s, history {}",
        time.as_secs(),
        if lines.is_empty() { "off" } else { "on" }
    );
    let before = gateway.forwarded()?;
    let mut generator = Generator::new();
    let looks = std::thread::scope(|scope| {
        let load = scope.spawn(|| generator.send(&gateway, Load::Rate(RATE, time)));
        let looks = look_at(daemon.process(), &daemon, time);
        load.join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        looks
    })?;
    let forwarded = gateway.forwarded()? - before;
    ensure!(!sys::is_interrupted(), "watch memory: stopped by a signal");
    gateway.end_all()?;
    daemon.process().wait_until_idle()?;
    let recorded = if lines.is_empty() {
        0
    } else {
        super::records(&daemon)?
    };
    Box::new(daemon).finish()?;
    Ok(Watched {
        looks,
        forwarded,
        recorded,
    })
}

fn look_at(process: &Process, daemon: &Daemon, time: Duration) -> Result<Vec<Look>> {
    let start = Instant::now();
    let mut looks = Vec::new();
    while start.elapsed() < time {
        sys::pause(STEP)?;
        looks.push(Look {
            at: start.elapsed(),
            connections: daemon.status()?.connections,
            resident: process.resident()?,
        });
    }
    Ok(looks)
}
