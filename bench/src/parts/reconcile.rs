//! Comparing a full table with the kernel's while the gateway goes on: what it
//! costs and how long events wait.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::latency::reader_time;
use crate::arguments::Plan;
use crate::dying;
use crate::follower::Follower;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::latencies::Latencies;
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::Report;
use crate::samples::Samples;
use crate::{subscription, sys};

/// Connections per second meanwhile.
const RATE: u64 = 10_000;

/// Seconds after which those end.
const UDP_TIMEOUT: u32 = 1;

/// How often to reconcile; natconnd adds up to a quarter, or takes it off.
const EVERY: &str = "[track]\nreconcile-every = \"6s\"\n";
const NEVER: &str = "[track]\nreconcile-every = \"1h\"\n";

/// How often to look whether a dump is under way.
const LOOK: Duration = Duration::from_millis(4);

/// One run.
struct Run {
    resyncs: f64,
    cpu: Duration,
    dumps: Vec<Duration>,
    latencies: Latencies,
    missed: u64,
    overruns: u64,
    differs: i64,
    resident: u64,
}

/// Runs with and without reconciling, in turn.
pub fn reconcile(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let Some(natconnd) = natconnd else {
        return Ok(());
    };
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(3600)?;
    let mut generator = Generator::new();
    eprintln!("reconcile: {} connections", plan.full_table);
    generator.send(&gateway, Load::Count(plan.full_table))?;
    gateway.set_udp_timeout(UDP_TIMEOUT)?;
    let raw: Samples = (0..3)
        .map(|_| Ok(dying::live(&gateway)?.time.as_secs_f64()))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .collect();
    let time = 3 * plan.round;
    report.figures(
        &format!(
            "{} live connections, {RATE} connections/s more for {} s; a raw dump takes {raw:.2} s",
            plan.full_table,
            time.as_secs()
        ),
        &[
            "reconciling",
            "resyncs",
            "each, s",
            "reader's CPU, s",
            "CPU of each, s",
            "row after, ms: p50",
            "p99",
            "p99.9",
            "max",
            "rows missing",
            "missed",
            "overruns",
            "differs from the kernel",
            "resident, MiB",
        ],
    );
    for number in 1..=plan.rounds {
        let mut idle_cpu = Duration::ZERO;
        for (name, lines) in [("no", NEVER), ("every 6 s", EVERY)] {
            eprintln!("reconcile, round {number}: {name}");
            let run = run(lines, natconnd, &gateway, &mut generator, time, folder)?;
            let each = run.cpu.saturating_sub(idle_cpu).as_secs_f64() / run.resyncs;
            let longest: Samples = run.dumps.iter().map(Duration::as_secs_f64).collect();
            report.row(vec![
                name.to_owned(),
                format!("{:.0}", run.resyncs),
                format!("{longest:.2}"),
                format!("{:.2}", run.cpu.as_secs_f64()),
                if run.resyncs > 0.0 {
                    format!("{each:.2}")
                } else {
                    "–".to_owned()
                },
                run.latencies.quantile(0.5),
                run.latencies.quantile(0.99),
                run.latencies.quantile(0.999),
                run.latencies.quantile(1.0),
                run.latencies.missing.to_string(),
                run.missed.to_string(),
                run.overruns.to_string(),
                run.differs.to_string(),
                format!("{:.0}", run.resident as f64 / f64::from(1 << 20)),
            ]);
            idle_cpu = run.cpu;
        }
    }
    Ok(())
}

fn run(
    lines: &str,
    natconnd: &Natconnd,
    gateway: &Gateway,
    generator: &mut Generator,
    time: Duration,
    folder: &Path,
) -> Result<Run> {
    let daemon = natconnd.launch_with(gateway, folder, lines)?;
    let follower = Follower::start(daemon.socket())?;
    let resyncs_before = daemon.metric(RESYNCS)?;
    let cpu_before = reader_time(&daemon)?;
    let is_over = AtomicBool::new(false);
    let (begun, dumps) = std::thread::scope(|scope| -> Result<_> {
        let watch = scope.spawn(|| watch_dumps(gateway, &is_over));
        let begun = generator.send_timed(gateway, RATE, time);
        is_over.store(true, Ordering::Relaxed);
        let dumps = watch.join().ok().context("watch dumps: panicked")??;
        Ok((begun?, dumps))
    })?;
    let cpu = reader_time(&daemon)? - cpu_before;
    let resyncs = daemon.metric(RESYNCS)? - resyncs_before;
    sys::pause(Duration::from_millis(500))?;
    let followed = follower.finish()?;
    let differs = settle(&daemon, gateway)?;
    let (overruns, resident) = (daemon.status()?.lost, daemon.process().resident()?);
    Box::new(daemon).finish()?;
    Ok(Run {
        resyncs,
        cpu,
        dumps,
        latencies: Latencies::of(&begun, &followed),
        missed: followed.missed,
        overruns,
        differs,
        resident,
    })
}

const RESYNCS: &str = "natconnd_mirror_resyncs_total";

/// The times in which natconnd had another netlink socket open than that of
/// events: for a dump and the gets after it.
fn watch_dumps(gateway: &Gateway, is_over: &AtomicBool) -> Result<Vec<Duration>> {
    gateway.namespace().run(|| {
        let mut times = Vec::new();
        let mut since: Option<Instant> = None;
        while !is_over.load(Ordering::Relaxed) {
            let is_dumping = subscription::others()? > 0;
            match since {
                None if is_dumping => since = Some(Instant::now()),
                Some(start) if !is_dumping => {
                    times.push(start.elapsed());
                    since = None;
                }
                _ => {}
            }
            std::thread::sleep(LOOK);
        }
        Ok(times)
    })
}

/// Waits until the short connections have ended; how many more natconnd has
/// then than the kernel.
fn settle(daemon: &Daemon, gateway: &Gateway) -> Result<i64> {
    let mut differs = 0;
    for _ in 0..20 {
        sys::pause(Duration::from_millis(500))?;
        // The dump also ends what has expired.
        let live = dying::live(gateway)?.connections;
        let known = daemon.status()?.connections;
        ensure!(live > 0, "the kernel has no connections");
        differs = known as i64 - live as i64;
        if differs == 0 {
            break;
        }
    }
    Ok(differs)
}
