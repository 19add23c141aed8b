//! A process that has no file descriptor left.
//!
//! It is this test itself, run again with a folder in its environment and a low limit.

// What does not work here is a failed test, wherever it is.
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use history::{Completeness, Effort, History, Question, Recorder, Settings, open};
use model::{
    EndEvidence, Endpoint, GapCause, Lookup, Match, Period, Protocol, TimeSource, Timed, Timestamp,
    Translation, TranslationKind, Zone,
};

const FOLDER: &str = "HISTORY_DESCRIPTORS_FOLDER";

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::of_milliseconds(1_795_474_020_000 + milliseconds)
}

fn record(number: u32) -> Match {
    let timed = |milliseconds| Timed {
        at: at(milliseconds),
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
        ended_at: Some(timed(i64::from(number) + 10)),
        end_evidence: Some(EndEvidence::Event),
        traffic: None,
        mark: None,
    }
}

fn ask(history: &History) -> (usize, Completeness) {
    let question = Question {
        lookup: Lookup::default(),
        // Not so far back that the hold is asked, too.
        period: Period {
            from: at(1),
            to: Timestamp::MAX,
        },
    };
    let effort = Effort {
        time: Duration::from_secs(60),
    };
    let mut count = 0;
    let completeness = history.find(&question, effort, |_| {
        count += 1;
        true
    });
    (count, completeness)
}

/// All descriptors that there are.
fn all_descriptors() -> Vec<File> {
    let mut files = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        files.push(file);
        assert!(files.len() < 10_000, "there is no limit");
    }
    files
}

fn faults(history: &History) -> Vec<String> {
    let mut faults = Vec::new();
    history.verify(at(9000), |file| faults.extend(file.fault));
    faults
}

fn be_the_child(folder: &Path) {
    let settings = Settings {
        folder: folder.to_owned(),
        segment_records: 1000,
        ..Settings::default()
    };
    let mut recorder = open(settings, at(0)).unwrap();
    for start in (0..2100).step_by(100) {
        let records: Vec<Match> = (start..start + 100).map(record).collect();
        recorder.record(&records, at(3000)).unwrap();
    }
    let is_sealed = |recorder: &Recorder| recorder.history().status().segments == 2;
    for _ in 0..1000 {
        if is_sealed(&recorder) {
            break;
        }
        recorder.tick(at(3000)).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(is_sealed(&recorder));
    let history = recorder.history().clone();
    history.hold("case", &[record(1)], &[], at(3000)).unwrap();

    let files = all_descriptors();
    let (count, completeness) = ask(&history);
    assert_eq!(count, 100, "those in memory");
    assert_eq!(completeness.gaps.len(), 2, "{completeness:?}");
    for gap in &completeness.gaps {
        assert_eq!(gap.cause, GapCause::Damaged);
    }
    let verified = faults(&history);
    assert!(!verified.is_empty());
    for fault in verified {
        assert!(fault.contains("Too many open files"), "{fault}");
    }
    drop(files);

    // Nothing of it was noted for good.
    assert!(history.status().damaged.is_empty());
    assert_eq!(ask(&history), (2100, Completeness::default()));
    assert_eq!(faults(&history), Vec::<String>::new());
}

#[test]
fn child() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        be_the_child(&PathBuf::from(folder));
        println!("the child is done");
    }
}

#[test]
fn without_descriptors_files_are_unread_and_not_damaged() {
    let name = format!("history-descriptors-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let output = Command::new("sh")
        .args([
            "-c",
            "ulimit -n 64 && exec \"$1\" --exact child --nocapture",
            "sh",
        ])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, &folder)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(stdout.contains("the child is done"), "{stdout}\n{stderr}");
}
