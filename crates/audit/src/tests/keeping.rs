//! Files follow each other, and go when their time is over.

use std::time::Duration;

use super::*;
use crate::{Fault, Head};

const DAY: i64 = 86_400;
const BEGIN: i64 = 1_795_474_020;

fn days(days: u64) -> Option<Duration> {
    Some(Duration::from_secs(86_400 * days))
}

#[test]
fn a_chain_goes_on_over_files() {
    let place = Place::new();
    let settings = Settings {
        rotate_bytes: 1500,
        ..place.settings()
    };
    let mut writer = Writer::open(settings.clone(), BEGIN).unwrap();
    for number in 0..30 {
        writer.record(number).unwrap();
    }
    let rotated = writer.shared.status().rotated;
    drop(writer);
    assert!(rotated > 4);
    let report = place.report();
    assert!(report.is_whole(), "{report:#?}");
    assert_eq!(report.files, rotated + 1);
    for entry in fs::read_dir(place.folder()).unwrap() {
        assert!(entry.unwrap().metadata().unwrap().len() < 2000);
    }
}

#[test]
fn what_is_old_goes_and_a_line_says_so() {
    let place = Place::new();
    let settings = Settings {
        keep_for: days(80),
        ..place.settings()
    };
    let mut writer = Writer::open(settings.clone(), BEGIN).unwrap();
    let mut oldest = Vec::new();
    for day in 0..200 {
        writer.at(BEGIN + day * DAY);
        writer.record(day as u64).unwrap();
        writer.committer.look_after_files();
        let first = place.lines()[0].clone();
        oldest.push((day, first.sequence));
        let entries = place.lines_that_can_be_read();
        // All of the time that is to be kept, and an eighth more at most.
        assert!(entries[0] as i64 <= (day - 80).max(0), "{day}: {entries:?}");
        assert!(entries[0] as i64 >= day - 80 - 12, "{day}: {entries:?}");
        let report = place.report();
        assert!(report.is_whole(), "{day}: {report:#?}");
    }
    let removed = writer.shared.status().removed;
    assert!(removed > 8, "{removed}");
    let report = place.report();
    let note = report
        .notes
        .iter()
        .find(|note| note.contains("their time was over"));
    assert!(note.is_some(), "{report:#?}");

    // One more that goes is missed.
    let first = report.first.unwrap().head;
    let numbers = crate::folder::Folder::at(&place.folder())
        .numbers()
        .unwrap();
    fs::remove_file(place.folder().join(crate::folder::Folder::name(numbers[0]))).unwrap();
    let findings = place.report().findings;
    let expected = Fault::MissingFiles {
        first: 1,
        last: numbers[0],
    };
    assert_eq!(findings[0].fault, expected);
    assert_eq!(findings.len(), 1);

    // An anchor from before cannot be found any more, and is not passed off as found.
    let report = verify(&place.folder(), Some(first)).unwrap();
    assert!(matches!(report.findings[1].fault, Fault::NoAnchor { .. }));
}

#[test]
fn the_last_line_of_what_was_deleted_is_an_anchor_still() {
    let place = Place::new();
    let settings = Settings {
        keep_for: days(8),
        ..place.settings()
    };
    let mut writer = Writer::open(settings, BEGIN).unwrap();
    for day in 0..3 {
        writer.at(BEGIN + day * DAY).record(day as u64).unwrap();
    }
    let lines = place.lines();
    let header = lines.iter().find(|line| line.file == 2).unwrap();
    let last = header.previous().unwrap();
    writer.at(BEGIN + 20 * DAY).record(20).unwrap();
    writer.committer.look_after_files();
    assert!(place.lines()[0].file > 1);
    let anchor_before = Head {
        sequence: place.lines()[0].sequence - 1,
        ..place.lines()[0].previous().unwrap()
    };
    assert!(
        verify(&place.folder(), Some(anchor_before))
            .unwrap()
            .is_whole()
    );
    assert!(last.sequence <= anchor_before.sequence);
}

/// A crash between the line and the deletion.
#[test]
fn a_file_that_was_to_go_and_is_there_is_no_finding() {
    let place = Place::new();
    let settings = Settings {
        keep_for: days(8),
        ..place.settings()
    };
    let mut writer = Writer::open(settings, BEGIN).unwrap();
    writer.record(0).unwrap();
    writer.at(BEGIN + 2 * DAY).record(1).unwrap();
    let name = crate::folder::Folder::name(1);
    let file = fs::read(place.folder().join(&name)).unwrap();
    writer.at(BEGIN + 12 * DAY).record(2).unwrap();
    writer.committer.look_after_files();
    assert!(!place.folder().join(&name).exists());
    if place.lines()[0].file == 2 {
        fs::write(place.folder().join(&name), file).unwrap();
        let report = place.report();
        assert!(report.is_whole(), "{report:#?}");
        writer.committer.look_after_files();
        assert!(!place.folder().join(&name).exists());
        assert!(place.report().is_whole());
    } else {
        panic!("{:?}", place.lines()[0]);
    }
}

#[test]
fn times_of_one_file_are_in_order_whatever_the_clock_does() {
    let place = Place::new();
    let mut writer = Writer::open(place.settings(), BEGIN).unwrap();
    writer.record(0).unwrap();
    // By a second, which some clocks do.
    writer.at(BEGIN - 1).record(1).unwrap();
    assert_eq!(writer.shared.status().file, 1);
    writer.at(BEGIN - 100).record(2).unwrap();
    assert_eq!(writer.shared.status().file, 2);
    writer.at(BEGIN + 100).record(3).unwrap();
    for number in [1, 2] {
        let lines = place.lines();
        let times = lines.iter().filter(|line| line.file == number);
        assert!(times.is_sorted_by_key(|line| line.time));
    }
    assert!(place.report().is_whole());
}
