//! What is asked of lines as they are found in the wild.
//!
//! Each file in `fixtures/bulk` has a neighbour that says what is asked of each of its lines:
//! `BLESS=1 cargo test -p natconnd --test bulk` writes it, after looking at why it differs.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use model::{EndpointSet, Lookup, Timestamp};
use natconnd::api::LineAnswer;
use natconnd::bulk::{Clock, Item, Reader, Settings, What};
use proptest::prelude::*;

fn settings() -> Settings {
    Settings {
        form: None,
        columns: Vec::new(),
        nat: EndpointSet::default(),
        defaults: Lookup::default(),
        tolerance: Duration::from_secs(2),
        clock: Clock {
            zone: TimeZone::UTC,
            year: None,
            // 2026-11-24T12:00:00Z
            now: Timestamp(1_795_521_600_000_000_000),
        },
    }
}

fn items(input: &[u8], settings: Settings, length: usize) -> (Vec<Item>, Reader) {
    let mut reader = Reader::new(settings);
    let mut items = Vec::new();
    for piece in input.chunks(length) {
        reader.feed(piece);
        if reader.begin().unwrap().is_some() {
            items.extend(std::iter::from_fn(|| reader.next_item()));
        }
    }
    reader.finish();
    reader.begin().unwrap();
    items.extend(std::iter::from_fn(|| reader.next_item()));
    (items, reader)
}

/// What is asked of each line, and what was assumed.
fn asked(input: &[u8], settings: Settings) -> String {
    let (items, mut reader) = items(input, settings, 4096);
    let mut lines = vec![reader.begin().unwrap().unwrap().name().to_owned()];
    for item in items {
        match item.what {
            What::Nothing => {}
            What::Names => lines.push("header".to_owned()),
            What::Answer { question, .. } => lines.push(match question {
                Ok(question) => {
                    let assumed = question.assumed.words();
                    let assumed =
                        if assumed.is_empty() { "" } else { "  assumed " }.to_owned() + assumed;
                    question.query() + &assumed
                }
                Err(error) => format!("error: {error}"),
            }),
        }
    }
    lines.join("\n") + "\n"
}

/// A body of nothing that goes on and on is not kept, and is sent back as it came.
#[test]
fn nothing_takes_no_room() {
    for nothing in ["\n", " ", "\r\n", "\t \n"] {
        let piece = nothing.repeat(16 * 1024);
        let mut reader = Reader::new(settings());
        let mut waiting = 0;
        for _ in 0..1000 {
            reader.feed(piece.as_bytes());
            waiting += piece.len();
            if reader.begin().unwrap().is_some() {
                while let Some(item) = reader.next_item() {
                    waiting -= item.line.len() + item.line_end.len();
                }
            }
            assert!(waiting <= 256 * 1024, "{waiting} bytes of {nothing:?}");
        }
    }
}

/// A line that is too long is answered once, whether its end is known with its last bytes or
/// only later.
#[test]
fn a_line_that_is_too_long_has_one_answer() {
    for (begin, last) in [("{", "{"), ("", "a"), ("nat,", "1")] {
        for length in [70_000, 130_000, 200_000, 65_537] {
            let input = begin.to_owned() + &last.repeat(length);
            for piece in [16 * 1024, 70_000, 1 << 20] {
                let (items, _) = items(input.as_bytes(), settings(), piece);
                let is_error = |item: &&Item| {
                    matches!(
                        &item.what,
                        What::Answer {
                            question: Err(_),
                            ..
                        }
                    )
                };
                let errors = items.iter().filter(is_error).count();
                assert_eq!(errors, 1, "{begin:?} {length} {piece}: {items:?}");
            }
        }
    }
}

/// However it is cut into pieces, it is read the same.
#[test]
fn byte_by_byte_is_as_at_once() {
    for path in fixtures() {
        let input = fs::read(&path).unwrap();
        let (whole, _) = items(&input, settings(), input.len());
        let (single, _) = items(&input, settings(), 1);
        assert_eq!(whole, single, "{}", path.display());
    }
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bulk");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it != "expected"))
        .collect();
    paths.sort();
    assert!(paths.len() > 5);
    paths
}

#[test]
fn lines_in_the_wild_are_understood() {
    let mut wrong = Vec::new();
    for path in fixtures() {
        let expected = PathBuf::from(format!("{}.expected", path.display()));
        let found = asked(&fs::read(&path).unwrap(), settings());
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &found).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lines_are_the_same_in_pieces_of_any_size() {
    for path in fixtures() {
        let input = fs::read(&path).unwrap();
        let whole = items(&input, settings(), input.len()).0;
        for length in [1, 2, 3, 7, 64] {
            assert_eq!(items(&input, settings(), length).0, whole, "{path:?}");
        }
    }
}

fn written(input: &[u8], settings: Settings) -> Vec<u8> {
    let (items, reader) = items(input, settings, 4096);
    let mut out = Vec::new();
    for item in items {
        let answer = matches!(item.what, What::Answer { .. }).then(LineAnswer::default);
        reader.writer().write(&mut out, &item, answer.as_ref());
    }
    out
}

#[test]
fn csv_keeps_its_columns_and_gets_ours() {
    let input = fs::read(
        fixtures()
            .iter()
            .find(|it| it.ends_with("report.csv"))
            .unwrap(),
    )
    .unwrap();
    let out = written(&input, settings());
    let read = |bytes: &[u8]| -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(bytes);
        let rows = reader.records().map(|row| row.unwrap());
        rows.map(|row| row.iter().map(str::to_owned).collect())
            .collect()
    };
    let (before, after) = (read(&input), read(&out));
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(after[..before.len()], before[..]);
        assert_eq!(after.len(), before.len().max(7) + LineAnswer::COLUMNS.len());
    }
    assert_eq!(after[0][7..], LineAnswer::COLUMNS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_line_is_there_in_its_order(
        lines in prop::collection::vec("[ -~]{0,40}|203\\.0\\.113\\.[0-9]:[0-9]{1,6} [a-z ]{0,9}", 0..40),
        length in 1..50_usize,
    ) {
        let settings = || Settings { form: Some("text".parse().unwrap()), ..settings() };
        let input = lines.join("\n");
        let (items, reader) = items(input.as_bytes(), settings(), length);
        let mut out = Vec::new();
        for item in &items {
            let answer = matches!(item.what, What::Answer { .. }).then(LineAnswer::default);
            reader.writer().write(&mut out, item, answer.as_ref());
        }
        let out = String::from_utf8(out).unwrap();
        // What is said of a text that asks nothing stands behind it.
        let lines = out.lines().filter(|line| !line.starts_with("natconnd:"));
        let found: Vec<&str> = lines.map(|line| line.split('\t').next().unwrap()).collect();
        let kept: Vec<&str> = input.lines().collect();
        prop_assert_eq!(found, kept);
    }
}
