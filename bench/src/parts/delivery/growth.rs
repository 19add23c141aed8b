//! The dying list while a listener stands still: how far it grows, what it
//! costs the packets, and what happens at the end of the table.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::dying;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::listener::Options;
use crate::readers::Listener;
use crate::report::Report;
use crate::setting::{self, Changed};
use crate::sys;

/// Connections that the table may have.
const ROOM: u64 = 80_000;

/// Connections that live on and never get a second packet.
const LONG_LIVED: u64 = 20_000;

/// New connections per second, each of which ends after a second.
const RATE: u64 = 20_000;

/// As given to `SO_RCVBUFFORCE`.
const BUFFER: i32 = 4 << 20;

/// Seconds under load with a listener that stands still.
const STILL: usize = 14;
/// Seconds under load with one that reads again.
const READING: usize = 3;

/// Samples everything each second, with and without reliable delivery.
pub fn watch(folder: &Path, report: &mut Report) -> Result<()> {
    for broadcast_error in [false, true] {
        let options = Options {
            receive_buffer: BUFFER,
            broadcast_error,
            no_enobufs: false,
        };
        eprintln!("delivery, growth: {}", super::describe(options));
        report.figures(
            &format!(
                "{}: {RATE} connections/s that end after a second, {LONG_LIVED} that do not, \
                 room for {ROOM}",
                super::describe(options)
            ),
            &[
                "second",
                "listener",
                "sent",
                "forwarded",
                "longest 64 packets, ms",
                "nf_conntrack_count",
                "live",
                "neither live nor free",
                "searches restarted",
                "slab, MiB",
            ],
        );
        run(options, folder, report)?;
    }
    Ok(())
}

fn run(options: Options, folder: &Path, report: &mut Report) -> Result<()> {
    let gateway = Gateway::build()?;
    let _room = Changed::to(setting::MAX_CONNECTIONS, ROOM)?;
    let listener = Listener::start("listener", options, &gateway, folder)?;
    let mut generator = Generator::new();
    gateway.set_udp_timeout(3600)?;
    generator.send(&gateway, Load::Count(LONG_LIVED))?;
    gateway.set_udp_timeout(1)?;
    listener.process().freeze()?;
    for second in 1..=STILL + READING {
        if second == STILL + 1 {
            listener.process().thaw()?;
        }
        let manner = if second <= STILL { "still" } else { "reading" };
        let row = step(&gateway, &mut generator)?;
        report.row([vec![second.to_string(), manner.to_owned()], row].concat());
    }
    listener.finish()?;
    super::end_live(&gateway)?;
    super::await_empty(&gateway, Duration::from_secs(60))?;
    Ok(())
}

/// One second of load.
fn step(gateway: &Gateway, generator: &mut Generator) -> Result<Vec<String>> {
    let start = Instant::now();
    let before = gateway.forwarded()?;
    let restarts_before = restarts(gateway)?;
    let sent = generator.send(gateway, Load::Rate(RATE, Duration::from_millis(900)))?;
    let forwarded = gateway.forwarded()? - before;
    let restarts = restarts(gateway)? - restarts_before;
    // The dying list itself is not asked: that holds its lock.
    let count = gateway.connections()?;
    let live = dying::live(gateway)?.connections;
    let slab = slab()?;
    sys::pause(Duration::from_secs(1).saturating_sub(start.elapsed()))?;
    Ok(vec![
        sent.packets.to_string(),
        forwarded.to_string(),
        format!("{:.1}", sent.longest.as_secs_f64() * 1e3),
        count.to_string(),
        live.to_string(),
        count.saturating_sub(live).to_string(),
        restarts.to_string(),
        format!("{:.0}", slab as f64 / 1024.0),
    ])
}

/// How often a search of the table had to begin again, because it ended in
/// another chain than it began in (`search_restart`).
fn restarts(gateway: &Gateway) -> Result<u64> {
    let path = "/proc/thread-self/net/stat/nf_conntrack";
    let read = || fs::read_to_string(path).with_context(|| format!("read {path}"));
    let text = gateway.namespace().run(read)?;
    // One line for each processor, in hexadecimal; it is the last column.
    text.lines()
        .skip(1)
        .map(|line| {
            let last = line.split_whitespace().last().unwrap_or_default();
            u64::from_str_radix(last, 16).with_context(|| format!("read {path}: found {line}"))
        })
        .sum()
}

/// Memory of the kernel's objects, in KiB.
fn slab() -> Result<u64> {
    let path = "/proc/meminfo";
    let text = fs::read_to_string(path).with_context(|| format!("read {path}"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("SUnreclaim:"))
        .and_then(|line| line.trim().split(' ').next()?.parse().ok())
        .with_context(|| format!("read {path}: no SUnreclaim"))
}
