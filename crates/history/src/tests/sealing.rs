//! Sealing, and crashes at each step of it.

use model::{EndEvidence, Match};

use super::{
    TestFolder, all, at, begun, ended, journals, open_few, settings, tick_until_idle,
    wait_for_sealing,
};
use crate::{failpoint, open};

fn many(range: std::ops::Range<u32>) -> Vec<Match> {
    range.map(ended).collect()
}

/// What is open according to the journals.
fn still_open(folder: &TestFolder) -> Vec<Match> {
    let mut recorder = open_few(folder, at(10_000));
    let mut open = Vec::new();
    let ask = |translation: &Match| {
        open.push(*translation);
        true
    };
    recorder.settle(at(10_000), ask).unwrap();
    open.sort_by(crate::History::order);
    open
}

#[test]
fn full_generations_become_segments_and_nothing_is_lost() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    for start in (0..5000).step_by(100) {
        recorder
            .record(&many(start..start + 100), at(5000))
            .unwrap();
        assert_eq!(all(recorder.history()).len() as u32, start + 100);
    }
    wait_for_sealing(&mut recorder, at(5000));
    let status = recorder.history().status();
    assert!(status.segments >= 3, "{status:?}");
    assert_eq!(status.sealed_records + status.journal_records, 5000);
    assert_eq!(all(recorder.history()), many(0..5000));
    assert_eq!(
        journals(&folder).len(),
        2,
        "one journal, and what was open before"
    );
    recorder.close(at(5000)).unwrap();
    let recorder = open_few(&folder, at(6000));
    assert_eq!(all(recorder.history()), many(0..5000));
    let mut faults = Vec::new();
    recorder
        .history()
        .verify(at(6000), |verified| faults.extend(verified.fault));
    assert_eq!(faults, Vec::<String>::new());
}

/// A fault of this crate while it seals: nothing is lost, recording goes on, and sealing is
/// tried again as after an error.
#[test]
fn a_panic_while_sealing_is_an_error_and_the_thread_goes_on() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&many(0..900), at(900)).unwrap();
    tick_until_idle(&mut recorder, at(900));
    let before = recorder.history().status();
    failpoint::panic_next(&folder.path());
    recorder.record(&many(900..2000), at(2000)).unwrap();
    let mut trouble = Ok(());
    while trouble.is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(1));
        trouble = recorder.tick(at(2000));
    }
    let trouble = recorder.history().status().trouble;
    assert_eq!(trouble.as_deref(), Some("a thread of history panicked"));
    assert_eq!(all(recorder.history()), many(0..2000));
    // Some time later.
    wait_for_sealing(&mut recorder, at(1_000_000));
    let status = recorder.history().status();
    assert_eq!(status.trouble, None, "{status:?}");
    assert!(status.segments > before.segments, "{status:?}");
    assert_eq!(all(recorder.history()), many(0..2000));
}

#[test]
fn a_crash_at_any_step_of_sealing_loses_nothing_and_doubles_nothing() {
    for steps in 0..8 {
        let folder = TestFolder::new();
        failpoint::allow(&folder.path(), steps);
        let mut recorder = open_few(&folder, at(0));
        // Some are open over all generations, some only from the second on.
        recorder.record(&[begun(10_001)], at(0)).unwrap();
        recorder.record(&many(0..1500), at(1500)).unwrap();
        recorder.record(&[begun(10_002)], at(1500)).unwrap();
        recorder.record(&many(1500..2500), at(2500)).unwrap();
        let _ = recorder.tick(at(2500));
        drop(recorder);
        failpoint::allow_all(&folder.path());
        for _ in 0..2 {
            let mut recorder = open_few(&folder, at(3000));
            assert_eq!(
                all(recorder.history()),
                many(0..2500),
                "after {steps} steps"
            );
            wait_for_sealing(&mut recorder, at(3000));
            assert_eq!(
                all(recorder.history()),
                many(0..2500),
                "after {steps} steps"
            );
            assert_eq!(journals(&folder).len(), 2, "after {steps} steps");
            drop(recorder);
            let expected = [begun(10_001), begun(10_002)];
            assert_eq!(still_open(&folder), expected, "after {steps} steps");
        }
    }
}

#[test]
fn what_lives_long_gets_checkpoints() {
    let folder = TestFolder::new();
    let day = 24 * 3_600_000;
    let mut recorder = open_few(&folder, at(0));
    recorder
        .record(&[begun(1), begun(2), ended(2)], at(0))
        .unwrap();
    // A day is over; a segment is due for its age.
    recorder.tick(at(day + 1)).unwrap();
    wait_for_sealing(&mut recorder, at(day + 1));
    let found = all(recorder.history());
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].end_evidence, Some(EndEvidence::Checkpoint));
    assert_eq!(found[0].ended_at.unwrap().at, at(day + 1));
    // Not before another day is over there is the next one.
    recorder.record(&[ended(3)], at(day + 2)).unwrap();
    recorder.tick(at(day + day / 2)).unwrap();
    recorder.record(&many(10..1010), at(day + day / 2)).unwrap();
    recorder
        .record(&many(2000..2001), at(day + day / 2))
        .unwrap();
    wait_for_sealing(&mut recorder, at(day + day / 2));
    let checkpoints = |recorder: &crate::Recorder| {
        let all = all(recorder.history()).into_iter();
        all.filter(|record| record.end_evidence == Some(EndEvidence::Checkpoint))
            .count()
    };
    assert_eq!(checkpoints(&recorder), 1);
    recorder.tick(at(3 * day)).unwrap();
    wait_for_sealing(&mut recorder, at(3 * day));
    assert_eq!(checkpoints(&recorder), 2);
    // A page has it once, as it was known last.
    let page = |recorder: &crate::Recorder| {
        let history = recorder.history();
        let (page, _) = history.page(&super::question_at(5), None, 10, super::EFFORT);
        page
    };
    assert_eq!(page(&recorder)[0].ended_at.unwrap().at, at(3 * day));
    let mut end = ended(1);
    end.ended_at.as_mut().unwrap().at = at(4 * day);
    recorder.record(&[end], at(4 * day)).unwrap();
    assert_eq!(page(&recorder)[0], end);
}

#[test]
fn a_segment_is_sealed_for_its_age_even_if_it_was_begun_before_a_restart() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[ended(1)], at(0)).unwrap();
    recorder.close(at(10)).unwrap();
    let mut settings = settings(&folder);
    settings.segment_age = std::time::Duration::from_secs(60);
    let mut recorder = open(settings, at(59_000)).unwrap();
    recorder.tick(at(59_999)).unwrap();
    assert!(recorder.is_sealed());
    recorder.tick(at(60_011)).unwrap();
    wait_for_sealing(&mut recorder, at(60_011));
    assert_eq!(recorder.history().status().segments, 1);
}

#[test]
fn sealing_is_tried_again_and_checkpoints_come_once() {
    let folder = TestFolder::new();
    let day = 24 * 3_600_000;
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[begun(1), ended(2)], at(0)).unwrap();
    failpoint::allow(&folder.path(), 1);
    recorder.tick(at(day + 1)).unwrap();
    let mut trouble = Ok(());
    while trouble.is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(1));
        trouble = recorder.tick(at(day + 1));
    }
    assert!(recorder.history().status().trouble.is_some());
    failpoint::allow_all(&folder.path());
    wait_for_sealing(&mut recorder, at(day + 10_000));
    assert_eq!(recorder.history().status().trouble, None);
    let ends = all(recorder.history()).into_iter();
    let ends: Vec<_> = ends.filter_map(|record| record.end_evidence).collect();
    assert_eq!(ends, [EndEvidence::Checkpoint, EndEvidence::Event]);
}

#[test]
fn what_is_open_outlives_generations_without_records() {
    for steps in 0..8 {
        let folder = TestFolder::new();
        let mut recorder = open_few(&folder, at(0));
        recorder.record(&[begun(1), begun(2)], at(0)).unwrap();
        recorder.change_over_now(at(1));
        wait_for_sealing(&mut recorder, at(1));
        failpoint::allow(&folder.path(), steps);
        recorder.record(&[begun(3)], at(2)).unwrap();
        recorder.change_over_now(at(2));
        recorder.change_over_now(at(3));
        drop(recorder);
        failpoint::allow_all(&folder.path());
        let expected = [begun(1), begun(2), begun(3)];
        assert_eq!(still_open(&folder), expected, "after {steps} steps");
        // Whatever is sealed late.
        wait_for_sealing(&mut open_few(&folder, at(10_000)), at(10_000));
        assert_eq!(still_open(&folder), expected, "after {steps} steps");
    }
}

#[test]
fn gaps_outlive_the_journal_that_has_them() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.tick(at(0)).unwrap();
    let gap = model::Gap {
        from: at(5),
        to: Some(at(9)),
        cause: model::GapCause::Dump,
    };
    recorder.note_gap(gap).unwrap();
    recorder.record(&[ended(1)], at(10)).unwrap();
    recorder.change_over_now(at(10));
    drop(recorder);
    assert_eq!(journals(&folder).len(), 2, "the first is sealed");
    let recorder = open_few(&folder, at(20));
    assert_eq!(recorder.history().gaps(model::Period::at(at(7))), [gap]);
}

#[test]
fn what_was_open_before_a_journal_that_is_gone_is_removed() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&many(0..10), at(1500)).unwrap();
    recorder.change_over_now(at(1500));
    drop(recorder);
    let path = |number: u64| folder.path().join(format!("journal/{number:010}.open"));
    std::fs::copy(path(2), path(1)).unwrap();
    drop(open_few(&folder, at(2000)));
    assert!(!path(1).exists());
    assert!(path(2).exists());
}
