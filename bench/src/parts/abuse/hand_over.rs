//! Restarts by SIGUSR2 while connections begin and end: nothing may be lost,
//! and nothing be told as lost. A plain restart afterwards shows that this
//! would be seen.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::stand;
use crate::arguments::Plan;
use crate::condition::Condition;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load, Sent};
use crate::http::Client;
use crate::queue::{self, Seen};
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::records::{self, Found};
use crate::report::Report;
use crate::samples::Samples;
use crate::translations::{self, Differences, Translation};
use crate::{subscription, sys};

/// Hand-overs of a full run.
const HAND_OVERS: usize = 20;

/// New connections per second meanwhile.
const RATE: u64 = 50_000;

/// Connections that end before the first hand-over, with NAT endpoints as
/// `conntrack -L` says.
const EARLY: u64 = 10_000;

/// Of those, how many are looked up after each hand-over.
const SAMPLE: usize = 100;

/// Timeout, in seconds, of connections during the hand-overs.
const SHORT: u32 = 5;

/// Timeout, in seconds, of those that shall outlast the comparison.
const LONG: u32 = 600;

/// Time from one hand-over's end to the next one.
const BETWEEN: Duration = Duration::from_secs(1);

/// The longest that a hand-over may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Keeps all that ends, so that each can be found at the end.
const LINES: &str = "[track]\nkeep-ended = \"1h\"\n";

/// What one hand-over showed.
struct HandOver {
    /// Causes of gaps that the old process did not tell.
    gaps: Vec<String>,
    /// Overruns that the old and the new process tell.
    overruns: u64,
    /// From SIGUSR2 until the new process was ready.
    until_ready: Duration,
    seen: Seen,
    /// Connections of before the first one, of the sample, that are not found.
    early_missing: usize,
    live: u64,
    ended: u64,
}

/// What the traffic and all hand-overs left behind.
struct Outcome {
    sent: Sent,
    made: u64,
    forwarded: u64,
    hand_overs: Vec<HandOver>,
    dropped: u64,
    found: Found,
    ended: u64,
    live: Differences,
    early_missing: usize,
}

/// Hands over again and again, then restarts.
pub fn hand_over(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let natconnd = natconnd.context("hand-over is about natconnd: leave out --without-natconnd")?;
    let count = plan.rounds_of_abuse.unwrap_or(HAND_OVERS);
    let gateway = Gateway::build()?;
    let mut generator = Generator::new();
    let daemon = natconnd.launch_with(&gateway, folder, LINES)?;
    let outcome = traffic_with_hand_overs(count, &gateway, &mut generator, &daemon)?;
    judge(&outcome, report);
    tabulate(&outcome, report);

    eprintln!("hand-over: a plain restart");
    let known = Condition::of(&daemon)?;
    let (daemon, seen) = queue::watch(&gateway, || {
        Box::new(daemon).finish()?;
        natconnd.launch_with(&gateway, folder, LINES)
    })?;
    let new = new_gaps(&known, &Condition::of(&daemon)?).join(", ");
    let what = "hand-over: a plain restart is told as a new gap";
    let found = if new.is_empty() { "none" } else { &new };
    report.demand(what, found, 1, !new.is_empty());
    report.demand(
        "hand-over: a plain restart opens another event socket",
        if seen.was_replaced { "yes" } else { "no" },
        1,
        seen.was_replaced,
    );
    Box::new(daemon).finish()?;
    Ok(())
}

fn traffic_with_hand_overs(
    count: usize,
    gateway: &Gateway,
    generator: &mut Generator,
    daemon: &Daemon,
) -> Result<Outcome> {
    let forwarded_before = gateway.forwarded()?;
    gateway.set_udp_timeout(LONG)?;
    generator.send(gateway, Load::Count(EARLY))?;
    let early = translations::of_kernel(gateway)?;
    stand::end_all(gateway)?;
    gateway.set_udp_timeout(SHORT)?;
    let sample: Vec<_> = early
        .iter()
        .step_by((early.len() / SAMPLE).max(1))
        .copied()
        .collect();
    let mut hand_overs = Vec::new();
    let (sent, ()) = stand::under_load(generator, gateway, RATE, || {
        // As many end as begin, from here on.
        sys::pause(Duration::from_secs(u64::from(SHORT) + 1))?;
        for number in 1..=count {
            eprintln!("hand-over {number} of {count}");
            hand_overs.push(once(gateway, daemon, &sample)?);
            sys::pause(BETWEEN)?;
        }
        gateway.set_udp_timeout(LONG)?;
        sys::pause(Duration::from_secs(1)).context("wait for connections that last")
    })?;
    let list = || Ok(translations::of_kernel(gateway)?.len());
    stand::forget_expired(gateway, list)?;
    daemon.process().wait_until_idle()?;
    let kernel = translations::of_kernel(gateway)?;
    let natconnd = translations::of_natconnd(daemon)?;
    eprintln!("hand-over: looking up {} connections", generator.made());
    Ok(Outcome {
        sent,
        made: generator.made(),
        forwarded: gateway.forwarded()? - forwarded_before,
        hand_overs,
        dropped: subscription::find(gateway)?.map_or(0, |found| found.dropped),
        found: records::hold_against(records::of_all_hosts(daemon)?, 0..generator.made()),
        ended: Condition::of(daemon)?.ended,
        live: Differences::between(&kernel, &natconnd),
        early_missing: missing(daemon, &early)?,
    })
}

/// Hands over once, and looks at the new process.
fn once(gateway: &Gateway, daemon: &Daemon, sample: &[Translation]) -> Result<HandOver> {
    let before = Condition::of(daemon)?;
    let start = Instant::now();
    let (after, seen) = queue::watch(gateway, || {
        daemon.process().signal(libc::SIGUSR2)?;
        loop {
            // Between the two nobody listens.
            match Condition::of(daemon) {
                Ok(now) if now.started_at != before.started_at && now.is_ready => return Ok(now),
                Ok(_) | Err(_) if start.elapsed() < PATIENCE => {}
                other => bail!("no new process {PATIENCE:?} after SIGUSR2: {other:?}"),
            }
            sys::pause(Duration::from_millis(2))?;
        }
    })?;
    let until_ready = start.elapsed();
    Ok(HandOver {
        gaps: new_gaps(&before, &after),
        overruns: before.overruns + after.overruns,
        until_ready,
        seen,
        early_missing: missing(daemon, sample)?,
        live: after.connections,
        ended: after.ended,
    })
}

/// How many ended translations are not found by the question that a web server
/// behind the remote endpoint would ask.
fn missing(daemon: &Daemon, ended: &[Translation]) -> Result<usize> {
    let mut client = Client::connect_unix(daemon.socket())?;
    let mut missing = 0;
    for one in ended {
        let found = records::of_endpoints(&mut client, one.nat, one.remote)?;
        let of_it = found
            .iter()
            .filter(|record| record.internal == one.internal);
        missing += usize::from(of_it.count() != 1);
    }
    Ok(missing)
}

/// Causes of the gaps that were not there before.
fn new_gaps(before: &Condition, now: &Condition) -> Vec<String> {
    let new = now.gaps.iter().filter(|gap| !before.gaps.contains(gap));
    new.map(|gap| gap.cause.clone()).collect()
}

fn judge(outcome: &Outcome, report: &mut Report) {
    let Outcome {
        hand_overs, found, ..
    } = outcome;
    let all = hand_overs.len();
    let with_gaps = hand_overs.iter().filter(|one| !one.gaps.is_empty());
    let what = "hand-over: new processes that tell a new gap";
    let with_gaps = with_gaps.count();
    report.demand(what, with_gaps, all, with_gaps == 0);
    let overruns: u64 = hand_overs.iter().map(|one| one.overruns).sum();
    let dropped = outcome.dropped;
    report.demand(
        "hand-over: overruns told, and deliveries that did not fit",
        format!("{overruns}, {dropped}"),
        all,
        overruns + dropped == 0,
    );
    let missing = outcome
        .forwarded
        .saturating_sub(found.once + found.repeated);
    report.demand(
        "hand-over: connections that are not found, live or ended",
        format!("{missing} of {}", outcome.forwarded),
        all,
        missing == 0,
    );
    let (repeated, foreign) = (found.repeated, found.foreign);
    report.demand(
        "hand-over: connections found more than once, or never made",
        format!("{repeated}, {foreign}"),
        all,
        repeated + foreign == 0,
    );
    let differences = outcome.live.count();
    report.demand(
        "hand-over: differences between the live table and conntrack -L",
        format!("{differences} in {}", found.live),
        all,
        differences == 0,
    );
    let expected = outcome.forwarded.saturating_sub(found.live);
    report.demand(
        "hand-over: ended translations that are kept",
        format!("{} of {expected}", outcome.ended),
        all,
        outcome.ended == expected,
    );
    let sample: usize = hand_overs.iter().map(|one| one.early_missing).sum();
    let early = outcome.early_missing;
    report.demand(
        "hand-over: ended before the first, not found by NAT and remote endpoint",
        format!("{early} of {EARLY}, and {sample} of samples"),
        all,
        early + sample == 0,
    );
    let replaced = hand_overs
        .iter()
        .filter(|one| one.seen.was_replaced)
        .count();
    let what = "hand-over: event sockets that were not handed over";
    report.demand(what, replaced, all, replaced == 0);
}

fn tabulate(outcome: &Outcome, report: &mut Report) {
    let Outcome {
        sent, hand_overs, ..
    } = outcome;
    let rate = sent.packets as f64 / sent.time.as_secs_f64();
    let (made, forwarded) = (outcome.made, outcome.forwarded);
    let title = format!(
        "Hand-overs at {rate:.0} connections/s ({made} sent, {forwarded} forwarded), one by one"
    );
    let head = [
        "hand-over",
        "ms until ready",
        "ms in which nobody read",
        "KiB queued at most",
        "gaps",
        "live",
        "ended",
        "of the sample not found",
    ];
    report.figures(&title, &head);
    for (index, one) in hand_overs.iter().enumerate() {
        report.row(vec![
            (index + 1).to_string(),
            one.until_ready.as_millis().to_string(),
            one.seen.longest_pause.as_millis().to_string(),
            (one.seen.greatest / 1024).to_string(),
            if one.gaps.is_empty() {
                "none".to_owned()
            } else {
                one.gaps.join(", ")
            },
            one.live.to_string(),
            one.ended.to_string(),
            one.early_missing.to_string(),
        ]);
    }
    let samples = |value: fn(&HandOver) -> f64| hand_overs.iter().map(value).collect::<Samples>();
    report.row(vec![
        "all".to_owned(),
        format!("{:.0}", samples(|one| one.until_ready.as_secs_f64() * 1e3)),
        format!(
            "{:.0}",
            samples(|one| one.seen.longest_pause.as_secs_f64() * 1e3)
        ),
        format!("{:.0}", samples(|one| one.seen.greatest as f64 / 1024.0)),
    ]);
}
