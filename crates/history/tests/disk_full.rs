//! A disk that is full, and has room again.
//!
//! It is a small tmpfs in a mount namespace of a child, which is this test itself, run
//! again with a folder in its environment.

// What does not work here is a failed test, wherever it is.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use history::{Effort, History, Question, Recorder, Settings, WriteError, open};
use model::{
    EndEvidence, Endpoint, GapCause, Lookup, Match, Period, Protocol, TimeSource, Timed, Timestamp,
    Translation, TranslationKind, Zone,
};

const FOLDER: &str = "HISTORY_FULL_FOLDER";

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::of_milliseconds(1_795_474_020_000 + milliseconds)
}

fn record(number: u32, is_ended: bool) -> Match {
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
        ended_at: is_ended.then(|| timed(i64::from(number) + 10)),
        end_evidence: is_ended.then_some(EndEvidence::Event),
        traffic: None,
        mark: None,
    }
}

fn count(history: &History) -> usize {
    let question = Question {
        lookup: Lookup::default(),
        period: Period::ALWAYS,
    };
    let effort = Effort {
        time: Duration::from_secs(60),
    };
    let mut count = 0;
    let completeness = history.find(&question, effort, |_| {
        count += 1;
        true
    });
    assert!(
        completeness.damaged.is_empty() && !completeness.is_cut,
        "{completeness:?}"
    );
    count
}

/// Ticks until something is so.
fn tick_until(recorder: &mut Recorder, now: &mut i64, is_so: impl Fn(&Recorder) -> bool) {
    for _ in 0..1000 {
        if is_so(recorder) {
            return;
        }
        *now += 100;
        // What fails is tried again.
        let _ = recorder.tick(at(*now));
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("it does not happen: {:?}", recorder.history().status());
}

fn fill(ballast: &Path) {
    let chunk = vec![1; 64 << 10];
    let mut file = fs::File::create(ballast).unwrap();
    while std::io::Write::write_all(&mut file, &chunk).is_ok() {}
}

fn be_the_child(folder: &Path, segment_records: usize) {
    let settings = Settings {
        folder: folder.join("history"),
        segment_records,
        ..Settings::default()
    };
    let mut recorder = open(settings.clone(), at(0)).unwrap();
    let history = recorder.history().clone();
    let mut now = 1000;
    // Two are open when the disk fills up; one of them ends unseen.
    let open_ones = [record(4_000_000, false), record(4_000_001, false)];
    recorder.record(&open_ones, at(now)).unwrap();
    for number in 0..1000 {
        recorder.record(&[record(number, true)], at(now)).unwrap();
    }
    recorder.tick(at(now)).unwrap();
    let ballast = folder.join("ballast");
    fill(&ballast);
    let (mut given, mut lost) = (1000_u32, 0);
    while lost < 5000 {
        now += 10;
        let batch: Vec<Match> = (given..given + 100)
            .map(|number| record(number, true))
            .collect();
        given += 100;
        if let Err(error) = recorder.record(&batch, at(now)) {
            let WriteError::Stopped { lost: many, cause } = error else {
                panic!("{error}");
            };
            assert!(cause.contains("No space left"), "{cause}");
            lost += many as u64;
        }
        let _ = recorder.tick(at(now));
        assert!(given < 2_000_000, "the disk does not fill up");
    }
    let status = history.status();
    assert!(!status.is_recording);
    assert!(status.trouble.unwrap().contains("No space left"));
    assert_eq!(status.unrecorded, lost);
    assert_eq!(count(&history) as u64, u64::from(given) - lost);
    let gaps = || {
        let mut gaps = history.gaps(Period {
            from: at(1),
            to: Timestamp::MAX,
        });
        gaps.retain(|gap| gap.cause == GapCause::Unrecorded);
        gaps
    };
    assert_eq!(gaps().len(), 1);
    assert_eq!(gaps()[0].to, None);
    // A crash now loses what could not be written, no more.
    fs::remove_file(&ballast).unwrap();
    tick_until(&mut recorder, &mut now, |recorder| {
        recorder.history().status().is_recording
    });
    let resumed = now;
    assert!(gaps().iter().all(|gap| gap.to.is_some()), "{:?}", gaps());
    assert_eq!(gaps().last().unwrap().to, Some(at(resumed)));
    // Of those that were open, one lives.
    assert!(recorder.has_unsettled());
    let mut settled = false;
    for _ in 0..1000 {
        now += 10;
        recorder.tick(at(now)).unwrap();
        let is_live = |open: &Match| open.translation == open_ones[0].translation;
        recorder.settle(at(now), is_live).unwrap();
        settled = !recorder.has_unsettled();
        if settled {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(settled);
    let written = u64::from(given) - lost;
    recorder
        .record(&[record(5_000_000, true)], at(now))
        .unwrap();
    let expected = written as usize + 2;
    assert_eq!(
        count(&history),
        expected,
        "what was written, one that was settled, one more"
    );
    recorder.close(at(now)).unwrap();
    let mut recorder = open(settings, at(now)).unwrap();
    assert_eq!(count(recorder.history()), expected);
    let mut asked = Vec::new();
    let ask = |open: &Match| {
        asked.push(open.translation);
        true
    };
    recorder.settle(at(now), ask).unwrap();
    assert_eq!(asked, [open_ones[0].translation]);
    assert_eq!(
        recorder.history().gaps(Period::at(at(resumed - 1)))[0].cause,
        GapCause::Unrecorded
    );
}

#[test]
fn child() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = PathBuf::from(folder);
        // The disk fills up with the journal, and while segments are sealed.
        be_the_child(&folder.join("one"), 1 << 20);
        fs::remove_dir_all(folder.join("one")).unwrap();
        be_the_child(&folder.join("two"), 5000);
        println!("the child is done");
    }
}

#[test]
fn recording_stops_while_the_disk_is_full_and_goes_on_by_itself() {
    let name = format!("history-full-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    let script = "mount -t tmpfs -o size=4m tmpfs \"$1\" && mkdir \"$1/one\" \"$1/two\" \
                  && exec \"$2\" --exact child --nocapture";
    let output = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
        ])
        .arg(&folder)
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, &folder)
        .output()
        .unwrap();
    fs::remove_dir(&folder).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let has_begun = stdout.contains("running 1 test");
    if !has_begun && std::env::var_os("NATCONND_REQUIRE_KERNEL_TESTS").is_none() {
        eprintln!("skipped: there is no mount namespace: {stderr}");
        return;
    }
    assert!(stdout.contains("the child is done"), "{stdout}\n{stderr}");
}
