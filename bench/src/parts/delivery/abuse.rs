//! A gateway under load whose listener stands still for a while.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{await_empty, combinations, describe, end_live, seconds};
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::listener::Options;
use crate::readers::{Heard, Listener};
use crate::report::Report;
use crate::samples::Samples;
use crate::{dying, subscription, sys};

/// As given to `SO_RCVBUFFORCE`: room for some 6500 events, a twentieth of a
/// second at full load.
const BUFFER: i32 = 4 << 20;

/// Seconds after which the connections end.
const UDP_TIMEOUT: u32 = 1;

/// How long to wait for what the kernel tells late.
const PATIENCE: Duration = Duration::from_secs(180);

/// What one round showed.
struct Round {
    rate: f64,
    forwarded: u64,
    heard: Option<Heard>,
    /// Connections that the kernel tracked when the listener went on.
    tracked: u64,
    /// Those of them that were dying when the load was over.
    dying: u64,
    dropped: u64,
    until_empty: Option<Duration>,
}

/// Lets all take turns: nobody, then each combination, reading and standing
/// still.
pub fn compare(plan: &Plan, folder: &Path, report: &mut Report) -> Result<()> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(UDP_TIMEOUT)?;
    let mut generator = Generator::new();
    let mut contenders: Vec<(Option<Options>, bool, Vec<Round>)> = vec![(None, false, Vec::new())];
    for is_still in [false, true] {
        for options in combinations(BUFFER) {
            contenders.push((Some(options), is_still, Vec::new()));
        }
    }
    for number in 1..=plan.rounds {
        for (options, is_still, rounds) in &mut contenders {
            let name = options.map_or("nobody", describe);
            let manner = if *is_still { "still" } else { "reading" };
            eprintln!("delivery under load, round {number}: {name}, {manner}");
            let still = is_still.then_some(plan.round / 2);
            rounds.push(round(
                &gateway,
                &mut generator,
                *options,
                plan.round,
                still,
                folder,
            )?);
        }
    }
    for is_still in [false, true] {
        let manner = if is_still {
            format!("that stands still for {} s", plan.round.as_secs_f64() / 2.0)
        } else {
            "that reads".to_owned()
        };
        report.figures(
            &format!(
                "{} s at full load, a listener {manner}, {} MiB",
                plan.round.as_secs(),
                BUFFER >> 20
            ),
            &[
                "options",
                "connections/s",
                "of nobody's",
                "forwarded",
                "NEW missing",
                "DESTROY missing",
                "NEW twice",
                "DESTROY twice",
                "ENOBUFS",
                "dropped",
                "tracked at the end of the stop",
                "dying after the load",
                "seconds until none was",
            ],
        );
        let nobody: Samples = contenders[0].2.iter().map(|round| round.rate).collect();
        for (options, _, rounds) in contenders.iter().filter(|one| one.1 == is_still) {
            report.row(cells(*options, rounds, &nobody));
        }
    }
    Ok(())
}

fn round(
    gateway: &Gateway,
    generator: &mut Generator,
    options: Option<Options>,
    load: Duration,
    still: Option<Duration>,
    folder: &Path,
) -> Result<Round> {
    let listener = options
        .map(|options| Listener::start("listener", options, gateway, folder))
        .transpose()?;
    let before = gateway.forwarded()?;
    let (sent, tracked) = std::thread::scope(|scope| -> Result<_> {
        let stop = scope.spawn(|| -> Result<u64> {
            let (Some(listener), Some(still)) = (&listener, still) else {
                return Ok(0);
            };
            sys::pause(load / 10)?;
            listener.process().freeze()?;
            let slept = sys::pause(still);
            let tracked = gateway.connections()?;
            listener.process().thaw()?;
            slept?;
            Ok(tracked)
        });
        let sent = generator.send(gateway, Load::FullSpeed(load))?;
        let tracked = stop.join().ok().context("stop the listener: panicked")??;
        Ok((sent, tracked))
    })?;
    let forwarded = gateway.forwarded()? - before;
    let dying = dying::dying(gateway)?.connections;
    end_live(gateway)?;
    let until_empty = await_empty(gateway, PATIENCE)?;
    let dropped = subscription::find(gateway)?.map_or(0, |found| found.dropped);
    if let Some(listener) = &listener {
        listener.process().wait_until_idle()?;
    }
    let heard = listener.map(Listener::finish).transpose()?;
    // Without a listener nothing keeps a connection dying.
    await_empty(gateway, PATIENCE)?;
    Ok(Round {
        rate: forwarded as f64 / sent.time.as_secs_f64(),
        forwarded,
        heard,
        tracked,
        dying,
        dropped,
        until_empty,
    })
}

fn cells(options: Option<Options>, rounds: &[Round], nobody: &Samples) -> Vec<String> {
    let samples = |value: fn(&Round) -> f64| rounds.iter().map(value).collect::<Samples>();
    let rate = samples(|round| round.rate);
    let mut cells = vec![
        options.map_or("nobody", describe).to_owned(),
        format!("{rate:.0}"),
        format!("{:.2}", Samples::ratio(&rate, nobody)),
        format!("{:.0}", samples(|round| round.forwarded as f64)),
    ];
    if options.is_none() {
        cells.resize(13, "–".to_owned());
        return cells;
    }
    let of = |value: fn(&Heard) -> u64| {
        let values = rounds.iter().flat_map(|round| &round.heard).map(value);
        format!(
            "{:.0}",
            values.map(|value| value as f64).collect::<Samples>()
        )
    };
    let missing = |value: fn(&Heard) -> u64| {
        let values = rounds.iter().filter_map(|round| {
            Some((round.forwarded as f64) - (value(round.heard.as_ref()?) as f64))
        });
        format!("{:.0}", values.collect::<Samples>())
    };
    cells.extend([
        missing(|heard| heard.seen.began),
        missing(|heard| heard.seen.ended),
        of(|heard| heard.seen.began_again),
        of(|heard| heard.seen.ended_again),
        of(|heard| heard.overruns),
        format!("{:.0}", samples(|round| round.dropped as f64)),
        format!("{:.0}", samples(|round| round.tracked as f64)),
        format!("{:.0}", samples(|round| round.dying as f64)),
        rounds
            .iter()
            .map(|round| seconds(round.until_empty))
            .collect::<Vec<_>>()
            .join(", "),
    ]);
    cells
}
