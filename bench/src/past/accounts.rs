//! Holds what a history gives back against what was recorded before a crash.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use history::{Effort, History, Question};
use model::{EndEvidence, Endpoint, Lookup, Match, Period, Protocol, Timestamp};

use super::writer::Round;

/// Long enough for one day of any round.
const EFFORT: Effort = Effort {
    time: Duration::from_secs(120),
};

/// Batches that may have been written and not told: the pipe to whoever counts is
/// written after the journal.
const UNTOLD: usize = 8 * 2000;

/// What a crash has done.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Accounts {
    /// Begins and ends that were in the journal, as far as told.
    pub told: u64,
    /// Records that must be there.
    pub expected: u64,
    /// Records that are there, checkpoints left out.
    pub found: u64,
    /// Ends that were told and are not there.
    pub lost: u64,
    /// Connections that were open and have no end.
    pub lost_open: u64,
    /// Records that are there more than once.
    pub twice: u64,
    /// Records of nothing that was recorded, or with another end.
    pub foreign: u64,
    /// Connections that were open when the process was killed, and have got an
    /// end.
    pub settled: u64,
    /// Checkpoints.
    pub checkpoints: u64,
}

impl Accounts {
    /// Adds those of another crash.
    pub fn add(&mut self, other: &Self) {
        self.told += other.told;
        self.expected += other.expected;
        self.found += other.found;
        self.lost += other.lost;
        self.lost_open += other.lost_open;
        self.twice += other.twice;
        self.foreign += other.foreign;
        self.settled += other.settled;
        self.checkpoints += other.checkpoints;
    }
}

/// What identifies a record: who, where, and from when on.
type Key = (Protocol, Endpoint, Endpoint, Endpoint, i64);

/// How often a connection is there, with which end.
#[derive(Clone, Copy, Default)]
struct Seen {
    by_event: u32,
    ended: i64,
    settled: u32,
}

/// Compares a history with the first `told` of what its round has recorded.
///
/// Everything must have been settled.
pub fn compare(history: &History, round: Round, told: u64) -> Result<Accounts> {
    let mut accounts = Accounts {
        told,
        ..Accounts::default()
    };
    let mut seen: HashMap<Key, Seen> = HashMap::new();
    let question = Question {
        lookup: Lookup::default(),
        period: Period {
            from: round.from(),
            to: round.to(),
        },
    };
    let completeness = history.find(&question, EFFORT, |found| {
        // What an earlier round left open may have been ended later.
        if began(&found) < round.from() {
            return true;
        }
        if found.end_evidence == Some(EndEvidence::Checkpoint) {
            accounts.checkpoints += 1;
            return true;
        }
        accounts.found += 1;
        let seen = seen.entry(key(&found)).or_default();
        match found.end_evidence {
            Some(EndEvidence::Event) => {
                seen.by_event += 1;
                seen.ended = found.life().to.milliseconds();
            }
            _ => seen.settled += 1,
        }
        true
    });
    ensure!(
        !completeness.is_cut && completeness.damaged.is_empty(),
        "read a history after a crash: {completeness:?}"
    );
    let mut traffic = round.traffic();
    let mut open: HashMap<Key, ()> = HashMap::new();
    for event in traffic.by_ref().take(told as usize) {
        if event.ended_at.is_none() {
            open.insert(key(&event), ());
            continue;
        }
        open.remove(&key(&event));
        accounts.expected += 1;
        let seen = seen.remove(&key(&event)).unwrap_or_default();
        accounts.lost += u64::from(seen.by_event == 0);
        accounts.twice += u64::from(seen.by_event > 1 || seen.by_event == 1 && seen.settled > 0);
        accounts.foreign +=
            u64::from(seen.by_event > 0 && seen.ended != event.life().to.milliseconds());
    }
    // What has been written and not told may be there or not, each once.
    for event in traffic.take(UNTOLD) {
        let Some(ended) = event.ended_at else {
            // Begun, perhaps written: its end is checked below if it is there.
            if seen.contains_key(&key(&event)) {
                open.insert(key(&event), ());
            }
            continue;
        };
        let is_as_told = |seen: &Seen| {
            seen.by_event == 1 && seen.settled == 0 && seen.ended == ended.at.milliseconds()
        };
        if seen.get(&key(&event)).is_some_and(is_as_told) {
            seen.remove(&key(&event));
            open.remove(&key(&event));
        }
    }
    for key in open.into_keys() {
        accounts.expected += 1;
        match seen.remove(&key) {
            Some(Seen {
                by_event: 0,
                settled: 1,
                ..
            }) => accounts.settled += 1,
            None => accounts.lost_open += 1,
            Some(_) => accounts.twice += 1,
        }
    }
    accounts.foreign += seen.len() as u64;
    Ok(accounts)
}

fn key(found: &Match) -> Key {
    let translation = &found.translation;
    (
        found.protocol,
        translation.internal,
        translation.nat,
        translation.remote,
        began(found).milliseconds(),
    )
}

fn began(found: &Match) -> Timestamp {
    found.started_at.unwrap_or_default().at
}
