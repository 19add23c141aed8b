//! Any lives of translations, and who tells of them, for the property tests.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use model::{
    EndEvidence, Endpoint, Match, Protocol, TimeSource, Timed, Timestamp, Translation,
    TranslationKind, Zone,
};
use proptest::prelude::*;

const MILLISECOND: i64 = 1_000_000;

pub fn timed(milliseconds: i64, odd: i64) -> Timed {
    Timed {
        at: Timestamp(milliseconds * MILLISECOND + odd),
        source: TimeSource::Kernel,
    }
}

pub fn translation(host: u8, remote: u8, from: i64) -> Match {
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

pub fn until(found: Match, to: i64, evidence: Option<EndEvidence>) -> Match {
    Match {
        ended_at: Some(timed(to, 0)),
        end_evidence: evidence,
        ..found
    }
}

/// What is true of one translation, and who tells of it.
#[derive(Clone, Debug)]
pub struct Life {
    pub found: Match,
    /// When it ended; it lives where `None`.
    end: Option<i64>,
    checkpoints: Vec<i64>,
    in_table: bool,
    in_history: bool,
    /// Parts of a millisecond by which the table's time differs from history's.
    odd: i64,
}

impl Life {
    /// What both have of it.
    pub fn records(&self) -> Vec<Match> {
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

    /// What history has of it.
    pub fn recorded(&self) -> Vec<Match> {
        let is_recorded = |row: &Match| row.end_evidence.is_some();
        self.records().into_iter().filter(is_recorded).collect()
    }

    /// What the table has of it.
    pub fn live(&self) -> Option<Match> {
        self.records()
            .into_iter()
            .find(|row| row.end_evidence.is_none())
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
    pub fn best(&self) -> Match {
        let records = self.records();
        let is_end = |row: &&Match| row.end_evidence == Some(EndEvidence::Event);
        let is_no_checkpoint = |row: &&Match| row.end_evidence.is_none();
        let end = records.iter().find(is_end);
        *end.or_else(|| records.iter().find(is_no_checkpoint))
            .unwrap()
    }
}

/// Any lives, each of another translation.
pub fn lives() -> impl Strategy<Value = Vec<Life>> {
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
