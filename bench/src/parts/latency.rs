//! From a packet until a follower of natconnd's events knows, and what the
//! reader thread's naps save.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::arguments::Plan;
use crate::follower::Follower;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::latencies::Latencies;
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::Report;
use crate::sys;

/// Packets per second.
const RATES: [u64; 4] = [20, 1_000, 10_000, 20_000];

/// Seconds after which the connections end: as many end as begin.
const UDP_TIMEOUT: u32 = 1;

/// How long the last rows may take.
const REST: Duration = Duration::from_millis(500);

/// Measures each rate once per round.
pub fn latency(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let Some(natconnd) = natconnd else {
        return Ok(());
    };
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(UDP_TIMEOUT)?;
    let mut generator = Generator::new();
    report.figures(
        "From a packet until a follower of /api/v1/events has read its row, milliseconds",
        &[
            "packets/s",
            "round",
            "rows",
            "missing",
            "missed",
            "p50",
            "p90",
            "p99",
            "p99.9",
            "max",
        ],
    );
    for rate in RATES {
        for number in 1..=plan.rounds {
            eprintln!("latency, {rate}/s, round {number}");
            let daemon = natconnd.launch(&gateway, folder)?;
            let follower = Follower::start(daemon.socket())?;
            let begun = generator.send_timed(&gateway, rate, plan.round)?;
            sys::pause(REST)?;
            let followed = follower.finish()?;
            let found = Latencies::of(&begun, &followed);
            report.row(vec![
                rate.to_string(),
                number.to_string(),
                begun.len().to_string(),
                found.missing.to_string(),
                followed.missed.to_string(),
                found.quantile(0.5),
                found.quantile(0.9),
                found.quantile(0.99),
                found.quantile(0.999),
                found.quantile(1.0),
            ]);
            Box::new(daemon).finish()?;
            gateway.end_all()?;
        }
    }
    naps(plan, natconnd, &gateway, &mut generator, folder, report)
}

/// How often the reader thread sleeps, without followers.
fn naps(
    plan: &Plan,
    natconnd: &Natconnd,
    gateway: &Gateway,
    generator: &mut Generator,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    report.figures(
        "The reader thread, without followers",
        &[
            "connections/s",
            "events/s",
            "sleeps/s",
            "events per sleep",
            "preempted/s",
            "core busy",
        ],
    );
    let loads = RATES.map(|rate| Load::Rate(rate, plan.round));
    for load in loads.into_iter().chain([Load::FullSpeed(plan.round)]) {
        eprintln!("latency, naps, {load:?}");
        let daemon = natconnd.launch(gateway, folder)?;
        let before = Reading::of(&daemon)?;
        let sent = generator.send(gateway, load)?;
        let after = Reading::of(&daemon)?;
        let seconds = sent.time.as_secs_f64();
        let events = (after.events - before.events) as f64;
        let sleeps = (after.sleeps - before.sleeps) as f64;
        report.row(vec![
            format!("{:.0}", sent.packets as f64 / seconds),
            format!("{:.0}", events / seconds),
            format!("{:.0}", sleeps / seconds),
            format!("{:.2}", events / sleeps),
            format!(
                "{:.0}",
                (after.preempted - before.preempted) as f64 / seconds
            ),
            format!("{:.3}", (after.cpu - before.cpu).as_secs_f64() / seconds),
        ]);
        Box::new(daemon).finish()?;
        gateway.end_all()?;
    }
    Ok(())
}

/// The reader thread's counters at one moment.
struct Reading {
    events: u64,
    sleeps: u64,
    preempted: u64,
    cpu: Duration,
}

impl Reading {
    fn of(daemon: &Daemon) -> Result<Self> {
        let switches = daemon.process().thread_switches()?;
        let reader = switches.iter().find(|(name, ..)| name == "reader");
        let (sleeps, preempted) =
            reader.map_or((0, 0), |&(_, sleeps, preempted)| (sleeps, preempted));
        Ok(Self {
            events: daemon.status()?.events,
            sleeps,
            preempted,
            cpu: reader_time(daemon)?,
        })
    }
}

/// Processor time of the reader thread.
pub fn reader_time(daemon: &Daemon) -> Result<Duration> {
    let threads = daemon.process().thread_times()?;
    let reader = threads.iter().find(|(name, _)| name == "reader");
    Ok(reader.map_or(Duration::ZERO, |&(_, time)| time))
}
