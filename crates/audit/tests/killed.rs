//! A process that records is killed at any moment, again and again.
//!
//! The child is this test itself, run again with a folder in its environment. It tells
//! the number of each entry once it is acknowledged; whatever it told must be there.

// What does not work here is a failed test, wherever it is.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use audit::{Audit, Entry, Outcome, Settings, Wanted, read, verify};

const FOLDER: &str = "AUDIT_KILLED_FOLDER";
const ROUNDS: u64 = 8;

fn settings(folder: &Path) -> Settings {
    Settings {
        rotate_bytes: 20_000,
        ..Settings::new(folder)
    }
}

#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let audit = Arc::new(Audit::open(settings(&PathBuf::from(folder))).unwrap());
    let first = u64::from(std::process::id()) << 32;
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let audit = Arc::clone(&audit);
            std::thread::spawn(move || {
                for number in 0..1_000_000 {
                    let number = first + (thread << 24) + number;
                    let entry = Entry {
                        matches: Some(number),
                        ..Entry::new("lookup", Outcome::Answered)
                    };
                    audit.record(vec![entry]).wait().unwrap();
                    println!("{number}");
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn what_was_acknowledged_is_there() {
    let name = format!("audit-killed-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let mut told = BTreeSet::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(FOLDER, &folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reader = std::thread::spawn(move || {
            let numbers = lines.filter_map(|line| line.unwrap().parse::<u64>().ok());
            numbers.collect::<Vec<_>>()
        });
        let begin = Instant::now();
        while !folder.join("audit-000000001.jsonl").exists() {
            assert!(begin.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(60 + 37 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        told.extend(reader.join().unwrap());
        let report = verify(&folder, None).unwrap();
        assert!(report.is_whole(), "{report:#?}");
    }
    // What the last one left is mended, too.
    let audit = Audit::open(settings(&folder)).unwrap();
    audit.close().unwrap();
    let report = verify(&folder, audit.status().head).unwrap();
    assert!(report.is_whole(), "{report:#?}");
    let lines = read(&folder, Wanted::default(), None).unwrap();
    let there: BTreeSet<u64> = lines
        .filter_map(|line| line.unwrap().entry()?.matches)
        .collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(told.len() > 100, "{}", told.len());
    assert!(told.is_subset(&there));
}
