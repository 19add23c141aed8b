//! The matches worth telling of a question about the past, from any number of
//! sources.

use std::cmp::Reverse;
use std::net::IpAddr;
use std::time::Duration;

use model::{Match, Period, Timestamp, Verdict};

use super::identity::{Far, Place, far, join};

/// Records beyond twice the limit that are held before they are merged.
const SLACK: usize = 64;

/// Takes what fits from every source and keeps the first `limit` translations: exact
/// ones first, then by distance in time, then the latest begin. Each is told once,
/// whoever has it. Judges by all of them.
#[derive(Clone, Debug)]
pub struct Merged {
    period: Period,
    tolerance: Duration,
    limit: usize,
    found: Vec<Match>,
    is_cut: bool,
    host: Option<IpAddr>,
    has_other_hosts: bool,
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ranked {
    /// The matches in order, with their distances.
    pub matches: Vec<(Match, Duration)>,
    /// Whether more than `limit` have fitted.
    pub is_cut: bool,
    /// How many hosts have fitted.
    pub verdict: Verdict,
}

impl Merged {
    /// Nothing yet.
    pub const fn new(period: Period, tolerance: Duration, limit: usize) -> Self {
        Self {
            period,
            tolerance,
            limit,
            found: Vec::new(),
            is_cut: false,
            host: None,
            has_other_hosts: false,
        }
    }

    /// Adds a record that fits the lookup; it counts where it lived in the period,
    /// the tolerance included.
    pub fn add(&mut self, found: Match) {
        if !found.life().touches(&self.period.widened(self.tolerance)) {
            return;
        }
        let host = found.translation.internal.address;
        self.has_other_hosts |= *self.host.get_or_insert(host) != host;
        self.found.push(found);
        // Now and then, so that memory is bounded, whatever fits.
        if self.found.len() > 2 * self.limit + SLACK {
            self.cut();
        }
    }

    /// Merges what is there, and keeps the first.
    ///
    /// Never drops the better record of a translation for the worse: the better one
    /// tells of a longer life, so it ranks no lower.
    fn cut(&mut self) {
        merge(&mut self.found);
        let period = self.period;
        self.found.sort_by_cached_key(|found| rank(found, period));
        self.is_cut |= self.found.len() > self.limit;
        self.found.truncate(self.limit);
    }

    /// The matches in order, and the verdict on all that were added.
    pub fn into_ranked(mut self) -> Ranked {
        self.cut();
        let verdict = match (self.host, self.has_other_hosts) {
            (None, _) => Verdict::None,
            (Some(_), false) => Verdict::One,
            (Some(_), true) => Verdict::Several,
        };
        let period = self.period;
        let matches = self.found.into_iter();
        Ranked {
            matches: matches
                .map(|found| (found, distance(&found, period)))
                .collect(),
            is_cut: self.is_cut,
            verdict,
        }
    }
}

/// Leaves each translation once.
pub(super) fn merge(found: &mut Vec<Match>) {
    if found.len() < 2 {
        return;
    }
    found.sort_by_cached_key(|found| (Place::of(found), far(found)));
    // A record without its far end comes first among those of its place.
    let mut merged: Vec<Match> = Vec::with_capacity(found.len());
    for group in found.chunk_by(|left, right| Place::of(left) == Place::of(right)) {
        let begin = merged.len();
        for next in group {
            match merged.get_mut(begin..).and_then(|known| known.last_mut()) {
                // Who shares place and time with a record without its far end is the
                // one it was written of, as far as anybody can tell.
                Some(known) if far(known).is_none_or(|known| far(next) == Some(known)) => {
                    *known = join(known, next);
                }
                _ => merged.push(*next),
            }
        }
    }
    *found = merged;
}

type Rank = (Duration, Reverse<Option<Timestamp>>, Place, Option<Far>);

fn rank(found: &Match, period: Period) -> Rank {
    let started_at = found.started_at.map(|time| time.at);
    (
        distance(found, period),
        Reverse(started_at),
        Place::of(found),
        far(found),
    )
}

/// How far the life of a translation lies from a period, in whole milliseconds, so
/// that it is zero just where the two touch.
fn distance(found: &Match, period: Period) -> Duration {
    let whole = |period: Period| Period {
        from: Timestamp::of_milliseconds(period.from.milliseconds()),
        to: Timestamp::of_milliseconds(period.to.milliseconds()),
    };
    whole(found.life()).distance_to(&whole(period))
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
