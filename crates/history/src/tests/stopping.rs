//! Recording that stops for other reasons than a full disk (which is tests/disk_full.rs).

use model::{GapCause, Match, Period};

use super::{TestFolder, all, at, begun, ended, journals, open_few, wait_for_sealing};
use crate::{News, WriteError, failpoint};

fn unrecorded(recorder: &crate::Recorder) -> Vec<Option<model::Timestamp>> {
    let mut gaps = recorder.history().gaps(Period::ALWAYS);
    gaps.retain(|gap| gap.cause == GapCause::Unrecorded);
    gaps.iter().map(|gap| gap.to).collect()
}

#[test]
fn where_sealing_fails_two_generations_wait_and_then_it_stops() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    failpoint::allow(&folder.path(), 0);
    let mut given = 0;
    let error = loop {
        let records: Vec<Match> = (given..given + 100).map(ended).collect();
        given += 100;
        if let Err(error) = recorder.record(&records, at(1000)) {
            break error;
        }
        assert!(given < 10_000);
    };
    let WriteError::Stopped { cause, lost } = error else {
        panic!("{error}");
    };
    assert!(
        cause.starts_with("two segments wait to be sealed: "),
        "{cause}"
    );
    assert_eq!((given, lost), (3100, 100), "two wait, one is full");
    assert_eq!(all(recorder.history()).len(), 3000);
    assert_eq!(unrecorded(&recorder), [None]);
    assert!(!recorder.history().status().is_recording);
    assert!(recorder.tick(at(1000)).is_err(), "it is told once");
    failpoint::allow_all(&folder.path());
    wait_for_sealing(&mut recorder, at(10_000));
    // The next attempt is due by now.
    recorder.tick(at(13_000)).unwrap();
    assert!(recorder.history().status().is_recording);
    // It may have gone on at once when the first was sealed.
    let [Some(end)] = unrecorded(&recorder)[..] else {
        panic!("{:?}", unrecorded(&recorder));
    };
    assert!((at(10_000)..=at(13_000)).contains(&end));
    recorder.record(&[ended(9_999)], at(13_000)).unwrap();
    assert_eq!(all(recorder.history()).len(), 3001);
    let is_resumed = |news: &News| *news == News::Resumed { unrecorded: 100 };
    assert!(recorder.take_news().iter().any(is_resumed));
}

#[test]
fn a_journal_that_could_not_be_made_safe_is_sealed_and_another_begun() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[ended(1)], at(1000)).unwrap();
    recorder.tick(at(1000)).unwrap();
    recorder.sync_fails(at(1100));
    assert!(recorder.record(&[ended(2)], at(1200)).is_err());
    assert_eq!(unrecorded(&recorder), [None]);
    let trouble = recorder.history().status().trouble.unwrap();
    assert!(trouble.ends_with("it is broken"), "{trouble}");
    wait_for_sealing(&mut recorder, at(5000));
    recorder.record(&[ended(3)], at(5000)).unwrap();
    assert_eq!(all(recorder.history()), [ended(1), ended(3)]);
    assert_eq!(recorder.history().status().sealed_records, 1);
    assert_eq!(unrecorded(&recorder), [Some(at(5000))]);
    let names: Vec<_> = journals(&folder)
        .iter()
        .map(|path| path.file_stem().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["0000000002", "0000000002"]);
}

/// What is lost first began some milliseconds before it came here, and before what was
/// written last.
#[test]
fn the_gap_begins_no_later_than_what_is_lost() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[ended(1)], at(100_000)).unwrap();
    recorder.tick(at(100_000)).unwrap();
    recorder.sync_fails(at(100_100));
    // One that a dump tells began long ago, which says nothing.
    let lost = [begun(99_980), begun(99_970), begun(500)];
    assert!(recorder.record(&lost, at(100_110)).is_err());
    let gap = |recorder: &crate::Recorder| {
        let mut gaps = recorder.history().gaps(Period::ALWAYS);
        gaps.retain(|gap| gap.cause == GapCause::Unrecorded);
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        (gaps[0].from, gaps[0].to)
    };
    assert_eq!(gap(&recorder), (at(99_970), None));
    // An end says the same: its begin was written before.
    let mut end = ended(500);
    end.ended_at.as_mut().unwrap().at = at(99_960);
    assert!(recorder.record(&[end], at(100_120)).is_err());
    assert_eq!(gap(&recorder), (at(99_960), None));
    wait_for_sealing(&mut recorder, at(105_000));
    assert_eq!(gap(&recorder), (at(99_960), Some(at(105_000))));
    recorder.close(at(105_000)).unwrap();
    let recorder = open_few(&folder, at(106_000));
    assert_eq!(gap(&recorder), (at(99_960), Some(at(105_000))));
}
