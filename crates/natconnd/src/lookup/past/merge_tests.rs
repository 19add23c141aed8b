//! The merge against a naive one, on any life of any translations.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use model::{
    EndEvidence, Endpoint, Match, Period, Protocol, TimeSource, Timed, Timestamp, Translation,
    TranslationKind, Verdict, Zone,
};
use proptest::prelude::*;

use super::{Merged, Ranked};

const MILLISECOND: i64 = 1_000_000;

fn timed(milliseconds: i64, odd: i64) -> Timed {
    Timed {
        at: Timestamp(milliseconds * MILLISECOND + odd),
        source: TimeSource::Kernel,
    }
}

fn translation(host: u8, remote: u8, from: i64) -> Match {
    let endpoint = |last| Endpoint::new(Ipv4Addr::new(192, 0, 2, last).into(), 1);
    Match {
        protocol: Protocol::TCP,
        translation: Translation {
            kind: TranslationKind::Source,
            internal: endpoint(host),
            nat: endpoint(100),
            remote: endpoint(200 + remote),
        },
        original_destination: endpoint(200 + remote),
        zone: Zone::default(),
        kernel_id: None,
        started_at: Some(timed(from, 0)),
        ended_at: None,
        end_evidence: None,
        traffic: None,
        mark: None,
    }
}

fn until(found: Match, to: i64, evidence: Option<EndEvidence>) -> Match {
    Match {
        ended_at: Some(timed(to, 0)),
        end_evidence: evidence,
        ..found
    }
}

/// What is true of one translation, and who tells of it.
#[derive(Clone, Debug)]
struct Life {
    found: Match,
    /// When it ended; it lives where `None`.
    end: Option<i64>,
    checkpoints: Vec<i64>,
    in_table: bool,
    in_history: bool,
    /// Parts of a millisecond by which the table's time differs from history's.
    odd: i64,
}

impl Life {
    fn records(&self) -> Vec<Match> {
        let checkpoint = Some(EndEvidence::Checkpoint);
        let mut records = Vec::new();
        for at in &self.checkpoints {
            records.push(until(self.found, *at, checkpoint));
        }
        match self.end {
            Some(end) => {
                if self.in_history || !self.in_table {
                    records.push(until(self.found, end, Some(EndEvidence::Event)));
                }
                if self.in_table {
                    records.push(until(self.in_the_table(), end, None));
                }
            }
            None => records.push(self.in_the_table()),
        }
        records
    }

    fn in_the_table(&self) -> Match {
        let start = self.found.started_at.map(|time| Timed {
            at: Timestamp(time.at.0 + self.odd),
            ..time
        });
        Match {
            started_at: start,
            ..self.found
        }
    }

    /// The one record that is to be told.
    fn best(&self) -> Match {
        let records = self.records();
        let is_end = |row: &&Match| row.end_evidence == Some(EndEvidence::Event);
        let is_no_checkpoint = |row: &&Match| row.end_evidence.is_none();
        let end = records.iter().find(is_end);
        *end.or_else(|| records.iter().find(is_no_checkpoint))
            .unwrap()
    }
}

fn lives() -> impl Strategy<Value = Vec<Life>> {
    let life = (
        (0..3_u8, 0..3_u8, 0..60_i64, 0..1000_i64),
        prop::option::of(0..30_i64),
        prop::collection::vec(0..30_i64, 0..3),
        any::<(bool, bool)>(),
    );
    let life = life.prop_map(
        |((host, remote, from, odd), end, checkpoints, (in_table, in_history))| Life {
            found: translation(host, remote, from),
            end: end.map(|length| from + length),
            checkpoints: checkpoints
                .into_iter()
                .filter(|after| end.is_none_or(|end| *after <= end))
                .map(|after| from + after)
                .collect(),
            in_table,
            in_history,
            odd,
        },
    );
    prop::collection::vec(life, 0..40).prop_map(|lives| {
        let mut seen = BTreeSet::new();
        let place = |life: &Life| {
            let roles = life.found.translation;
            (
                roles.internal,
                roles.remote,
                life.found.started_at.map(|it| it.at),
            )
        };
        lives
            .into_iter()
            .filter(|life| seen.insert(place(life)))
            .collect()
    })
}

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
