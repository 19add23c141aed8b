//! kill -9 at any moment: what was in the journal is there afterwards, once.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use model::Timestamp;

use super::kill_daemon::kill_daemon;
use crate::arguments::Plan;
use crate::past::accounts::{self, Accounts};
use crate::past::place::Place;
use crate::past::random::Random;
use crate::past::writer::{self, Round, Writer};
use crate::past::{fill, writer::settle};
use crate::readers::Natconnd;
use crate::report::Report;
use crate::sys;

/// Rounds of a full run.
const ROUNDS: usize = 200;

/// The longest that a start may take.
pub const LIMIT: Duration = Duration::from_secs(2);

/// The longest that a writer works before it is killed.
const WORK: Duration = Duration::from_millis(1200);

/// How long a writer works that is to be killed while it starts: it opens a
/// history that was never closed.
const START: Duration = Duration::from_millis(60);

/// Most writers that are killed one after the other before somebody looks.
const IN_A_ROW: u64 = 3;

/// Kills writers, and looks what they have left.
///
/// Some of the rounds are for natconnd as a whole.
pub fn kill(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let count = plan.rounds_of_abuse.unwrap_or(ROUNDS);
    let place = Place::take(None)?;
    kill_writers(&place, count, report)?;
    match natconnd {
        Some(natconnd) => kill_daemon(natconnd, &place, folder, count.div_ceil(10), report),
        None => Ok(()),
    }
}

fn kill_writers(place: &Place, count: usize, report: &mut Report) -> Result<()> {
    let folder = place.fresh("kill")?;
    let mut random = Random::of(4);
    let (mut sum, mut slowest) = (Accounts::default(), Duration::ZERO);
    let (mut rounds, mut starts, mut in_start) = (0, 0, 0);
    let mut example = None;
    while rounds < count as u64 {
        let first = rounds;
        let mut told = Vec::new();
        let in_a_row = (1 + random.below(IN_A_ROW)).min(count as u64 - rounds);
        for _ in 0..in_a_row {
            let most = match random.below(3) {
                0 => START,
                _ => WORK,
            };
            let writer = Writer::start(&folder, Round(rounds))?;
            sys::pause(most.mul_f64(random.share()))?;
            let recorded = writer.kill()?;
            in_start += usize::from(recorded.is_none());
            told.push(recorded.unwrap_or(0));
            rounds += 1;
        }
        let now = Round(rounds - 1).to();
        let start = Instant::now();
        let mut recorder = fill::open(&writer::settings(&folder), now)
            .with_context(|| format!("start after kill number {rounds}"))?;
        slowest = slowest.max(start.elapsed());
        starts += 1;
        settle(&mut recorder, now)?;
        for (round, told) in (first..).zip(told) {
            let found = accounts::compare(recorder.history(), Round(round), told)
                .with_context(|| format!("look what kill number {} has left", round + 1))?;
            if found.lost + found.lost_open + found.twice + found.foreign > 0 && example.is_none() {
                example = Some(format!("kill number {}: {found:?}", round + 1));
            }
            sum.add(&found);
        }
        eprintln!("history-kill: {rounds} of {count}, {} records", sum.found);
        fill::close(recorder, now)?;
    }
    let faults = verify(&folder, Round(rounds).from())?;
    judge(&sum, rounds as usize, slowest, faults, report);
    tabulate(&sum, rounds, in_start, starts, slowest, report);
    if let Some(example) = example {
        eprintln!("history-kill: the first that is not right: {example}");
    }
    Ok(())
}

/// Verifies every file; says how many are damaged.
fn verify(folder: &Path, now: Timestamp) -> Result<usize> {
    let recorder = fill::open(&writer::settings(folder), now)?;
    let mut faults = 0;
    recorder.history().verify(now, |verified| {
        if let Some(fault) = verified.fault {
            eprintln!("history-kill: {}: {fault}", verified.path.display());
            faults += 1;
        }
    });
    fill::close(recorder, now)?;
    Ok(faults)
}

fn judge(sum: &Accounts, rounds: usize, slowest: Duration, faults: usize, report: &mut Report) {
    let mut demand = |what: &str, found: u64, holds: bool| {
        report.demand(&format!("kill -9: {what}"), found, rounds, holds);
    };
    demand(
        "ends that were in the journal and are lost",
        sum.lost,
        sum.lost == 0,
    );
    demand(
        "connections that were open, and have got no end",
        sum.lost_open,
        sum.lost_open == 0,
    );
    demand("records that are there twice", sum.twice, sum.twice == 0);
    demand(
        "records of nothing that was recorded",
        sum.foreign,
        sum.foreign == 0,
    );
    demand("records that are there", sum.found, sum.found > 0);
    demand(
        "connections that were open, and got one end",
        sum.settled,
        sum.settled > 0,
    );
    demand("damaged files", faults as u64, faults == 0);
    report.demand(
        "kill -9: the slowest start, in seconds, at most 2",
        format!("{:.3}", slowest.as_secs_f64()),
        rounds,
        slowest <= LIMIT,
    );
}

fn tabulate(
    sum: &Accounts,
    kills: u64,
    in_start: usize,
    starts: usize,
    slowest: Duration,
    report: &mut Report,
) {
    let head = [
        "kills",
        "of these before it was ready",
        "looked",
        "begins and ends told",
        "records expected",
        "found",
        "checkpoints",
        "slowest start, ms",
    ];
    report.figures("kill -9 of a process that records all it can", &head);
    report.row(vec![
        kills.to_string(),
        in_start.to_string(),
        starts.to_string(),
        sum.told.to_string(),
        sum.expected.to_string(),
        sum.found.to_string(),
        sum.checkpoints.to_string(),
        format!("{:.1}", slowest.as_secs_f64() * 1e3),
    ]);
}
