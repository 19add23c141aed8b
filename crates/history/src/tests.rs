//! Tests of all parts together, on real files.

mod basics;
mod damage;
mod folder;
mod holding;
mod hostile;
mod journal;
mod journal_damage;
mod keeping;
mod model;
mod pages;
mod sealing;
mod stopping;
mod unread;

use std::path::PathBuf;
use std::time::Duration;

use ::model::{EndEvidence, Endpoint, Match, Period, TimeSource, Timed, Timestamp};

use crate::arbitrary::{everything, example};
use crate::{Effort, History, Question, Recorder, Settings, open};

pub(crate) use folder::TestFolder;

/// A time, in milliseconds after a moment in 2026.
pub(crate) fn at(milliseconds: i64) -> Timestamp {
    Timestamp::of_milliseconds(1_795_474_020_000 + milliseconds)
}

/// Settings for few records.
pub(crate) fn settings(folder: &TestFolder) -> Settings {
    settings_of(folder.path())
}

/// The same for the folder at a path.
pub(crate) fn settings_of(folder: PathBuf) -> Settings {
    Settings {
        folder,
        gateway: "gw1".to_owned(),
        segment_records: 1000,
        ..Settings::default()
    }
}

/// A translation that is told apart by a number, and begins at that many
/// milliseconds.
pub(crate) fn begun(number: u32) -> Match {
    let [_, a, b, c] = number.to_be_bytes();
    let mut record = example();
    record.translation.internal = Endpoint::new([10, a, b, c].into(), 40_000);
    record.translation.nat.port = (number % 50_000) as u16;
    record.started_at = Some(Timed {
        at: at(i64::from(number)),
        source: TimeSource::Kernel,
    });
    record.ended_at = None;
    record.end_evidence = None;
    record
}

/// The same, ended a second later.
pub(crate) fn ended(number: u32) -> Match {
    Match {
        ended_at: Some(Timed {
            at: at(i64::from(number) + 1000),
            source: TimeSource::Kernel,
        }),
        end_evidence: Some(EndEvidence::Event),
        ..begun(number)
    }
}

/// A question about one moment.
pub(crate) fn question_at(milliseconds: i64) -> Question {
    Question {
        period: Period::at(at(milliseconds)),
        ..everything()
    }
}

pub(crate) const EFFORT: Effort = Effort {
    time: Duration::from_secs(60),
};

/// All records of a question, in order.
pub(crate) fn found(history: &History, question: &Question) -> Vec<Match> {
    let mut found = Vec::new();
    let completeness = history.find(question, EFFORT, |record| {
        found.push(record);
        true
    });
    assert!(!completeness.is_cut);
    found.sort_by(History::order);
    found
}

/// All records, in order.
pub(crate) fn all(history: &History) -> Vec<Match> {
    found(history, &everything())
}

/// Ticks until everything that was full is sealed.
pub(crate) fn wait_for_sealing(recorder: &mut Recorder, now: Timestamp) {
    tick_until(recorder, now, Recorder::is_sealed);
}

/// Ticks until the background has done what is due.
pub(crate) fn tick_until_idle(recorder: &mut Recorder, now: Timestamp) {
    recorder.tick(now).unwrap();
    tick_until(recorder, now, Recorder::is_idle);
}

fn tick_until(recorder: &mut Recorder, now: Timestamp, is_so: impl Fn(&Recorder) -> bool) {
    for _ in 0..10_000 {
        recorder.tick(now).unwrap();
        if is_so(recorder) {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("the background takes too long");
}

/// Opens with settings for few records.
pub(crate) fn open_few(folder: &TestFolder, now: Timestamp) -> Recorder {
    open(settings(folder), now).unwrap()
}

/// The journal files that are there.
pub(crate) fn journals(folder: &TestFolder) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.path().join("journal")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
