//! DuckDB, pyarrow, pandas and ClickHouse's engine read what is written here.
//!
//! The programs are those of `tests/readers/requirements.txt`; `tools/install-readers`
//! installs them into `target/readers`. Where they are not there the tests say so and
//! are skipped; with `NATCONND_REQUIRE_READER_TESTS=1`, as `make test` sets it, they fail.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use model::{Counters, Endpoint, Lookup, Match, Period, Timestamp, TranslationKind, ZoneScope};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{SMALL, bytes_of, find, fixture, meta};
use crate::Question;
use crate::arbitrary::{everything, example, kept, records};
use crate::rows::own_destination;
use crate::segment::Segment;
use crate::segment::layout::Layout;

/// The Python that has the programs, or why there is none.
fn python() -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| manifest.join("../../target"), PathBuf::from);
    let python = target.join("readers/bin/python");
    if python.exists() {
        return Some(python);
    }
    let why = format!("{} is not there", python.display());
    if std::env::var("NATCONND_REQUIRE_READER_TESTS").is_ok_and(|require| require == "1") {
        panic!("{why}\n  hint: run tools/install-readers");
    }
    eprintln!("SKIPPED: {why}; run tools/install-readers");
    None
}

/// Runs a script of `tests/readers` in a folder; gives the JSON that it prints.
fn run<T: serde::de::DeserializeOwned>(
    python: &Path,
    script: &str,
    argument: &Path,
    folder: &Path,
    input: &Value,
) -> T {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers");
    let mut child = Command::new(python)
        .arg(scripts.join(script))
        .arg(argument)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{script} failed: {}",
        output.status
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A folder with segments that goes away.
struct Folder(PathBuf);

impl Folder {
    fn with(segments: &[(&[Match], Layout)]) -> Self {
        let place = super::Place::new();
        let folder = Self(place.0.clone());
        std::fs::create_dir_all(folder.segments()).unwrap();
        for (number, (records, layout)) in segments.iter().enumerate() {
            let (bytes, _) = bytes_of(records, *layout);
            std::fs::write(folder.segment(number), bytes).unwrap();
        }
        folder
    }

    fn segments(&self) -> PathBuf {
        self.0.join("segments")
    }

    fn segment(&self, number: usize) -> PathBuf {
        self.segments().join(format!("{number:010}.parquet"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a program must say of a record: FORMAT.md's columns, in order.
fn row(record: &Match) -> Vec<Value> {
    let translation = &record.translation;
    let remote = Some(translation.remote).filter(|remote| !remote.is_omitted());
    let other = Some(record.original_destination)
        .filter(|destination| *destination != own_destination(translation));
    let address = |endpoint: Option<Endpoint>| json!(endpoint.map(|e| e.address.to_string()));
    let port = |endpoint: Option<Endpoint>| json!(endpoint.map(|e| e.port));
    let sent = record.traffic.map(|traffic| match translation.kind {
        TranslationKind::Source => [traffic.original, traffic.reply],
        TranslationKind::Destination => [traffic.reply, traffic.original],
    });
    let count = |side: usize, of: fn(Counters) -> u64| json!(sent.map(|sent| of(sent[side])));
    vec![
        json!(translation.kind.name()),
        json!(record.protocol.to_string()),
        address(Some(translation.internal)),
        port(Some(translation.internal)),
        address(Some(translation.nat)),
        port(Some(translation.nat)),
        address(remote),
        port(remote),
        json!(record.zone.id),
        json!(match record.zone.scope {
            ZoneScope::Both => "both",
            ZoneScope::Original => "original",
            ZoneScope::Reply => "reply",
        }),
        json!(record.started_at.map(|time| time.at.milliseconds())),
        json!(record.started_at.map(|time| time.source.name())),
        json!(record.ended_at.map(|time| time.at.milliseconds())),
        json!(record.ended_at.map(|time| time.source.name())),
        json!(record.end_evidence.map(|evidence| evidence.name())),
        count(0, |sent| sent.packets),
        count(0, |sent| sent.bytes),
        count(1, |sent| sent.packets),
        count(1, |sent| sent.bytes),
        json!(record.mark),
        json!(meta().gateway),
        address(other),
        port(other),
    ]
}

fn in_order(rows: impl IntoIterator<Item = Vec<Value>>) -> Vec<String> {
    let mut rows: Vec<String> = rows.into_iter().map(|row| json!(row).to_string()).collect();
    rows.sort_unstable();
    rows
}

/// Random records, the same each time, of times that all programs know.
fn some_records() -> Vec<Match> {
    let tree = records(3000..3001).new_tree(&mut TestRunner::deterministic());
    let year_2100 = 4_102_444_800_000;
    let is_known = |time: Option<model::Timed>| {
        time.is_none_or(|time| (0..year_2100).contains(&time.at.milliseconds()))
    };
    let records = tree.unwrap().current();
    records
        .iter()
        .map(kept)
        .filter(|record| is_known(record.started_at) && is_known(record.ended_at))
        .collect()
}

#[test]
fn all_programs_answer_as_natconnd_does() {
    let Some(python) = python() else { return };
    let random = some_records();
    let fixture: Vec<Match> = (0..60).map(fixture::record).collect();
    let many_pages = Layout {
        page: 100,
        slice: 500,
    };
    let folder = Folder::with(&[(&random, many_pages), (&fixture, SMALL)]);
    let segments = [0, 1].map(|number| Segment::open(&folder.segment(number)).unwrap());

    let mut questions = vec![Value::Null];
    let mut asked = vec![everything()];
    for record in random.iter().step_by(97).chain(&fixture[..20]) {
        let nat = record.translation.nat;
        let at = record.ended_at.unwrap().at.milliseconds() - 1;
        questions.push(json!({
            "nat_address": nat.address.to_string(),
            "nat_port": nat.port,
            "at": at,
        }));
        asked.push(Question {
            lookup: Lookup {
                nat: model::EndpointPattern::exactly(nat),
                ..Lookup::default()
            },
            period: Period::at(Timestamp::of_milliseconds(at)),
        });
    }
    let answers: BTreeMap<String, Vec<Vec<Vec<Value>>>> = run(
        &python,
        "ask.py",
        &folder.segments(),
        &folder.0,
        &json!(questions),
    );
    assert_eq!(answers.len(), 4, "programs");
    for (program, answers) in answers {
        assert_eq!(answers.len(), asked.len(), "{program}");
        for (number, (question, rows)) in asked.iter().zip(answers).enumerate() {
            let found = segments
                .iter()
                .flat_map(|segment| find(segment, question).unwrap());
            let expected = in_order(found.map(|record| row(&record)));
            assert!(!expected.is_empty() || number > 0);
            let rows = in_order(rows);
            for (found, expected) in rows.iter().zip(&expected) {
                assert_eq!(found, expected, "{program}, question {}", questions[number]);
            }
            assert_eq!(
                rows.len(),
                expected.len(),
                "{program} {}",
                questions[number]
            );
        }
    }
}

#[test]
fn examples_of_the_document_run_as_they_stand() {
    let Some(python) = python() else { return };
    let mut other = example();
    other.translation.nat.port = 40_124;
    let counters = Counters {
        packets: 3,
        bytes: 400,
    };
    other.traffic = Some(model::Traffic {
        original: counters,
        reply: counters,
    });
    let folder = Folder::with(&[(&[example(), other], Layout::default())]);
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/history-files.md");
    let answers: Vec<(String, Vec<Vec<String>>)> =
        run(&python, "document.py", &document, &folder.0, &Value::Null);
    assert!(answers.len() >= 8, "{} examples", answers.len());
    for (language, rows) in &answers {
        assert!(!rows.is_empty(), "an example in {language} finds nothing");
    }
    for (language, rows) in &answers[..4] {
        let expected = ["192.168.1.2", "40123", "tcp", "198.51.100.1"];
        assert_eq!(rows, &[expected], "{language}");
    }
}
