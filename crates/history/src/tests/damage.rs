//! Segments that are damaged or missing.

use std::fs;

use model::{GapCause, Period};

use super::{
    EFFORT, TestFolder, all, at, ended, found, open_few, question_at, tick_until_idle,
    wait_for_sealing,
};
use crate::arbitrary::everything;
use crate::{News, Recorder};

/// Three segments of 1000 records, and some in the journal.
fn three_segments(folder: &TestFolder) -> Recorder {
    let mut recorder = open_few(folder, at(0));
    for start in (0..31).map(|hundred| hundred * 100) {
        let records: Vec<_> = (start..start + 100)
            .map(|number| ended(number * 10))
            .collect();
        recorder.record(&records, at(0)).unwrap();
    }
    wait_for_sealing(&mut recorder, at(0));
    recorder.take_news();
    recorder
}

fn segment(folder: &TestFolder, number: u64) -> std::path::PathBuf {
    folder.path().join(format!("segments/{number:010}.parquet"))
}

fn damage(path: &std::path::Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[..middle] {
        *byte ^= 0x55;
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_missing_segment_is_a_gap_and_the_rest_answers() {
    let folder = TestFolder::new();
    three_segments(&folder).close(at(0)).unwrap();
    fs::remove_file(segment(&folder, 2)).unwrap();
    let mut recorder = open_few(&folder, at(0));
    let history = recorder.history().clone();
    assert_eq!(history.status().damaged, [segment(&folder, 2)]);
    let causes = |moment: i64| -> Vec<GapCause> {
        let gaps = history.gaps(Period::at(at(moment)));
        gaps.iter().map(|gap| gap.cause).collect()
    };
    assert_eq!(causes(15_000), [GapCause::Damaged]);
    assert_eq!(causes(5_000), []);
    assert_eq!(causes(25_000), []);
    assert_eq!(found(&history, &question_at(5_000)).len(), 101);
    assert_eq!(found(&history, &question_at(15_000)).len(), 0);
    assert_eq!(found(&history, &question_at(25_000)).len(), 101);
    let is_named =
        |news: &News| matches!(news, News::Damaged(file) if file.path == segment(&folder, 2));
    assert!(recorder.take_news().iter().any(is_named));
}

#[test]
fn a_damaged_segment_is_found_out_by_verifying_and_by_whoever_asks() {
    let folder = TestFolder::new();
    let mut recorder = three_segments(&folder);
    damage(&segment(&folder, 2));
    let history = recorder.history().clone();
    let mut faults = Vec::new();
    history.verify(at(50_000), |file| {
        faults.extend(file.fault.map(|fault| (file.path, fault)))
    });
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].0, segment(&folder, 2));
    assert!(
        faults[0].1.starts_with("its checksum is "),
        "{}",
        faults[0].1
    );
    assert_eq!(history.status().damaged, [segment(&folder, 2)]);
    recorder.tick(at(50_000)).unwrap();
    recorder.close(at(50_000)).unwrap();
    // It is not forgotten.
    let mut recorder = open_few(&folder, at(60_000));
    let history = recorder.history().clone();
    assert_eq!(
        history.gaps(Period::at(at(15_000)))[0].cause,
        GapCause::Damaged
    );
    let mut many = 0;
    let completeness = history.find(&everything(), EFFORT, |_| {
        many += 1;
        true
    });
    assert_eq!(completeness.damaged, [segment(&folder, 2)]);
    assert!(many >= 2100, "{many}");
    assert_eq!(found(&history, &question_at(25_000)).len(), 101);
    recorder.tick(at(60_000)).unwrap();
}

#[test]
fn one_that_was_restored_is_good_again() {
    let folder = TestFolder::new();
    let recorder = three_segments(&folder);
    let copy = folder.copy();
    let history = recorder.history();
    damage(&segment(&folder, 2));
    history.verify(at(0), |_| {});
    assert_eq!(history.status().damaged.len(), 1);
    fs::copy(segment(&copy, 2), segment(&folder, 2)).unwrap();
    history.verify(at(0), |_| {});
    assert_eq!(history.status().damaged.len(), 0);
    assert_eq!(all(history).len(), 3100);
}

#[test]
fn every_segment_is_verified_in_a_week() {
    let folder = TestFolder::new();
    let mut recorder = three_segments(&folder);
    damage(&segment(&folder, 3));
    let hour = 3_600_000;
    let mut news = Vec::new();
    for hours in 1..=24 * 7 {
        tick_until_idle(&mut recorder, at(hours * hour));
        news.extend(recorder.take_news());
    }
    let is_named =
        |news: &News| matches!(news, News::Damaged(file) if file.path == segment(&folder, 3));
    assert!(news.iter().any(is_named), "{news:?}");
    assert!(recorder.history().status().verified_at.unwrap() > at(hour));
}

#[test]
fn a_lost_catalogue_is_made_anew() {
    let folder = TestFolder::new();
    three_segments(&folder).close(at(40_000)).unwrap();
    fs::remove_file(folder.path().join("catalogue")).unwrap();
    let recorder = open_few(&folder, at(50_000));
    assert_eq!(recorder.history().status().sealed_records, 3000);
    assert_eq!(all(recorder.history()).len(), 3100);
    // Nobody knows any more since when: certain is what ended in the first segment.
    let before = recorder.history().gaps(Period::at(at(0)));
    assert_eq!(before[0].cause, model::GapCause::BeyondHistory);
    recorder.close(at(50_000)).unwrap();
    let text = fs::read_to_string(folder.path().join("catalogue")).unwrap();
    assert_eq!(
        text.lines()
            .filter(|line| line.contains("\"is\":\"segment\""))
            .count(),
        3
    );
}

#[test]
fn a_damaged_line_of_the_catalogue_costs_nothing() {
    let folder = TestFolder::new();
    three_segments(&folder).close(at(40_000)).unwrap();
    let path = folder.path().join("catalogue");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"generation\":2", "\"generation\":7")).unwrap();
    let recorder = open_few(&folder, at(50_000));
    assert_eq!(recorder.history().status().sealed_records, 3000);
    // But it is named.
    assert_eq!(recorder.history().status().damaged, [path]);
}

#[test]
fn gaps_that_cannot_be_read_leave_the_whole_time_doubtful() {
    let damages: [fn(&std::path::Path); 2] = [
        |path| fs::remove_file(path).unwrap(),
        |path| fs::write(path, "{\"from\":1}\n").unwrap(),
    ];
    for damage in damages {
        let folder = TestFolder::new();
        three_segments(&folder).close(at(40_000)).unwrap();
        let path = folder.path().join("gaps");
        damage(&path);
        let recorder = open_few(&folder, at(50_000));
        let gaps = recorder.history().gaps(Period::at(at(30_000)));
        assert!(
            gaps.iter().any(|gap| gap.cause == model::GapCause::Damaged),
            "{gaps:?}"
        );
        assert_eq!(recorder.history().status().damaged, [path]);
    }
}

#[test]
fn without_its_journal_history_was_written_until_the_last_end_in_a_segment() {
    let folder = TestFolder::new();
    three_segments(&folder).close(at(40_000)).unwrap();
    for entry in fs::read_dir(folder.path().join("journal")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let recorder = open_few(&folder, at(50_000));
    let last = recorder.last_alive().unwrap();
    assert!(at(0) < last && last < at(40_000), "{last}");
}

#[test]
fn files_are_for_natconnd_and_its_group() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TestFolder::new();
    three_segments(&folder).close(at(40_000)).unwrap();
    let mut paths = vec![folder.path().join("gaps"), folder.path().join("catalogue")];
    for name in ["segments", "journal"] {
        let entries = fs::read_dir(folder.path().join(name)).unwrap();
        paths.extend(entries.map(|entry| entry.unwrap().path()));
    }
    for path in paths {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o137, 0, "{}: {mode:o}", path.display());
    }
}
