//! Which records are about the same translation, and which of them knows best.

use model::{EndEvidence, Endpoint, Match, TranslationKind, Zone, ZoneScope};

/// A translation in whatever source it is found, without what a source may lack:
/// the remote endpoint. One that began within the same millisecond between the
/// same endpoints is the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    started_at: Option<i64>,
    internal: Endpoint,
    nat: Endpoint,
    protocol: u8,
    kind: TranslationKind,
    zone: (u16, u8),
    /// Where nobody can say when it began, only the end tells two apart.
    ended_at: Option<i64>,
}

/// What of a translation a source may lack.
pub type Far = (Endpoint, Endpoint);

impl Place {
    pub fn of(found: &Match) -> Self {
        let started_at = milliseconds(found.started_at);
        let is_over = found.end_evidence != Some(EndEvidence::Checkpoint);
        Self {
            started_at,
            internal: found.translation.internal,
            nat: found.translation.nat,
            protocol: found.protocol.0,
            kind: found.translation.kind,
            zone: (found.zone.id, scope(found.zone)),
            ended_at: milliseconds(found.ended_at).filter(|_| started_at.is_none() && is_over),
        }
    }
}

/// The far end of a translation; `None` where it was left out of the records.
pub fn far(found: &Match) -> Option<Far> {
    let remote = found.translation.remote;
    (!remote.is_omitted()).then_some((remote, found.original_destination))
}

/// Whether two records are of the same translation, as far as they can tell.
pub fn is_same(left: &Match, right: &Match) -> bool {
    Place::of(left) == Place::of(right)
        && far(left)
            .zip(far(right))
            .is_none_or(|(left, right)| left == right)
}

/// Makes of two records of one translation what is known from both.
///
/// An end beats a life that goes on, which beats a checkpoint: it only says that
/// the translation lived then.
pub fn join(left: &Match, right: &Match) -> Match {
    let (worse, better) = if knows_more(right, left) {
        (left, right)
    } else {
        (right, left)
    };
    let mut joined = *better;
    if far(better).is_none() {
        joined.translation.remote = worse.translation.remote;
        joined.original_destination = worse.original_destination;
    }
    joined
}

/// Whether one record of a translation knows more of its end than another.
fn knows_more(one: &Match, other: &Match) -> bool {
    weight(one) > weight(other)
}

/// How much a record knows of the end: the greater, the more.
fn weight(found: &Match) -> (u8, u8, i64) {
    let end = milliseconds(found.ended_at).unwrap_or(i64::MAX);
    match (found.ended_at, found.end_evidence) {
        (Some(_), Some(EndEvidence::Checkpoint)) => (0, 0, end),
        (None, _) => (1, 0, 0),
        (Some(_), Some(EndEvidence::Event)) => (2, 3, end),
        (Some(_), Some(EndEvidence::Dump | EndEvidence::Successor)) => (2, 2, end),
        (Some(_), Some(EndEvidence::Restart)) => (2, 1, end),
        // From the table, which does not say how.
        (Some(_), None) => (2, 0, end),
    }
}

fn milliseconds(time: Option<model::Timed>) -> Option<i64> {
    time.map(|time| time.at.milliseconds())
}

const fn scope(zone: Zone) -> u8 {
    match zone.scope {
        ZoneScope::Both => 0,
        ZoneScope::Original => 1,
        ZoneScope::Reply => 2,
    }
}
