//! The merge against a naive one, on any life of any translations.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use model::{EndEvidence, Endpoint, Match, Period, Timestamp, Translation, Verdict};
use proptest::prelude::*;

use super::super::any_life::{Life, lives, timed, translation, until};
use super::{Merged, Ranked};

fn merged(records: &[Match], period: Period, tolerance: Duration, limit: usize) -> Ranked {
    let mut merged = Merged::new(period, tolerance, limit);
    records.iter().for_each(|found| merged.add(*found));
    merged.into_ranked()
}

/// The time between two periods of whole milliseconds.
fn apart(life: Period, asked: Period) -> i64 {
    let [from, to] = [life.from, life.to].map(Timestamp::milliseconds);
    let [begin, end] = [asked.from, asked.to].map(Timestamp::milliseconds);
    (from - end).max(begin.saturating_sub(to)).max(0)
}

proptest! {
    #[test]
    fn merging_is_what_looking_at_everything_would_say(
        lives in lives(), from in 0..90_i64, length in 0..20_i64, tolerance in 0..10_u64,
        limit in 1..50_usize, seed: u64,
    ) {
        let period = Period {
            from: timed(from, 300_000).at,
            to: timed(from + length, 700_000).at,
        };
        let mut records: Vec<Match> = lives.iter().flat_map(Life::records).collect();
        // In any order.
        records.sort_by_key(|row| {
            let key = format!("{seed}{row:?}");
            key.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
        });
        let all = Duration::from_millis(tolerance);
        let ranked = merged(&records, period, all, limit);

        let mut wanted: Vec<(Match, i64)> = lives
            .iter()
            .map(Life::best)
            .map(|best| (best, apart(best.life(), period)))
            .filter(|(_, distance)| *distance <= tolerance as i64)
            .collect();
        wanted.sort_by_key(|(best, distance)| {
            let roles = best.translation;
            let start = best.started_at.map(|it| it.at.milliseconds());
            (*distance, Reverse(start), roles.internal, roles.remote)
        });
        let shown = |(found, distance): &(Match, Duration)| (
            found.translation.internal,
            found.translation.remote,
            found.started_at.map(|it| it.at.milliseconds()),
            found.ended_at.map(|it| it.at.milliseconds()),
            found.end_evidence,
            distance.as_millis() as i64,
        );
        let mut told: Vec<_> = ranked.matches.iter().map(shown).collect();
        let mut expected: Vec<_> = wanted
            .iter()
            .map(|(found, distance)| shown(&(*found, Duration::from_millis(*distance as u64))))
            .collect();
        prop_assert_eq!(told.len(), expected.len().min(limit));
        prop_assert_eq!(ranked.is_cut, expected.len() > limit);
        // Of the same distance and begin any may come first, by parts of a
        // millisecond that only one of the two has.
        let rank = |row: &(Endpoint, Endpoint, Option<i64>, Option<i64>, Option<EndEvidence>, i64)|
            (row.5, Reverse(row.2));
        prop_assert_eq!(
            told.iter().map(rank).collect::<Vec<_>>(),
            expected.iter().take(limit).map(rank).collect::<Vec<_>>()
        );
        if !ranked.is_cut {
            told.sort();
            expected.sort();
            prop_assert_eq!(&told, &expected);
        }
        let hosts: BTreeSet<_> = wanted.iter().map(|(it, _)| it.translation.internal).collect();
        let verdict = [Verdict::None, Verdict::One, Verdict::Several][hosts.len().min(2)];
        prop_assert_eq!(ranked.verdict, verdict);
    }
}

const ALWAYS: Period = Period::ALWAYS;

fn all(records: &[Match]) -> Vec<Match> {
    let ranked = merged(records, ALWAYS, Duration::ZERO, 10);
    ranked.matches.into_iter().map(|(found, _)| found).collect()
}

fn without_remote(found: Match) -> Match {
    Match {
        translation: Translation {
            remote: Endpoint::OMITTED,
            ..found.translation
        },
        original_destination: Endpoint::OMITTED,
        ..found
    }
}

#[test]
fn a_record_without_its_remote_is_that_of_the_table() {
    let ended = until(translation(1, 1, 5), 9, Some(EndEvidence::Event));
    let in_table = until(translation(1, 1, 5), 9, None);
    for records in [
        [without_remote(ended), in_table],
        [in_table, without_remote(ended)],
    ] {
        assert_eq!(all(&records), [ended]);
    }
    // Another began at another time.
    let other = until(translation(1, 1, 6), 9, Some(EndEvidence::Event));
    assert_eq!(all(&[without_remote(other), in_table]).len(), 2);
}

#[test]
fn of_two_that_share_all_but_the_remote_none_is_lost() {
    let [one, other] = [translation(1, 1, 5), translation(1, 2, 5)];
    assert_eq!(all(&[one, other, without_remote(one)]).len(), 2);
}

#[test]
fn without_a_begin_only_the_end_tells_two_apart() {
    let unseen = |to, evidence| Match {
        started_at: None,
        ..until(translation(1, 1, 0), to, evidence)
    };
    let event = Some(EndEvidence::Event);
    assert_eq!(all(&[unseen(5, event), unseen(7, event)]).len(), 2);
    assert_eq!(all(&[unseen(5, event), unseen(5, None)]).len(), 1);
}

#[test]
fn memory_is_bounded_whatever_fits() {
    let mut merged = Merged::new(ALWAYS, Duration::ZERO, 3);
    for at in 0..20_000 {
        merged.add(translation(1, (at % 50) as u8, at));
        assert!(merged.found.len() <= 2 * 3 + super::SLACK + 1);
    }
    let ranked = merged.into_ranked();
    let begins = ranked
        .matches
        .iter()
        .map(|(it, _)| it.started_at.unwrap().at.milliseconds());
    assert_eq!(begins.collect::<Vec<_>>(), [19_999, 19_998, 19_997]);
    assert!(ranked.is_cut);
    assert_eq!(ranked.verdict, Verdict::One);
}
