//! A reader that is stopped under load, with a buffer that holds next to
//! nothing: it must live, say what it missed, and come back to the kernel's
//! table.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::stand::{self, STOP, Stop, TINY_BUFFER};
use crate::arguments::Plan;
use crate::condition::{Condition, gaps};
use crate::gateway::Gateway;
use crate::generator::Generator;
use crate::http::Client;
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::Report;
use crate::translations::{self, Differences};
use crate::{subscription, sys};

/// Rounds of a full run.
const ROUNDS: usize = 50;

/// Timeout, in seconds, of connections that shall end while nobody reads.
const SHORT: u32 = 2;

/// Timeout, in seconds, of connections that shall outlast the comparison.
const LONG: u32 = 600;

/// A NAT endpoint that no connection has.
const NOBODY: &str = "/api/v1/lookup?nat=203.0.113.1:1";

/// What one round showed.
struct Round {
    connections: u64,
    dropped: u64,
    overruns: u64,
    /// From SIGCONT, and from the end of the load, until it follows.
    recovery: [Duration; 2],
    is_told: bool,
    compared: usize,
    differences: usize,
    /// Live in natconnd after everything has ended.
    left: u64,
}

/// Stops the reader again and again.
pub fn overrun(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let natconnd = natconnd.context("overrun is about natconnd: leave out --without-natconnd")?;
    let gateway = Gateway::build()?;
    let lines = format!("[track]\nkeep-ended = \"60s\"\n{TINY_BUFFER}");
    let daemon = natconnd.launch_with(&gateway, folder, &lines)?;
    let started_at = Condition::of(&daemon)?.started_at;
    let mut generator = Generator::new();
    let count = plan.rounds_of_abuse.unwrap_or(ROUNDS);
    let mut rounds = Vec::new();
    let mut trouble = None;
    for number in 1..=count {
        eprintln!("overrun, round {number} of {count}");
        match round(&gateway, &daemon, &mut generator) {
            Ok(round) => rounds.push(round),
            Err(error) => {
                trouble = Some(error.context(format!("round {number}")));
                break;
            }
        }
    }
    let is_same = Condition::of(&daemon).is_ok_and(|now| now.started_at == started_at);
    judge(&rounds, count, is_same, report);
    tabulate(&rounds, report);
    if is_same {
        Box::new(daemon).finish()?;
    }
    trouble.map_or(Ok(()), Err)
}

fn round(gateway: &Gateway, daemon: &Daemon, generator: &mut Generator) -> Result<Round> {
    let dropped_before = dropped(gateway)?;
    let overruns_before = Condition::of(daemon)?.overruns;
    gateway.set_udp_timeout(SHORT)?;
    let mut continued = Instant::now();
    let (sent, stop) = stand::under_load(generator, gateway, stand::RATE, || {
        sys::pause(Duration::from_secs(1))?;
        let stop = stand::stopped(daemon, || {
            // Those of the first seconds begin and end unseen.
            sys::pause(STOP * 3 / 5)?;
            gateway.set_udp_timeout(LONG)?;
            sys::pause(STOP * 2 / 5)?;
            Ok(())
        })?;
        continued = Instant::now();
        sys::pause(Duration::from_secs(1))?;
        Ok(stop)
    })?;
    let load_ended = Instant::now();
    let condition = stand::await_condition(daemon, "following", Condition::is_following)?;
    let recovery = [continued.elapsed(), load_ended.elapsed()];
    let is_told = stop.is_told_by(&condition) && is_told_by_answer(daemon, &stop)?;
    let differences = compare(gateway, daemon)?;
    let (compared, differences) = (differences.0, differences.1.count());
    let (dropped, overruns) = (dropped(gateway)?, Condition::of(daemon)?.overruns);
    stand::end_all(gateway)?;
    let is_over = |now: &Condition| now.is_following() && now.connections == 0;
    let left = stand::await_condition(daemon, "empty", is_over)?.connections;
    Ok(Round {
        connections: sent.packets,
        dropped: dropped - dropped_before,
        overruns: overruns - overruns_before,
        recovery,
        is_told,
        compared,
        differences,
        left,
    })
}

fn dropped(gateway: &Gateway) -> Result<u64> {
    Ok(subscription::find(gateway)?.map_or(0, |found| found.dropped))
}

/// Whether an answer that found nobody says that it is no proof.
fn is_told_by_answer(daemon: &Daemon, stop: &Stop) -> Result<bool> {
    let body = Client::connect_unix(daemon.socket())?.get(NOBODY)?.body;
    let answer: Value = serde_json::from_slice(&body).context("read an answer")?;
    let mut condition = Condition::of(daemon)?;
    condition.gaps = gaps(&answer["coverage"])?;
    Ok(answer["verdict"] == "none" && stop.is_told_by(&condition))
}

/// Compares all live translations, while the table stands still; returns how
/// many there are.
fn compare(gateway: &Gateway, daemon: &Daemon) -> Result<(usize, Differences)> {
    let list = || Ok(translations::of_kernel(gateway)?.len());
    stand::forget_expired(gateway, list)?;
    // What expired just now may not have fitted either.
    stand::await_condition(daemon, "following", Condition::is_following)?;
    daemon.process().wait_until_idle()?;
    let kernel = translations::of_kernel(gateway)?;
    let natconnd = translations::of_natconnd(daemon)?;
    ensure!(
        kernel == translations::of_kernel(gateway)?,
        "compare the tables: the kernel's does not stand still"
    );
    let differences = Differences::between(&kernel, &natconnd);
    for (what, list) in [
        ("lacks", &differences.missing),
        ("has too much", &differences.extra),
    ] {
        for one in list.iter().take(3) {
            eprintln!("natconnd {what}: {one:?}");
        }
    }
    Ok((kernel.len(), differences))
}

fn judge(rounds: &[Round], wanted: usize, is_same: bool, report: &mut Report) {
    let sum = |value: fn(&Round) -> u64| rounds.iter().map(value).sum::<u64>();
    let all = rounds.len();
    let lived = if is_same { "yes" } else { "no" };
    report.demand(
        "overrun: the process lives through all rounds",
        lived,
        all,
        is_same && all == wanted,
    );
    let told = rounds.iter().filter(|round| round.is_told).count();
    let what = "overrun: rounds whose stop is told as a gap, in status and answers";
    report.demand(what, told, all, told == wanted);
    let differences = sum(|round| round.differences as u64);
    let compared = sum(|round| round.compared as u64);
    report.demand(
        "overrun: differences between the live table and conntrack -L",
        format!("{differences} in {compared}"),
        all,
        differences == 0 && compared > 0,
    );
    let silent = rounds.iter().filter(|round| round.overruns == 0).count();
    report.demand(
        "overrun: rounds in which nothing was lost, and nothing shown",
        silent,
        all,
        silent == 0,
    );
    let left = sum(|round| round.left);
    let what = "overrun: live translations left after all have ended";
    report.demand(what, left, all, left == 0);
}

fn tabulate(rounds: &[Round], report: &mut Report) {
    let head = [
        "round",
        "new connections",
        "deliveries that did not fit",
        "overruns",
        "s from SIGCONT to following",
        "s from the load's end",
        "gap covers the stop",
        "compared",
        "differences",
    ];
    report.figures("Overruns, round by round", &head);
    for (index, round) in rounds.iter().enumerate() {
        let [from_continue, from_end] = round.recovery.map(|time| time.as_secs_f64());
        report.row(vec![
            (index + 1).to_string(),
            round.connections.to_string(),
            round.dropped.to_string(),
            round.overruns.to_string(),
            format!("{from_continue:.2}"),
            format!("{from_end:.2}"),
            if round.is_told { "yes" } else { "**no**" }.to_owned(),
            round.compared.to_string(),
            round.differences.to_string(),
        ]);
    }
}
