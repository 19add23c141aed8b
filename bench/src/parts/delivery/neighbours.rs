//! A second listener that does not read: does it hurt the one that does?

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::{await_empty, describe, end_live};
use crate::arguments::Plan;
use crate::dying;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::listener::Options;
use crate::reader::Running;
use crate::readers::{Listener, Natconnd};
use crate::report::Report;

/// The buffer of the one that reads: more than a nap fills at this rate.
const OURS: i32 = 16 << 20;

/// The buffer of the one that does not.
const THEIRS: i32 = 64 << 10;

/// Connections per second.
const RATE: u64 = 20_000;

/// Long enough that natconnd forgets nothing before it is asked.
const KEEP: &str = "[track]\nkeep-ended = \"15m\"\n";

/// Runs each pair once, and natconnd with each neighbour.
pub fn compare(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    listeners(plan, folder, report)?;
    let Some(natconnd) = natconnd else {
        return Ok(());
    };
    report.figures(
        &format!(
            "{} s at {RATE} connections/s, natconnd reading, another standing still",
            plan.round.as_secs()
        ),
        &[
            "the other",
            "forwarded",
            "events read",
            "ended translations that can be looked up",
            "live",
        ],
    );
    for theirs in [None, Some(false), Some(true)] {
        let theirs = theirs.map(|theirs| options(theirs, THEIRS));
        eprintln!("delivery, natconnd and {}", theirs.map_or("none", describe));
        report.row(with_natconnd(plan, natconnd, theirs, folder)?);
    }
    Ok(())
}

const fn options(broadcast_error: bool, receive_buffer: i32) -> Options {
    Options {
        receive_buffer,
        broadcast_error,
        no_enobufs: false,
    }
}

fn listeners(plan: &Plan, folder: &Path, report: &mut Report) -> Result<()> {
    report.figures(
        &format!(
            "{} s at {RATE} connections/s, one listener reading, another standing still",
            plan.round.as_secs()
        ),
        &[
            "the one that reads",
            "the other",
            "forwarded",
            "NEW missing",
            "DESTROY missing",
            "NEW twice",
            "DESTROY twice",
            "ENOBUFS",
            "dying while the other stands still",
        ],
    );
    for ours in [false, true] {
        for theirs in [None, Some(false), Some(true)] {
            let ours = options(ours, OURS);
            let theirs = theirs.map(|theirs| options(theirs, THEIRS));
            let other = theirs.map_or("none", describe);
            eprintln!("delivery, two listeners: {}, {other}", describe(ours));
            report.row(pair(plan, ours, theirs, folder)?);
        }
    }
    Ok(())
}

fn pair(plan: &Plan, ours: Options, theirs: Option<Options>, folder: &Path) -> Result<Vec<String>> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(1)?;
    let mut generator = Generator::new();
    let reader = Listener::start("reader", ours, &gateway, folder)?;
    let other = theirs
        .map(|theirs| Listener::start("other", theirs, &gateway, folder))
        .transpose()?;
    if let Some(other) = &other {
        other.process().freeze()?;
    }
    generator.send(&gateway, Load::Rate(RATE, plan.round))?;
    let forwarded = gateway.forwarded()?;
    end_live(&gateway)?;
    reader.process().wait_until_idle()?;
    let dying = dying::dying(&gateway)?.connections;
    if let Some(other) = other {
        other.process().thaw()?;
        await_empty(&gateway, Duration::from_secs(60))?;
        other.finish()?;
    }
    await_empty(&gateway, Duration::from_secs(60))?;
    reader.process().wait_until_idle()?;
    let heard = reader.finish()?;
    let missing = |count: u64| (forwarded as i64 - count as i64).to_string();
    Ok(vec![
        describe(ours).to_owned(),
        theirs.map_or("none", describe).to_owned(),
        forwarded.to_string(),
        missing(heard.seen.began),
        missing(heard.seen.ended),
        heard.seen.began_again.to_string(),
        heard.seen.ended_again.to_string(),
        heard.overruns.to_string(),
        dying.to_string(),
    ])
}

fn with_natconnd(
    plan: &Plan,
    natconnd: &Natconnd,
    theirs: Option<Options>,
    folder: &Path,
) -> Result<Vec<String>> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(1)?;
    let mut generator = Generator::new();
    let daemon = natconnd.launch_with(&gateway, folder, KEEP)?;
    let other = theirs
        .map(|theirs| Listener::start("other", theirs, &gateway, folder))
        .transpose()?;
    if let Some(other) = &other {
        other.process().freeze()?;
    }
    generator.send(&gateway, Load::Rate(RATE, plan.round))?;
    let forwarded = gateway.forwarded()?;
    end_live(&gateway)?;
    if let Some(other) = other {
        other.process().thaw()?;
        await_empty(&gateway, Duration::from_secs(60))?;
        other.finish()?;
    }
    await_empty(&gateway, Duration::from_secs(60))?;
    daemon.process().wait_until_idle()?;
    let status = daemon.status()?;
    let ended = daemon.metric("natconnd_table_ended_translations")?;
    Box::new(daemon).finish()?;
    Ok(vec![
        theirs.map_or("none", describe).to_owned(),
        forwarded.to_string(),
        status.events.to_string(),
        format!("{ended:.0}"),
        status.connections.to_string(),
    ])
}
