//! Exports of a real history and a table, read again as a history reads them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use history::{Effort, Settings};
use model::{EndEvidence, Lookup, Match, Period, Timestamp};

use super::super::any_life::{translation, until};
use super::{Exported, PastQuestion};
use crate::lookup::Answers;
use crate::recorder::Archive;

/// A folder that goes away.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let name = format!("natconnd-export-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const EVERYTHING: PastQuestion = PastQuestion {
    lookup: Lookup {
        protocol: None,
        kind: None,
        zone: None,
        internal: ANY,
        nat: ANY,
        remote: ANY,
    },
    period: Period::ALWAYS,
    tolerance: Duration::ZERO,
};
const ANY: model::EndpointPattern = model::EndpointPattern {
    addresses: None,
    ports: None,
};

fn settings(folder: &Path) -> Settings {
    Settings {
        folder: folder.to_owned(),
        ..Settings::default()
    }
}

fn answers(folder: &Path, recorded: &[Match], live: Vec<Match>) -> Answers {
    let now = Timestamp::of_milliseconds(0);
    let mut recorder = history::open(settings(folder), now).unwrap();
    recorder.record(recorded, now).unwrap();
    let archive = Archive::of(Arc::clone(recorder.history()));
    Answers::of_matches(live).with_archive(Arc::new(archive))
}

/// What is in an exported file: it is read as what a case holds.
fn exported(place: &Place, bytes: &[u8]) -> Vec<Match> {
    let folder = place.0.join("read");
    fs::create_dir_all(folder.join("holds")).unwrap();
    fs::write(folder.join("holds/exported.parquet"), bytes).unwrap();
    let recorder = history::open(settings(&folder), Timestamp::MAX).unwrap();
    let question = history::Question {
        lookup: Lookup::default(),
        period: Period::ALWAYS,
    };
    let effort = Effort {
        time: Duration::from_secs(60),
    };
    let mut found = Vec::new();
    let completeness = recorder.history().find(&question, effort, |record| {
        found.push(record);
        true
    });
    assert!(completeness.damaged.is_empty(), "{completeness:?}");
    found.sort_by(history::History::order);
    found
}

#[test]
fn each_translation_is_there_once_and_those_that_live_too() {
    let place = Place::new("once");
    let at = |found, to, evidence| until(found, to, Some(evidence));
    let [ended, living, other] =
        [(1, 100), (2, 200), (3, 300)].map(|(host, from)| translation(host, 1, from));
    let recorded = [
        at(ended, 150, EndEvidence::Checkpoint),
        at(living, 250, EndEvidence::Checkpoint),
        at(ended, 400, EndEvidence::Event),
        at(other, 350, EndEvidence::Event),
    ];
    let answers = answers(&place.0, &recorded, vec![living]);
    for part in [1, 2, 1000] {
        let path = place.0.join("exported");
        let file = File::create(&path).unwrap();
        let told = answers.export_in_parts(&EVERYTHING, &file, part, || true);
        let told: Exported = told.unwrap().unwrap();
        assert_eq!((told.records, told.is_cut), (3, false));
        let found = exported(&place, &fs::read(&path).unwrap());
        assert_eq!(found, [recorded[2], living, recorded[3]]);
    }
}

/// More than were exported at once before, when the rest was cut off.
#[test]
fn nothing_is_cut_off_in_bounded_parts() {
    let place = Place::new("parts");
    let recorded: Vec<Match> = (0..2000)
        .map(|number| {
            let found = translation((number % 7) as u8, 1, number);
            until(found, number + 5, Some(EndEvidence::Event))
        })
        .collect();
    let answers = answers(&place.0, &recorded, vec![]);
    let path = place.0.join("exported");
    let file = File::create(&path).unwrap();
    let told = answers.export_in_parts(&EVERYTHING, &file, 100, || true);
    assert_eq!(told.unwrap().unwrap().records, 2000);
    let found = exported(&place, &fs::read(&path).unwrap());
    let begins: BTreeSet<_> = found.iter().map(|row| row.started_at.unwrap().at).collect();
    assert_eq!((found.len(), begins.len()), (2000, 2000));
}

#[test]
fn it_ends_when_nobody_waits_for_it() {
    let place = Place::new("gone");
    let answers = answers(&place.0, &[translation(1, 1, 5)], vec![]);
    let file = File::create(place.0.join("exported")).unwrap();
    assert!(answers.export(&EVERYTHING, &file, || false).is_none());
}
