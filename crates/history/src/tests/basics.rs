//! Recording, finding, opening again.

use model::{EndEvidence, Gap, GapCause, Match, Period, TimeSource, Timed};

use super::{TestFolder, all, at, begun, ended, found, open_few, question_at};
use crate::OpenError;

#[test]
fn what_ended_is_found_at_once_and_after_opening_again() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder
        .record(&[begun(1), begun(2), ended(1)], at(1100))
        .unwrap();
    assert_eq!(all(recorder.history()), [ended(1)]);
    recorder.tick(at(1200)).unwrap();
    recorder.close(at(1300)).unwrap();
    let recorder = open_few(&folder, at(2000));
    assert_eq!(all(recorder.history()), [ended(1)]);
    assert_eq!(recorder.last_alive(), Some(at(1300)));
    assert!(recorder.has_unsettled());
}

#[test]
fn a_crash_loses_nothing_after_a_tick() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[ended(1)], at(1100)).unwrap();
    recorder.tick(at(1100)).unwrap();
    recorder.record(&[ended(2)], at(1100)).unwrap();
    let crashed = folder.copy();
    let recorder = open_few(&crashed, at(2000));
    assert_eq!(all(recorder.history()), [ended(1)]);
    assert_eq!(recorder.last_alive(), Some(at(1100)));
}

#[test]
fn a_record_is_found_at_any_moment_of_its_life() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[ended(10)], at(1100)).unwrap();
    for moment in [10, 500, 1010] {
        assert_eq!(found(recorder.history(), &question_at(moment)), [ended(10)]);
    }
    for moment in [9, 1011] {
        assert_eq!(found(recorder.history(), &question_at(moment)), []);
    }
}

#[test]
fn a_folder_is_of_one_process() {
    let folder = TestFolder::new();
    let recorder = open_few(&folder, at(0));
    let second = crate::open(super::settings(&folder), at(0));
    assert!(matches!(second, Err(OpenError::Locked { .. })));
    drop(recorder);
    open_few(&folder, at(0));
}

#[test]
fn what_did_not_survive_a_restart_is_settled() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder
        .record(&[begun(1), begun(2), begun(3), begun(4)], at(100))
        .unwrap();
    recorder.close(at(200)).unwrap();
    let mut recorder = open_few(&folder, at(5000));
    // One ends after the start, before all is settled; of the others one lives.
    recorder.record(&[ended(3)], at(5100)).unwrap();
    recorder.settle(at(5900), |open| *open == begun(1)).unwrap();
    // What was learned before and not recorded yet may be the end of what is left.
    assert!(recorder.has_unsettled());
    recorder.record(&[ended(4)], at(5950)).unwrap();
    recorder.settle(at(6000), |_| true).unwrap();
    assert!(!recorder.has_unsettled());
    let mut gone = begun(2);
    gone.ended_at = Some(Timed {
        at: at(6000),
        source: TimeSource::Estimated,
    });
    gone.end_evidence = Some(EndEvidence::Restart);
    assert_eq!(all(recorder.history()), [gone, ended(3), ended(4)]);
    recorder.close(at(6000)).unwrap();
    // It is open still, and the others are not.
    let mut recorder = open_few(&folder, at(7000));
    let mut asked = Vec::new();
    let ask = |open: &_| {
        asked.push(*open);
        true
    };
    recorder.settle(at(7000), ask).unwrap();
    assert_eq!(asked, [begun(1)]);
}

/// It began before a crash, a dump has shown it afterwards, and it ends before what is
/// unsettled was sifted: its record must not begin with the dump.
#[test]
fn an_end_that_comes_before_settling_has_the_begin_that_the_journal_knows() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[begun(1)], at(100)).unwrap();
    recorder.close(at(200)).unwrap();
    let mut recorder = open_few(&folder, at(5000));
    let estimate = |time| {
        Some(Timed {
            at: at(time),
            source: TimeSource::Estimated,
        })
    };
    let shown = Match {
        started_at: estimate(5010),
        ..begun(1)
    };
    let gone = Match {
        started_at: estimate(5010),
        kernel_id: None,
        ..ended(1)
    };
    recorder.record(&[shown], at(5020)).unwrap();
    recorder.record(&[gone], at(5030)).unwrap();
    // Whoever told the end is told when it began, and it does not end once more.
    let mut asked = Vec::new();
    let ask = |begun: &_| {
        asked.push(*begun);
        false
    };
    recorder.settle(at(5040), ask).unwrap();
    assert_eq!(asked, [begun(1)]);
    assert!(!recorder.has_unsettled());
    let found = all(recorder.history());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].started_at, begun(1).started_at);
}

#[test]
fn an_end_that_got_lost_on_its_way_is_found_out() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[begun(1), begun(2)], at(100)).unwrap();
    recorder.tick(at(200)).unwrap();
    assert!(!recorder.has_unsettled());
    // The end of one of the two was dropped.
    recorder.doubt();
    assert!(recorder.has_unsettled());
    for _ in 0..1000 {
        if !recorder.has_unsettled() {
            break;
        }
        recorder.tick(at(300)).unwrap();
        recorder.settle(at(400), |open| *open == begun(2)).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(!recorder.has_unsettled());
    let found = all(recorder.history());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].translation, begun(1).translation);
    assert_eq!(found[0].end_evidence, Some(EndEvidence::Dump));
}

#[test]
fn a_successor_ends_what_was_unsettled() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[begun(1), begun(2)], at(100)).unwrap();
    recorder.close(at(200)).unwrap();
    let mut recorder = open_few(&folder, at(5000));
    let mut later = begun(1);
    later.started_at = Some(Timed {
        at: at(3000),
        source: TimeSource::Kernel,
    });
    // The other is told again as a dump tells it, which says nothing new.
    let mut again = begun(2);
    again.started_at = None;
    recorder.record(&[later, again], at(5000)).unwrap();
    let mut asked = Vec::new();
    let ask = |open: &_| {
        asked.push(*open);
        true
    };
    recorder.settle(at(5100), ask).unwrap();
    assert_eq!(asked, [begun(2)]);
    assert!(!recorder.has_unsettled());
    let found = all(recorder.history());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].started_at, begun(1).started_at);
    assert_eq!(found[0].ended_at.unwrap().at, at(3000));
    assert_eq!(found[0].end_evidence, Some(EndEvidence::Successor));
}

#[test]
fn gaps_survive_a_crash_and_the_time_before_is_one() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    let lasting = |to| Gap {
        from: at(100),
        to,
        cause: GapCause::Socket,
    };
    recorder.note_gap(lasting(None)).unwrap();
    recorder.tick(at(200)).unwrap();
    let period = Period {
        from: at(50),
        to: at(300),
    };
    assert_eq!(recorder.history().gaps(period), [lasting(None)]);
    let crashed = folder.copy();
    let reopened = open_few(&crashed, at(500));
    assert_eq!(reopened.history().gaps(period), [lasting(Some(at(500)))]);
    recorder.note_gap(lasting(Some(at(150)))).unwrap();
    assert_eq!(recorder.history().gaps(period), [lasting(Some(at(150)))]);
    let before = recorder.history().gaps(Period::at(at(-1)));
    assert_eq!(before.len(), 1);
    assert_eq!(before[0].cause, GapCause::BeyondHistory);
    assert_eq!(before[0].to, Some(at(0)));
}

#[test]
fn a_clock_that_was_set_back_stops_nothing() {
    let folder = TestFolder::new();
    let hour = 3_600_000;
    let mut recorder = open_few(&folder, at(hour));
    recorder.tick(at(hour)).unwrap();
    // Nothing is recorded, but it says that it is alive.
    recorder.tick(at(0)).unwrap();
    let crashed = folder.copy();
    assert_eq!(open_few(&crashed, at(0)).last_alive(), Some(at(0)));
}

#[test]
fn what_ends_before_it_begins_ends_when_it_begins() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    let mut record = ended(500);
    record.ended_at.as_mut().unwrap().at = at(100);
    recorder.record(&[record], at(600)).unwrap();
    record.ended_at.as_mut().unwrap().at = at(500);
    assert_eq!(found(recorder.history(), &question_at(500)), [record]);
}
