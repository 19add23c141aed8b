//! A journal that waits to be sealed, or that grows, is damaged.

use std::fs;
use std::path::{Path, PathBuf};

use model::{EndEvidence, Gap, GapCause, Match, Period};

use super::{TestFolder, all, at, begun, ended, open_few, settings, tick_until_idle};
use crate::{History, Recorder, Settings, failpoint, open};

/// Segments of ten records.
fn tens(folder: &TestFolder) -> Settings {
    Settings {
        segment_records: 10,
        ..settings(folder)
    }
}

fn journal(folder: &TestFolder, number: u64) -> PathBuf {
    folder.path().join(format!("journal/{number:010}.journal"))
}

/// Fifteen records, a block each, the first ten in a journal that cannot be sealed.
fn waiting(folder: &TestFolder) -> Recorder {
    failpoint::allow(&folder.path(), 0);
    let mut recorder = open(tens(folder), at(10_000)).unwrap();
    for number in 0..15 {
        let now = at(10_000 + i64::from(number) * 100);
        recorder.record(&[ended(number)], now).unwrap();
        recorder.tick(now).ok();
    }
    // Whoever damages the journal now does so before it is read again.
    for _ in 0..10_000 {
        if recorder.history().status().trouble.is_some() {
            return recorder;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
        recorder.tick(at(11_500)).ok();
    }
    panic!("sealing does not fail");
}

/// Changes one byte of the block that has a record: its internal address.
fn change(path: &Path, number: u32) {
    let mut bytes = fs::read(path).unwrap();
    let [_, address @ ..] = number.to_be_bytes();
    let address = [&[10], &address[..]].concat();
    let mut places = bytes.windows(4).enumerate();
    let place = places.find(|(_, bytes)| **bytes == address).unwrap().0;
    bytes[place] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn faults(history: &History) -> Vec<(PathBuf, String)> {
    let mut faults = Vec::new();
    history.verify(at(50_000), |file| {
        faults.extend(file.fault.map(|fault| (file.path, fault)));
    });
    faults
}

fn damaged(history: &History, from: i64, to: i64) -> Vec<Gap> {
    let mut gaps = history.gaps(Period {
        from: at(from),
        to: at(to),
    });
    gaps.retain(|gap| gap.cause == GapCause::Damaged);
    gaps
}

#[test]
fn verifying_finds_a_changed_byte_in_a_journal() {
    let folder = TestFolder::new();
    let recorder = waiting(&folder);
    assert_eq!(faults(recorder.history()), []);
    // One that waits, and the one that grows; neither is at the end.
    for (number, record) in [(1, 4), (2, 12)] {
        change(&journal(&folder, number), record);
        let faults = faults(recorder.history());
        let (path, fault) = faults.last().unwrap();
        assert_eq!(*path, journal(&folder, number));
        assert!(fault.starts_with("at byte "), "{fault}");
        assert!(
            fault.ends_with("the checksum of a block is wrong"),
            "{fault}"
        );
    }
    failpoint::allow_all(&folder.path());
}

#[test]
fn verifying_finds_the_end_of_a_journal_missing() {
    let folder = TestFolder::new();
    let recorder = waiting(&folder);
    let path = journal(&folder, 2);
    let length = fs::metadata(&path).unwrap().len();
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_len(length - 1).unwrap();
    fs::remove_file(journal(&folder, 1)).unwrap();
    let faults = faults(recorder.history());
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert_eq!(faults[0], (journal(&folder, 1), "it is missing".to_owned()));
    assert!(faults[1].1.contains("is cut off"), "{faults:?}");
    failpoint::allow_all(&folder.path());
}

#[test]
fn what_is_in_memory_is_sealed_though_its_journal_is_damaged() {
    let folder = TestFolder::new();
    let mut recorder = waiting(&folder);
    let history = recorder.history().clone();
    change(&journal(&folder, 1), 4);
    failpoint::allow_all(&folder.path());
    recorder.tick(at(15_000)).ok();
    super::wait_for_sealing(&mut recorder, at(15_000));
    assert_eq!(all(&history).len(), 15);
    // Who began meanwhile would not be known to a process that comes after this one.
    let gaps = damaged(&history, 10_000, 15_000);
    assert_eq!((gaps[0].from, gaps[0].to), (at(10_300), Some(at(10_500))));
    assert_eq!(history.status().damaged, [journal(&folder, 1)]);
}

/// Its begin is in a block that is whole, its end in one that is not: it is over all the
/// same, and neither has a checkpoint nor ends once more.
#[test]
fn what_has_ended_in_memory_does_not_stay_open() {
    let folder = TestFolder::new();
    let day = 24 * 3_600_000;
    failpoint::allow(&folder.path(), 0);
    let mut recorder = open_few(&folder, at(0));
    let mut lived = ended(1);
    lived.ended_at.as_mut().unwrap().at = at(1500);
    recorder.record(&[begun(1)], at(1000)).unwrap();
    recorder.tick(at(1000)).ok();
    recorder.record(&[ended(7), lived], at(1500)).unwrap();
    recorder.tick(at(1500)).ok();
    recorder.record(&[begun(2)], at(2000)).unwrap();
    recorder.tick(at(2000)).ok();
    change(&journal(&folder, 1), 7);
    failpoint::allow_all(&folder.path());
    recorder.tick(at(day + 1)).unwrap();
    super::wait_for_sealing(&mut recorder, at(day + 1));
    let found = all(recorder.history());
    assert_eq!(
        found,
        [lived, ended(7)],
        "and no checkpoints of what may be over"
    );
    recorder.close(at(day + 2)).unwrap();
    let mut recorder = open_few(&folder, at(day + 3));
    let mut asked = Vec::new();
    let ask = |open: &Match| {
        asked.push(*open);
        true
    };
    recorder.settle(at(day + 3), ask).unwrap();
    assert_eq!(asked, [begun(2)]);
}

/// What is looked for while natconnd runs, after a loss.
#[test]
fn a_damaged_journal_ends_nothing_twice() {
    let folder = TestFolder::new();
    let mut recorder = open_few(&folder, at(0));
    recorder.record(&[begun(1), begun(2)], at(1000)).unwrap();
    recorder.tick(at(1000)).unwrap();
    recorder.record(&[ended(7), ended(1)], at(1500)).unwrap();
    recorder.tick(at(1500)).unwrap();
    recorder.record(&[ended(8)], at(2000)).unwrap();
    recorder.tick(at(2000)).unwrap();
    change(&journal(&folder, 1), 7);
    recorder.doubt();
    for _ in 0..1000 {
        recorder.tick(at(3000)).unwrap();
        recorder.settle(at(3000), |open| *open == begun(2)).unwrap();
        if !recorder.has_unsettled() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert!(!recorder.has_unsettled());
    let found = all(recorder.history());
    assert_eq!(found, [ended(1), ended(7), ended(8)]);
    assert!(
        found
            .iter()
            .all(|it| it.end_evidence == Some(EndEvidence::Event))
    );
    assert_eq!(damaged(recorder.history(), 0, 3000).len(), 1);
}

/// After a crash only the journal has them: the block that is damaged is lost and said to
/// be, and no other is, not even in the journal that was written last.
#[test]
fn after_a_crash_damage_costs_one_block_and_is_told() {
    for (damaged_one, record) in [(1, 4), (2, 12)] {
        let folder = TestFolder::new();
        drop(waiting(&folder));
        failpoint::allow_all(&folder.path());
        let path = journal(&folder, damaged_one);
        change(&path, record);
        let mut recorder = open(tens(&folder), at(20_000)).unwrap();
        let history = recorder.history().clone();
        let left: Vec<Match> = (0..15).filter(|it| *it != record).map(ended).collect();
        let told = at(10_000 + i64::from(record) * 100);
        let second = std::time::Duration::from_millis(100);
        let check = |history: &History| {
            assert_eq!(all(history), left);
            let gaps = damaged(history, 10_000, 20_000);
            assert_eq!(gaps.len(), 1, "{gaps:?}");
            assert_eq!(gaps[0].from, told.minus(second));
            assert_eq!(gaps[0].to, Some(told.plus(second)));
        };
        check(&history);
        assert_eq!(history.status().damaged, [path]);
        // It is sealed as it is, and the damage goes with the journal, but not its gap.
        recorder.tick(at(20_000)).unwrap();
        super::wait_for_sealing(&mut recorder, at(20_000));
        recorder.record(&[begun(1)], at(20_000)).unwrap();
        recorder.tick(at(20_000)).unwrap();
        check(&history);
        tick_until_idle(&mut recorder, at(20_000));
        recorder.close(at(20_000)).unwrap();
        let recorder = open(tens(&folder), at(21_000)).unwrap();
        check(recorder.history());
        assert_eq!(faults(recorder.history()), []);
    }
}

#[test]
fn a_journal_damaged_from_its_start_is_a_gap_up_to_the_next() {
    let folder = TestFolder::new();
    drop(waiting(&folder));
    failpoint::allow_all(&folder.path());
    let path = journal(&folder, 1);
    let mut bytes = fs::read(&path).unwrap();
    for byte in &mut bytes {
        *byte ^= 0x55;
    }
    fs::write(&path, bytes).unwrap();
    let recorder = open(tens(&folder), at(20_000)).unwrap();
    assert_eq!(all(recorder.history()).len(), 5);
    let gaps = damaged(recorder.history(), 10_500, 10_500);
    assert_eq!(gaps.len(), 1);
    assert_eq!(recorder.history().status().damaged, [path]);
}
