//! Pages against sorting everything.

use model::{Match, Period};
use proptest::prelude::*;

use super::{EFFORT, TestFolder, at, settings, wait_for_sealing};
use crate::arbitrary::{everything, kept, question, records};
use crate::deadline::Deadline;
use crate::find;
use crate::order::{by_all, is_superseded};
use crate::page::Page;
use crate::{Question, open};

/// All that fits, in order, each translation once.
fn expected(records: &[Match], question: &Question) -> Vec<Match> {
    let fits = |record: &&Match| {
        question.lookup.matches(record) && record.life().touches(&question.period)
    };
    let mut fitting: Vec<Match> = records.iter().filter(fits).copied().collect();
    fitting.sort_by(by_all);
    let mut once: Vec<Match> = Vec::new();
    for record in fitting {
        while once.last().is_some_and(|last| is_superseded(last, &record)) {
            once.pop();
        }
        once.push(record);
    }
    once
}

/// Whether two lists stand for the same records. Which of two comes that differ in
/// nothing but who measured their times, is left open.
fn is_same(one: &[Match], other: &[Match]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| by_all(one, other).is_eq())
}

/// None ends before it begins, as history has it.
fn valid(records: Vec<Match>) -> Vec<Match> {
    let one = |record: &Match| {
        let mut record = kept(record);
        if let (Some(start), Some(end)) = (record.started_at, &mut record.ended_at) {
            end.at = end.at.max(start.at);
        }
        record
    };
    records.iter().map(one).collect()
}

proptest! {
    #[test]
    fn a_page_in_bounded_memory_is_the_start_of_everything(
        records in records(0..40),
        question in question(),
        limit in 1_usize..8,
    ) {
        let records = valid(records);
        let expected = expected(&records, &question);
        let mut after = None;
        let mut seen = Vec::new();
        // Pages until the last, as a client asks for them.
        for _ in 0..=expected.len() {
            let mut page = Page::new(&question, after.as_ref(), limit);
            for record in &records {
                let asked = page.question();
                if asked.lookup.matches(record) && record.life().touches(&asked.period) {
                    page.add(*record);
                }
            }
            let page = page.into_records();
            if page.is_empty() {
                break;
            }
            prop_assert!(page.len() <= limit);
            after = page.last().copied();
            seen.extend(page);
        }
        prop_assert!(is_same(&seen, &expected), "{:#?}\n{:#?}", seen, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn pages_of_segments_and_journal_are_all_of_them(
        records in records(0..60),
        question in question(),
        limit in 1_usize..8,
    ) {
        let records = valid(records);
        let folder = TestFolder::new();
        let mut settings = settings(&folder);
        settings.segment_records = 20;
        let mut recorder = open(settings, at(0)).unwrap();
        for chunk in records.chunks(7) {
            recorder.record(chunk, at(0)).unwrap();
        }
        wait_for_sealing(&mut recorder, at(0));
        let expected = expected(&records, &question);
        let history = recorder.history();
        let mut after = None;
        let mut seen = Vec::new();
        loop {
            let (page, completeness) = history.page(&question, after.as_ref(), limit, EFFORT);
            prop_assert!(!completeness.is_cut);
            let Some(last) = page.last() else {
                break;
            };
            after = Some(*last);
            seen.extend(page);
        }
        prop_assert!(is_same(&seen, &expected), "{:#?}\n{:#?}", seen, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_page_that_is_given_up_lacks_its_end_only(
        records in records(0..60),
        question in prop_oneof![question(), Just(everything())],
        limit in 1_usize..20,
        after in 0_usize..10,
    ) {
        let records = valid(records);
        let folder = TestFolder::new();
        let mut settings = settings(&folder);
        settings.segment_records = 10;
        let mut recorder = open(settings, at(0)).unwrap();
        for chunk in records.chunks(7) {
            recorder.record(chunk, at(0)).unwrap();
        }
        wait_for_sealing(&mut recorder, at(0));
        let expected = expected(&records, &question);
        let after = expected.get(after);
        let rest = expected.iter().filter(|it| after.is_none_or(|after| by_all(it, after).is_gt()));
        let rest: Vec<Match> = rest.copied().collect();
        let archive = &recorder.history().archive;
        for number in 1..20 {
            let deadline = Deadline::at_question(number);
            let (page, completeness) = find::page(archive, &question, after, limit, &deadline);
            prop_assert!(is_same(&page, &rest[..page.len()]), "{:#?}\n{:#?}", page, rest);
            let is_all = page.len() == limit || page.len() == rest.len();
            prop_assert!(is_all || completeness.is_cut);
        }
    }
}

#[test]
fn a_limit_of_nothing_gives_nothing() {
    let question = Question {
        period: Period::ALWAYS,
        ..crate::arbitrary::everything()
    };
    let mut page = Page::new(&question, None, 0);
    page.add(crate::arbitrary::example());
    assert_eq!(page.into_records(), []);
}

#[test]
fn of_two_that_lived_for_one_millisecond_none_is_passed_over() {
    let folder = TestFolder::new();
    let mut recorder = open(settings(&folder), at(0)).unwrap();
    let mut records = [super::ended(1), super::ended(2)];
    for record in &mut records {
        record.started_at = super::ended(1).started_at;
        record.ended_at = record.started_at;
    }
    recorder.record(&records, at(0)).unwrap();
    let everything = crate::arbitrary::everything();
    let history = recorder.history();
    let (first, _) = history.page(&everything, None, 1, EFFORT);
    let (second, _) = history.page(&everything, first.last(), 1, EFFORT);
    assert_eq!([first, second].concat(), records);
}
