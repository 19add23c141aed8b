//! Ends that do not fit into the queue: reliable delivery must bring each of
//! them all the same, and none twice.
//!
//! Every packet of the generator makes one connection, and all end soon, also
//! while the reader is stopped. Then every one of them is looked up. The same
//! with best-effort delivery shows what the other is good for.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::stand::{self, STOP, TINY_BUFFER};
use crate::arguments::Plan;
use crate::condition::Condition;
use crate::gateway::Gateway;
use crate::generator::Generator;
use crate::reader::Running;
use crate::readers::Natconnd;
use crate::records::{self, Found};
use crate::report::Report;
use crate::{subscription, sys};

/// Rounds of a full run with reliable delivery.
const ROUNDS: usize = 50;

/// Rounds with best-effort delivery, for comparison only.
const ROUNDS_OF_OTHER: usize = 3;

/// Seconds after which a connection ends.
const TIMEOUT: u32 = 1;

/// How the kernel is asked to deliver.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Reliable,
    BestEffort,
}

/// What one round showed.
struct Round {
    delivery: Delivery,
    sent: u64,
    forwarded: u64,
    found: Found,
    /// Ends that natconnd has told.
    told: u64,
    dropped: u64,
    /// From the end of the load until the kernel had told every end.
    until_told: Duration,
    is_gap_told: bool,
}

/// Stops the reader while connections end.
pub fn destroy(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let natconnd = natconnd.context("destroy is about natconnd: leave out --without-natconnd")?;
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(TIMEOUT)?;
    let mut generator = Generator::new();
    let count = plan.rounds_of_abuse.unwrap_or(ROUNDS);
    let deliveries = [
        (Delivery::Reliable, count),
        (Delivery::BestEffort, count.min(ROUNDS_OF_OTHER)),
    ];
    let mut rounds = Vec::new();
    let mut trouble = None;
    'all: for (delivery, count) in deliveries {
        for number in 1..=count {
            let name = delivery.name();
            eprintln!("destroy, {name}, round {number} of {count}");
            match round(&gateway, natconnd, folder, &mut generator, delivery) {
                Ok(round) => rounds.push(round),
                Err(error) => {
                    trouble = Some(error.context(format!("{name}, round {number}")));
                    break 'all;
                }
            }
        }
    }
    judge(&rounds, count, report);
    tabulate(&rounds, report);
    trouble.map_or(Ok(()), Err)
}

impl Delivery {
    /// Its word in the configuration.
    fn name(self) -> &'static str {
        match self {
            Self::Reliable => "reliable",
            Self::BestEffort => "best-effort",
        }
    }
}

fn round(
    gateway: &Gateway,
    natconnd: &Natconnd,
    folder: &Path,
    generator: &mut Generator,
    delivery: Delivery,
) -> Result<Round> {
    // A process of its own, so that it holds this round's connections only.
    let lines = format!(
        "[track]\nkeep-ended = \"1h\"\ndelivery = \"{}\"\n{TINY_BUFFER}",
        delivery.name()
    );
    let daemon = natconnd.launch_with(gateway, folder, &lines)?;
    let (first, forwarded_before) = (generator.made(), gateway.forwarded()?);
    let (sent, stop) = stand::under_load(generator, gateway, stand::RATE, || {
        sys::pause(Duration::from_secs(1))?;
        let stop = stand::stopped(&daemon, || Ok(sys::pause(STOP)?))?;
        sys::pause(Duration::from_secs(2))?;
        Ok(stop)
    })?;
    let load_ended = Instant::now();
    stand::end_all(gateway)?;
    let until_told = load_ended.elapsed();
    let is_over = |now: &Condition| now.is_following() && now.connections == 0;
    stand::await_condition(&daemon, "following, with nothing alive", is_over)?;
    daemon.process().wait_until_idle()?;
    let condition = Condition::of(&daemon)?;
    let records = records::of_all_hosts(&daemon)?;
    let dropped = subscription::find(gateway)?.map_or(0, |found| found.dropped);
    let round = Round {
        delivery,
        sent: sent.packets,
        forwarded: gateway.forwarded()? - forwarded_before,
        found: records::hold_against(records, first..generator.made()),
        told: condition.changes_ended,
        dropped,
        until_told,
        is_gap_told: stop.is_told_by(&condition),
    };
    Box::new(daemon).finish()?;
    Ok(round)
}

fn judge(rounds: &[Round], wanted: usize, report: &mut Report) {
    let reliable: Vec<_> = rounds
        .iter()
        .filter(|round| round.delivery == Delivery::Reliable)
        .collect();
    let all = reliable.len();
    let sum = |value: fn(&Round) -> u64| reliable.iter().map(|round| value(round)).sum::<u64>();
    let made = sum(|round| round.forwarded);
    let missing = sum(|round| {
        round
            .forwarded
            .abs_diff(round.found.once + round.found.repeated)
    });
    report.demand(
        "destroy: ended connections without a record, reliable",
        format!("{missing} of {made}"),
        all,
        missing == 0 && all == wanted,
    );
    let repeated = sum(|round| round.found.repeated);
    let what = "destroy: connections recorded more than once, reliable";
    report.demand(what, repeated, all, repeated == 0);
    let wrong = sum(|round| round.found.foreign + round.found.live);
    let what = "destroy: records of nothing that was made, or still alive, reliable";
    report.demand(what, wrong, all, wrong == 0);
    let uneven = reliable
        .iter()
        .filter(|round| round.told != round.forwarded)
        .count();
    let what = "destroy: rounds whose count of ends is not that of connections, reliable";
    report.demand(what, uneven, all, uneven == 0);
    let untold = rounds.iter().filter(|round| !round.is_gap_told).count();
    let what = "destroy: rounds whose stop is not told as a gap, both deliveries";
    report.demand(what, untold, rounds.len(), untold == 0);
    let others = rounds
        .iter()
        .filter(|round| round.delivery == Delivery::BestEffort);
    let repeated: u64 = others.clone().map(|round| round.found.repeated).sum();
    let what = "destroy: connections recorded more than once, best-effort";
    report.demand(what, repeated, others.count(), repeated == 0);
}

fn tabulate(rounds: &[Round], report: &mut Report) {
    let head = [
        "delivery",
        "sent",
        "forwarded",
        "recorded once",
        "missing",
        "twice",
        "foreign",
        "ends told",
        "of these estimated",
        "deliveries that did not fit",
        "s until the kernel had told all",
    ];
    report.figures("Ends, round by round", &head);
    for round in rounds {
        let found = &round.found;
        let numbers = [
            round.sent,
            round.forwarded,
            found.once,
            found.missing,
            found.repeated,
            found.foreign,
            round.told,
            found.estimated,
            round.dropped,
        ];
        let mut cells = vec![round.delivery.name().to_owned()];
        cells.extend(numbers.map(|number| number.to_string()));
        cells.push(format!("{:.1}", round.until_told.as_secs_f64()));
        report.row(cells);
    }
}
