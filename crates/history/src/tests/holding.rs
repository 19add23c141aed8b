//! What is held for cases: crashes, damage, and what was not known.

use std::fs;
use std::path::PathBuf;

use model::{Gap, GapCause, Match, Timestamp};

use super::{TestFolder, all, at, begun, ended, open_few, settings, tick_until_idle};
use crate::{History, News, Recorder, failpoint, open};

fn hold_file(folder: &TestFolder) -> PathBuf {
    folder.path().join("holds/case-1.parquet")
}

fn gap(from: i64, to: Option<i64>, cause: GapCause) -> Gap {
    Gap {
        from: at(from),
        to: to.map(at),
        cause,
    }
}

fn faults(history: &History) -> Vec<String> {
    let mut faults = Vec::new();
    history.verify(at(0), |file| faults.extend(file.fault));
    faults
}

/// What the only case holds.
fn held(history: &History) -> (Vec<Match>, Option<Vec<Gap>>) {
    let holds = history.holds();
    let records = all(history);
    let [hold] = &holds[..] else {
        assert!(holds.is_empty());
        return (records, None);
    };
    assert_eq!(
        (&*hold.case, hold.records),
        ("case-1", records.len() as u64)
    );
    (records, hold.gaps.clone())
}

#[test]
fn a_crash_at_any_step_of_holding_leaves_the_old_or_the_new() {
    let first = gap(5, Some(6), GapCause::Dump);
    let second = gap(7, Some(8), GapCause::Damaged);
    let old = (vec![ended(1)], Some(vec![first]));
    let new = (vec![ended(1), ended(2)], Some(vec![first, second]));
    let mut steps = 0;
    loop {
        let folder = TestFolder::new();
        // Held records are looked for beyond what history has.
        let recorder = open_few(&folder, at(5000));
        let history = recorder.history();
        history
            .hold("case-1", &[ended(1)], &[first], at(0))
            .unwrap();
        failpoint::allow(&folder.path(), steps);
        let held_too = history.hold("case-1", &[ended(2)], &[second], at(0));
        drop(recorder);
        failpoint::allow_all(&folder.path());
        for _ in 0..2 {
            let recorder = open_few(&folder, at(6000));
            let history = recorder.history();
            let now = held(history);
            assert!(now == old || now == new, "after {steps} steps: {now:?}");
            assert!(now == new || held_too.is_err(), "after {steps} steps");
            assert_eq!(faults(history), Vec::<String>::new(), "after {steps} steps");
            assert!(history.status().damaged.is_empty());
        }
        let names = fs::read_dir(folder.path().join("holds")).unwrap().count();
        assert_eq!(names, 1, "after {steps} steps");
        if held_too.is_ok() {
            break;
        }
        steps += 1;
    }
    assert!(steps >= 3, "{steps}");
}

#[test]
fn a_crash_at_any_step_of_the_first_holding_leaves_nothing_or_all() {
    for steps in 0..4 {
        let folder = TestFolder::new();
        let recorder = open_few(&folder, at(5000));
        failpoint::allow(&folder.path(), steps);
        let records = [ended(1)];
        let outcome = recorder.history().hold("case-1", &records, &[], at(0));
        drop(recorder);
        failpoint::allow_all(&folder.path());
        let recorder = open_few(&folder, at(6000));
        let now = held(recorder.history());
        let none = (Vec::new(), None);
        let all = (vec![ended(1)], Some(Vec::new()));
        assert!(now == all || (now == none && outcome.is_err()), "{now:?}");
        assert_eq!(faults(recorder.history()), Vec::<String>::new());
    }
}

/// The files of the folder, and that of the case, are verified in a week.
#[test]
fn holds_are_verified_in_a_week_too() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    let history = recorder.history().clone();
    history.hold("case-1", &[ended(1)], &[], at(0)).unwrap();
    let path = hold_file(&folder);
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    fs::write(&path, bad).unwrap();
    let hour = 3_600_000;
    let week = |recorder: &mut Recorder, from: i64| {
        let mut news = Vec::new();
        for hours in from..=from + 24 * 7 {
            tick_until_idle(recorder, at(hours * hour));
            news.extend(recorder.take_news());
        }
        let is_named = |news: &&News| matches!(news, News::Damaged(file) if file.path == path);
        news.iter().filter(is_named).count()
    };
    assert_eq!(week(&mut recorder, 1), 1);
    assert_eq!(history.status().damaged, [hold_file(&folder)]);
    // It is known after a restart, and told no more.
    recorder.close(at(24 * 7 * hour)).unwrap();
    let mut recorder = open_few(&folder, at(24 * 8 * hour));
    let history = recorder.history().clone();
    assert_eq!(history.status().damaged, [hold_file(&folder)]);
    assert_eq!(week(&mut recorder, 24 * 8), 0);
    fs::write(hold_file(&folder), good).unwrap();
    assert_eq!(week(&mut recorder, 24 * 16), 0);
    assert!(history.status().damaged.is_empty());
}

#[test]
fn what_was_not_known_is_held_with_the_records() {
    let folder = TestFolder::new();
    let recorder = open_few(&folder, at(5000));
    let history = recorder.history();
    let lasting = gap(100, None, GapCause::Behind);
    let over = gap(10, Some(20), GapCause::Stopped);
    history
        .hold("case-1", &[ended(1)], &[lasting], at(500))
        .unwrap();
    history
        .hold("case-1", &[ended(2)], &[over, lasting], at(500))
        .unwrap();
    // When it was held, it had lasted until then.
    let expected = vec![over, gap(100, Some(500), GapCause::Behind)];
    assert_eq!(history.holds()[0].gaps, Some(expected.clone()));
    recorder.close(at(5000)).unwrap();
    // The file has it, too.
    fs::remove_file(folder.path().join("catalogue")).unwrap();
    let recorder = open_few(&folder, at(6000));
    assert_eq!(recorder.history().holds()[0].gaps, Some(expected));
}

#[test]
fn of_what_was_held_without_that_nothing_is_said() {
    let folder = TestFolder::new();
    let recorder = open_few(&folder, at(5000));
    recorder
        .history()
        .hold("case-1", &[begun(1)], &[], at(0))
        .unwrap();
    recorder.close(at(5000)).unwrap();
    // As an earlier version left it.
    let path = hold_file(&folder);
    let now = crate::segment::Segment::open(&path).unwrap();
    let meta = crate::segment::Meta {
        gaps: None,
        ..now.meta().clone()
    };
    let mut addresses = crate::addresses::Addresses::default();
    let mut rows = crate::rows::Rows::default();
    rows.push(&mut addresses, &ended(1));
    let file = crate::folder::create(&path).unwrap();
    let written = crate::segment::write(&[&rows], &addresses, &meta, &file).unwrap();
    let hold = serde_json::json!({
        "is": "hold", "case": "case-1", "records": 1,
        "bytes": written.checksum.bytes, "crc32": written.checksum.crc32,
    });
    let line = crate::checked_lines::line(&hold).unwrap();
    fs::write(folder.path().join("catalogue"), line).unwrap();
    let recorder = open(settings(&folder), Timestamp(0)).unwrap();
    let history = recorder.history();
    assert_eq!(history.holds()[0].gaps, None);
    assert_eq!(faults(history), Vec::<String>::new());
    history.hold("case-1", &[ended(2)], &[], at(0)).unwrap();
    assert_eq!(history.holds()[0].gaps, None);
    assert_eq!(history.holds()[0].records, 2);
}
