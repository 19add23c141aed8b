//! The order of records in a list, and which of them are about one translation.

use std::cmp::Ordering;

use model::{EndEvidence, Match, Timestamp, TranslationKind, ZoneScope};

/// By start, unknown ones first, then by what tells translations apart, then by end:
/// so all records of one translation stand together, the latest of them last.
pub(crate) fn by_all(one: &Match, other: &Match) -> Ordering {
    by_translation(one, other).then_with(|| end(one).cmp(&end(other)))
}

/// The same without the end.
pub(crate) fn by_translation(one: &Match, other: &Match) -> Ordering {
    let key = |record: &Match| {
        let translation = record.translation;
        (
            (
                start(record),
                translation.internal,
                translation.nat,
                translation.remote,
                record.protocol,
            ),
            (
                translation.kind == TranslationKind::Destination,
                record.zone.id,
                match record.zone.scope {
                    ZoneScope::Both => 0,
                    ZoneScope::Original => 1,
                    ZoneScope::Reply => 2,
                },
                record.original_destination,
            ),
        )
    };
    key(one).cmp(&key(other))
}

/// The milliseconds of a start; less than any where it is not known.
pub(crate) fn start(record: &Match) -> Option<i64> {
    record.started_at.map(|time| time.at.milliseconds())
}

fn end(record: &Match) -> i64 {
    let at = record.ended_at.map_or(Timestamp::MAX, |time| time.at);
    at.milliseconds()
}

/// Whether of two records of one translation the first says nothing that the second,
/// which stands after it, does not: it is a checkpoint, or the same once more.
pub(crate) fn is_superseded(earlier: &Match, later: &Match) -> bool {
    by_translation(earlier, later).is_eq()
        && (earlier.end_evidence == Some(EndEvidence::Checkpoint) || end(earlier) == end(later))
}

/// Whether two records are the same one, from two files.
pub(crate) fn is_same_record(one: &Match, other: &Match) -> bool {
    by_all(one, other).is_eq() && one.end_evidence == other.end_evidence
}
