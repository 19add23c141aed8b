//! Pages of two sources against a naive list of all.

use model::{EndEvidence, Match};
use proptest::prelude::*;

use super::super::any_life::{Life, lives, translation, until};
use super::super::merge::merge;
use super::{joined, order};

/// What a source gives for a page: its first rows after one, and one more.
fn first(rows: &[Match], after: Option<&Match>, limit: usize) -> Vec<Match> {
    let is_after = |row: &&Match| after.is_none_or(|after| order(after, row).is_lt());
    let mut rows: Vec<Match> = rows.iter().filter(is_after).copied().collect();
    rows.sort_by(order);
    rows.truncate(limit + 1);
    rows
}

/// What history gives: each translation once.
fn recorded(lives: &[Life]) -> Vec<Match> {
    let mut rows: Vec<Match> = lives.iter().flat_map(Life::recorded).collect();
    merge(&mut rows);
    rows
}

#[test]
fn what_ended_since_the_page_before_is_not_told_again() {
    let last = until(translation(1, 1, 5), 9, Some(EndEvidence::Checkpoint));
    let ended = until(last, 12, Some(EndEvidence::Event));
    let next = translation(1, 2, 6);
    let (rows, _) = joined(vec![ended], vec![next], Some(&last), 10, false);
    assert_eq!(rows, [next]);
}

proptest! {
    #[test]
    fn pages_together_are_the_whole_list(lives in lives(), limit in 1..12_usize) {
        let recorded = recorded(&lives);
        let live: Vec<Match> = lives.iter().filter_map(Life::live).collect();
        let mut listed = Vec::new();
        let mut after = None;
        for _ in 0..200 {
            let (rows, has_more) = joined(
                first(&recorded, after.as_ref(), limit),
                first(&live, after.as_ref(), limit),
                after.as_ref(),
                limit,
                false,
            );
            prop_assert!(rows.len() <= limit);
            after = rows.last().copied();
            listed.extend(rows);
            if !has_more {
                break;
            }
            prop_assert!(after.is_some(), "there is a place to go on at");
        }
        let mut all: Vec<Match> = lives.iter().map(Life::best).collect();
        all.sort_by(order);
        let key = |row: &Match| (row.translation, row.life().to.milliseconds(), row.end_evidence);
        prop_assert_eq!(
            listed.iter().map(key).collect::<Vec<_>>(),
            all.iter().map(key).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_was_given_up_on_goes_on_behind_what_is_known(
        lives in lives(), limit in 1..12_usize, found in 0..12_usize,
    ) {
        let recorded = recorded(&lives);
        let live: Vec<Match> = lives.iter().filter_map(Life::live).collect();
        let mut few = first(&recorded, None, limit);
        few.truncate(found.min(limit));
        let last = few.last().copied();
        let (rows, has_more) = joined(few, first(&live, None, limit), None, limit, true);
        match last {
            // Nothing is known to be whole.
            None => prop_assert!(rows.is_empty() && !has_more),
            Some(last) => {
                prop_assert!(rows.iter().all(|row| order(row, &last).is_le()));
                prop_assert_eq!(has_more, !rows.is_empty());
            }
        }
    }
}
