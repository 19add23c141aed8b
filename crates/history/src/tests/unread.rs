//! Files that the system would not read just now.

use std::fs;
use std::os::unix::fs::symlink;

use model::{GapCause, Period};

use super::{EFFORT, TestFolder, at, ended, open_few, question_at, wait_for_sealing};
use crate::Completeness;

/// Two segments of 1000 records; the name of the first is a loop of links now.
fn with_an_unreadable_segment(folder: &TestFolder) -> crate::Recorder {
    let mut recorder = open_few(folder, at(0));
    for start in (0..21).map(|hundred| hundred * 100) {
        let records: Vec<_> = (start..start + 100).map(ended).collect();
        recorder.record(&records, at(2000)).unwrap();
    }
    wait_for_sealing(&mut recorder, at(2000));
    let [file, kept] = names(folder);
    fs::rename(&file, kept).unwrap();
    symlink(&file, &file).unwrap();
    recorder
}

fn names(folder: &TestFolder) -> [std::path::PathBuf; 2] {
    ["segments/0000000001.parquet", "kept"].map(|name| folder.path().join(name))
}

#[test]
fn a_segment_that_cannot_be_read_now_is_a_gap_of_this_answer_only() {
    let folder = TestFolder::new();
    let mut recorder = with_an_unreadable_segment(&folder);
    recorder.take_news();
    let history = recorder.history().clone();
    let question = question_at(500);
    let ask: [&dyn Fn() -> (usize, Completeness); 3] = [
        &|| {
            let mut found = 0;
            let completeness = history.find(&question, EFFORT, |_| {
                found += 1;
                true
            });
            (found, completeness)
        },
        &|| {
            let mut found = 0;
            let questions = [question.clone()];
            let completeness = history.find_many(&questions, EFFORT, |_, _| found += 1);
            (found, completeness)
        },
        &|| {
            let (page, completeness) = history.page(&question, None, 10_000, EFFORT);
            (page.len(), completeness)
        },
    ];
    for ask in ask {
        let (found, completeness) = ask();
        assert_eq!(found, 0);
        let [gap] = completeness.gaps[..] else {
            panic!("{completeness:?}");
        };
        assert_eq!(gap.cause, GapCause::Damaged);
        assert!(gap.from <= at(0) && gap.to >= Some(at(1999)), "{gap:?}");
        assert!(completeness.damaged.is_empty(), "{completeness:?}");
    }
    // Nothing is noted for good, and nobody is alarmed.
    assert_eq!(history.gaps(Period::at(at(500))), []);
    assert!(history.status().damaged.is_empty());
    assert_eq!(recorder.take_news(), []);
    let [file, kept] = names(&folder);
    fs::rename(kept, file).unwrap();
    for ask in ask {
        let (found, completeness) = ask();
        assert_eq!((found, completeness), (501, Completeness::default()));
    }
}

#[test]
fn a_segment_that_could_not_be_read_at_the_start_is_read_when_it_can_be() {
    let folder = TestFolder::new();
    with_an_unreadable_segment(&folder).close(at(3000)).unwrap();
    let recorder = open_few(&folder, at(3000));
    let history = recorder.history();
    assert!(history.status().damaged.is_empty());
    let [file, kept] = names(&folder);
    fs::rename(kept, file).unwrap();
    assert_eq!(super::found(history, &question_at(500)).len(), 501);
}
