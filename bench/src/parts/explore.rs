//! The floor with other settings, to find the cheapest.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::load::{Round, Stand};
use crate::arguments::Plan;
use crate::floor::Settings;
use crate::generator::Load;
use crate::readers::Bare;
use crate::report::Report;
use crate::samples::Samples;

/// Runs every variant once per round and tabulates the medians.
pub fn explore(plan: &Plan, folder: &Path, report: &mut Report) -> Result<()> {
    let mut stand = Stand::build(folder)?;
    let variants = variants();
    let mut rounds: Vec<Vec<Round>> = vec![Vec::new(); variants.len()];
    for number in 1..=plan.rounds {
        for (&settings, rounds) in variants.iter().zip(&mut rounds) {
            eprintln!("round {number}: {}", describe(settings));
            let reader = Bare { settings };
            rounds.push(stand.round(Some(&reader), Load::FullSpeed(plan.round))?);
        }
    }
    let head = [
        "floor",
        "ns per event",
        "connections/s",
        "core busy",
        "lost",
        "overruns",
    ];
    report.figures("Variants of the floor", &head);
    for (&settings, rounds) in variants.iter().zip(&rounds) {
        let samples = |value: fn(&Round) -> f64| rounds.iter().map(value).collect::<Samples>();
        report.row(vec![
            describe(settings),
            format!("{:.0}", samples(|round| round.cpu_per_event)),
            format!("{:.0}", samples(|round| round.rate)),
            format!("{:.2}", samples(|round| round.busy)),
            rounds.iter().map(Round::lost).sum::<u64>().to_string(),
            rounds
                .iter()
                .filter_map(|round| round.overruns)
                .sum::<u64>()
                .to_string(),
        ]);
    }
    Ok(())
}

fn variants() -> Vec<Settings> {
    let usual = Settings::default();
    let batches = [16, 32, 128, 256, 512].map(|batch| Settings { batch, ..usual });
    let naps = [0, 500, 1000, 5000, 10_000, 20_000].map(|microseconds| Settings {
        nap: Duration::from_micros(microseconds),
        ..usual
    });
    let rooms = [256, 512, 4096, 8192].map(|room| Settings { room, ..usual });
    let filter = Settings {
        filter: true,
        ..usual
    };
    [usual]
        .into_iter()
        .chain(batches)
        .chain(naps)
        .chain(rooms)
        .chain([filter])
        .collect()
}

fn describe(settings: Settings) -> String {
    let Settings {
        batch,
        nap,
        room,
        filter,
    } = settings;
    let filter = if filter { ", filter" } else { "" };
    format!("batch {batch}, nap {nap:?}, room {room}{filter}")
}
