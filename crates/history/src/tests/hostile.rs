//! Things in the folder that natconnd has not put there, at the start and while it runs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use model::{GapCause, Period};
use rustix::fs::{CWD, mkfifoat};

use super::{
    TestFolder, all, at, ended, found, open_few, question_at, tick_until_idle, wait_for_sealing,
};
use crate::checked_lines::line;
use crate::{Recorder, Verified};

/// Some records in two segments, and some in the journal.
fn filled(folder: &TestFolder) -> Recorder {
    let mut recorder = open_few(folder, at(0));
    for start in (0..21).map(|hundred| hundred * 100) {
        let records: Vec<_> = (start..start + 100).map(ended).collect();
        recorder.record(&records, at(2000)).unwrap();
    }
    wait_for_sealing(&mut recorder, at(2000));
    recorder
}

fn pipe(path: &Path) {
    mkfifoat(CWD, path, 0o600.into()).unwrap();
}

/// The name of a fixture of a segment that was made to do harm, and its path.
fn made() -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hostile");
    let mut paths: Vec<_> = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

/// Does something that must come to an end.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(work()));
    let done = receiver.recv_timeout(Duration::from_secs(60));
    done.expect("it waits for ever, or broke off")
}

fn names(paths: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<_> = paths
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn whatever_lies_there_at_the_start_the_good_ones_answer_and_the_bad_ones_are_named() {
    let folder = TestFolder::new();
    filled(&folder).close(at(3000)).unwrap();
    let segments = folder.path().join("segments");
    let holds = folder.path().join("holds");
    let journal = folder.path().join("journal");
    let mut bad = Vec::new();
    for (path, number) in made().iter().zip(100..) {
        bad.push(format!("{number:010}.parquet"));
        fs::copy(path, segments.join(bad.last().unwrap())).unwrap();
    }
    let put = |folder: &Path, name: &str, make: &dyn Fn(&Path)| make(&folder.join(name));
    let folder_of = |path: &Path| fs::create_dir(path).unwrap();
    let zeros = |path: &Path| symlink("/dev/zero", path).unwrap();
    let text = |path: &Path| fs::write(path, "PAR1, but not at all").unwrap();
    put(&segments, "0000000300.parquet", &folder_of);
    put(&segments, "0000000301.parquet", &|path| pipe(path));
    put(&segments, "0000000302.parquet", &zeros);
    put(&segments, "0000000303.parquet", &text);
    bad.extend((300..304).map(|number| format!("{number:010}.parquet")));
    put(&holds, "pipe.parquet", &|path| pipe(path));
    put(&holds, "zeros.parquet", &zeros);
    put(&holds, "a\x1b[2Jb\n.parquet", &text);
    put(&journal, "0000000400.journal", &|path| pipe(path));
    put(&journal, "0000000401.journal", &folder_of);
    put(&journal, "0000000402.open", &|path| pipe(path));
    bad.extend(["pipe.parquet", "zeros.parquet", "a\x1b[2Jb\n.parquet"].map(str::to_owned));
    bad.extend(["0000000400.journal", "0000000401.journal"].map(str::to_owned));
    // These have no name of ours.
    for name in [
        "5.parquet",
        "+0000000005.parquet",
        "00000000005.parquet",
        "18446744073709551615.parquet",
        "9999999999.parquet",
        "0000000006.parquet.bak",
        "\u{2460}.parquet",
    ] {
        put(&segments, name, &text);
    }
    put(folder.path().as_path(), "other.tmp", &folder_of);
    put(&segments, "0000000007.parquet.tmp", &|path| pipe(path));

    let path = folder.path();
    let mut recorder = in_time(move || crate::open(super::settings_of(path), at(4000)).unwrap());
    let history = recorder.history().clone();
    assert_eq!(found(&history, &question_at(500)).len(), 501);
    assert_eq!(all(&history).len(), 2100);
    bad.sort();
    let mut named = names(&history.status().damaged);
    // What was open before a journal that is none is of no journal.
    named.retain(|name| name != "0000000402.open");
    assert_eq!(named, bad);
    // What such a file had may be of any time.
    let gaps = history.gaps(Period::at(at(500)));
    assert!(gaps.iter().all(|gap| gap.cause == GapCause::Damaged));
    assert!(!gaps.is_empty());

    // It goes on recording, sealing and verifying.
    let records: Vec<_> = (5000..6100).map(ended).collect();
    recorder.record(&records, at(7100)).unwrap();
    tick_until_idle(&mut recorder, at(7100));
    assert_eq!(all(&history).len(), 3200);
    let verified = in_time(move || {
        let mut verified: Vec<Verified> = Vec::new();
        history.verify(at(7200), |file| verified.push(file));
        (verified, history)
    });
    let (verified, history) = verified;
    let is_bad = |file: &&Verified| file.fault.is_some();
    assert!(verified.iter().filter(is_bad).count() >= made().len());
    assert_eq!(all(&history).len(), 3200);
    recorder.close(at(7300)).unwrap();
    let path = folder.path();
    let recorder = in_time(move || crate::open(super::settings_of(path), at(8000)).unwrap());
    assert_eq!(all(recorder.history()).len(), 3200);
}

#[test]
fn what_takes_a_segments_place_while_natconnd_runs_is_named() {
    for made in made() {
        let folder = TestFolder::new();
        let recorder = filled(&folder);
        let first = folder.path().join("segments/0000000001.parquet");
        // In one step, as somebody does who does it on purpose.
        let other = folder.path().join("other");
        fs::copy(&made, &other).unwrap();
        fs::rename(&other, &first).unwrap();
        let history = recorder.history().clone();
        let left = in_time(move || (all(&history).len(), history));
        let (left, history) = left;
        assert_eq!(left, 1100, "{}", made.display());
        assert_eq!(history.status().damaged, [first]);
        let gaps = history.gaps(Period::at(at(500)));
        assert_eq!(gaps.len(), 1, "{gaps:?}");
    }
    let folder = TestFolder::new();
    let recorder = filled(&folder);
    let first = folder.path().join("segments/0000000001.parquet");
    fs::remove_file(&first).unwrap();
    pipe(&first);
    let history = recorder.history().clone();
    let (left, history) = in_time(move || (all(&history).len(), history));
    assert_eq!(left, 1100);
    assert_eq!(history.status().damaged, [first]);
}

/// Lines with right checksums that say what cannot be.
#[test]
fn a_catalogue_that_somebody_has_changed_costs_no_more_than_its_lines() {
    let folder = TestFolder::new();
    filled(&folder).close(at(3000)).unwrap();
    let path = folder.path().join("catalogue");
    let mut text = fs::read_to_string(&path).unwrap();
    let mut add = |entry: serde_json::Value| text += &line(&entry).unwrap();
    let hold = |case: &str| {
        serde_json::json!({"is": "hold", "case": case, "records": u64::MAX, "bytes": u64::MAX,
            "crc32": 0, "fault": "\u{1b}[2J\r\n<b>"})
    };
    let segment = |generation: u64, groups: serde_json::Value| {
        serde_json::json!({"is": "segment", "generation": generation, "bytes": u64::MAX,
            "crc32": 0, "groups": groups, "verified_at": i64::MAX, "fault": null})
    };
    let group = serde_json::json!({"records": u64::MAX, "from": i64::MIN, "to": i64::MAX});
    // Six that are not ours.
    add(hold("../../etc/passwd"));
    add(hold("/etc/passwd"));
    add(hold("a\n\u{1b}[31m"));
    add(segment(u64::MAX, serde_json::json!([group])));
    add(segment(5_000_000_001, serde_json::json!([group])));
    add(segment(3, serde_json::json!(vec![group.clone(); 100])));
    // Some that could be.
    add(segment(50, serde_json::json!([group, group])));
    add(segment(
        51,
        serde_json::json!([{"records": 0, "from": i64::MAX, "to": i64::MIN}]),
    ));
    add(hold("large"));
    add(
        serde_json::json!({"is": "holding", "case": "announced", "records": 1, "bytes": 1, "crc32": 1}),
    );
    text += &"x".repeat(5 << 20);
    text += "\n";
    text += &"[".repeat(100_000);
    fs::write(&path, text).unwrap();

    let path = folder.path();
    let mut recorder = in_time(move || crate::open(super::settings_of(path), at(4000)).unwrap());
    let news = recorder.take_news();
    let said = format!("{news:?}");
    assert!(said.contains("8 of its lines are damaged"), "{said}");
    let history = recorder.history().clone();
    let status = history.status();
    assert_eq!(
        names(&status.damaged),
        [
            "0000000050.parquet",
            "0000000051.parquet",
            "catalogue",
            "large.parquet"
        ]
    );
    assert_eq!(all(&history).len(), 2100);
    let cases: Vec<_> = history.holds().into_iter().map(|hold| hold.case).collect();
    assert_eq!(cases, ["large"]);
    history.verify(at(4500), |_| {});
    tick_until_idle(&mut recorder, at(5000));
    let records: Vec<_> = (5000..6100).map(ended).collect();
    recorder.record(&records, at(7100)).unwrap();
    tick_until_idle(&mut recorder, at(7100));
    assert_eq!(all(&history).len(), 3200);
}

#[test]
fn a_list_of_gaps_that_somebody_has_changed_is_read() {
    let folder = TestFolder::new();
    filled(&folder).close(at(3000)).unwrap();
    let gaps = folder.path().join("gaps");
    let gap = |from: i64, to: Option<i64>, cause: &str| {
        line(&serde_json::json!({"from": from, "to": to, "cause": cause})).unwrap()
    };
    let mut text = [
        gap(i64::MIN, Some(i64::MAX), "stopped"),
        gap(i64::MAX, Some(i64::MIN), "stopped"),
        gap(0, None, "\u{1b}[2J<script>"),
    ]
    .concat();
    for number in 0..20_000 {
        text += &gap(number * 5000, Some(number * 5000 + 1), "damaged");
    }
    fs::write(&gaps, text).unwrap();
    let path = folder.path();
    let recorder = in_time(move || crate::open(super::settings_of(path), at(4000)).unwrap());
    let history = recorder.history();
    assert_eq!(all(history).len(), 2100);
    assert!(history.gaps(Period::ALWAYS).len() <= 10_100);
}
