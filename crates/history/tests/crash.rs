//! A process that records is killed at any moment, again and again.
//!
//! The child is this test itself, run again with a folder in its environment. It tells
//! the number of the last record that a tick has written; whatever it told must be
//! there, once.

// What does not work here is a failed test, wherever it is.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use history::{Effort, Question, Recorder, Settings, open};
use model::{
    EndEvidence, Endpoint, Lookup, Match, Period, Protocol, TimeSource, Timed, Timestamp,
    Translation, TranslationKind, Zone,
};

const FOLDER: &str = "HISTORY_CRASH_FOLDER";
/// Rounds; more of them with HISTORY_CRASH_ROUNDS.
const ROUNDS: u32 = 6;

fn settings(folder: &Path) -> Settings {
    Settings {
        folder: folder.to_owned(),
        segment_records: 20_000,
        fsync_every: Duration::from_millis(100),
        ..Settings::default()
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default();
    Timestamp(since.as_nanos() as i64)
}

/// The record of a number, which is in it.
fn record(number: u32, is_ended: bool) -> Match {
    let timed = |milliseconds| Timed {
        at: Timestamp::of_milliseconds(1_795_474_020_000 + milliseconds),
        source: TimeSource::Kernel,
    };
    let remote = Endpoint::new([198, 51, 100, 7].into(), 443);
    Match {
        protocol: Protocol::TCP,
        translation: Translation {
            kind: TranslationKind::Source,
            internal: Endpoint::new(number.to_be_bytes().into(), 40_000),
            nat: Endpoint::new([203, 0, 113, 7].into(), number as u16),
            remote,
        },
        original_destination: remote,
        zone: Zone::default(),
        kernel_id: None,
        started_at: Some(timed(i64::from(number))),
        ended_at: is_ended.then(|| timed(i64::from(number) + 10)),
        end_evidence: is_ended.then_some(EndEvidence::Event),
        traffic: None,
        mark: None,
    }
}

/// All numbers with how often they are there.
fn numbers(recorder: &Recorder) -> HashMap<u32, u32> {
    let question = Question {
        lookup: Lookup::default(),
        period: Period::ALWAYS,
    };
    let effort = Effort {
        time: Duration::from_secs(60),
    };
    let mut numbers = HashMap::new();
    let completeness = recorder.history().find(&question, effort, |found| {
        // What has been open for long has one beside its end: a day after the time of
        // these records.
        let is_checkpoint = found.end_evidence == Some(EndEvidence::Checkpoint);
        if let std::net::IpAddr::V4(address) = found.translation.internal.address
            && !is_checkpoint
        {
            *numbers.entry(u32::from(address)).or_default() += 1;
        }
        true
    });
    assert!(
        !completeness.is_cut && completeness.damaged.is_empty(),
        "{completeness:?}"
    );
    numbers
}

/// Begins each number and ends the one a hundred before it, for ever.
fn be_the_child(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut recorder = open(settings(folder), now())?;
    recorder.settle(now(), |_| true)?;
    let mut number = numbers(&recorder)
        .into_keys()
        .max()
        .map_or(100, |last| last + 101);
    loop {
        for _ in 0..40 {
            let batch: Vec<Match> = (number..number + 50)
                .flat_map(|number| [record(number, false), record(number - 100, true)])
                .collect();
            recorder.record(&batch, now())?;
            number += 50;
        }
        recorder.tick(now())?;
        println!("{}", number - 101);
    }
}

#[test]
fn child() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let outcome = be_the_child(&PathBuf::from(folder));
        panic!("the child ended by itself: {outcome:?}");
    }
}

#[test]
fn killed_at_any_moment_it_loses_nothing_that_was_written_and_doubles_nothing() {
    let name = format!("history-crash-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let rounds = std::env::var("HISTORY_CRASH_ROUNDS");
    let rounds = rounds.map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut random = u64::from(std::process::id()) | 1;
    let mut told = HashMap::new();
    let mut begun_from = 0;
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(FOLDER, &folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let until = Instant::now() + Duration::from_millis(150 + (random >> 33) % 700);
        // The first number comes when it has opened; then it is let alone for a while.
        let mut lines = output.lines().map(|line| line.unwrap());
        let mut last = lines.by_ref().find_map(|line| line.parse::<u32>().ok());
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        child.kill().unwrap();
        child.wait().unwrap();
        last = lines.filter_map(|line| line.parse().ok()).last().or(last);
        let last = last.expect("the child has written nothing");
        told.insert(round, (begun_from, last));
        // How long that may take is measured by `make bench-history`.
        let recorder = open(settings(&folder), now()).unwrap();
        assert!(recorder.last_alive().is_some());
        let numbers = numbers(&recorder);
        if let Some((number, many)) = numbers.iter().find(|(_, many)| **many != 1) {
            panic!("round {round}: {number} is there {many} times");
        }
        for (from, last) in told.values() {
            for number in *from..=*last {
                assert!(
                    numbers.contains_key(&number),
                    "round {round}: {number} of {from}-{last} is lost"
                );
            }
        }
        begun_from = numbers.into_keys().max().unwrap() + 1;
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
