//! What the daemon's doctor remembers of earlier looks.
//!
//! Counters of the kernel never go back to zero. What matters is whether they
//! have moved of late.

use std::collections::VecDeque;
use std::time::Duration;

use ctnetlink::Drops;
use model::Timestamp;

use super::facts::Earlier;

/// How far back it remembers.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);

/// How far apart what it remembers is.
const APART: Duration = Duration::from_secs(15);

/// What was counted at earlier looks, oldest first.
#[derive(Debug, Default)]
pub struct Watch(VecDeque<Look>);

#[derive(Clone, Copy, Debug)]
struct Look {
    at: Timestamp,
    drops: Option<Drops>,
    dying: u64,
}

impl Watch {
    /// Remembers a look. Of many within a short time it remembers the first.
    pub fn note(&mut self, at: Timestamp, drops: Option<Drops>, dying: u64) {
        // A clock that was set back would leave everything in the future.
        self.0.retain(|look| look.at <= at);
        if self.0.back().is_some_and(|last| at.since(last.at) < APART) {
            return;
        }
        // One stays, however old: before it nobody has looked.
        while self
            .0
            .get(1)
            .is_some_and(|look| at.since(look.at) > REMEMBERED)
        {
            self.0.pop_front();
        }
        self.0.push_back(Look { at, drops, dying });
    }

    /// The earliest look that is remembered, and counted drops.
    pub fn earlier(&self) -> Option<Earlier> {
        self.0.iter().find_map(|look| {
            let drops = look.drops?;
            Some(Earlier { at: look.at, drops })
        })
    }

    /// For how long every look has found dying connections; zero where the last
    /// one found none.
    pub fn dying_for(&self, now: Timestamp) -> Duration {
        let found = self.0.iter().rev().take_while(|look| look.dying > 0);
        found
            .last()
            .map_or(Duration::ZERO, |look| now.since(look.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(second: i64) -> Timestamp {
        Timestamp(second * 1_000_000_000)
    }

    fn drops(refused: u64) -> Option<Drops> {
        Some(Drops {
            refused,
            ..Drops::default()
        })
    }

    #[test]
    fn the_earliest_look_of_the_last_quarter_of_an_hour_counts() {
        let mut watch = Watch::default();
        assert_eq!(watch.earlier(), None);
        for second in 0..3600 {
            watch.note(at(second), drops(second as u64), 0);
        }
        let earlier = watch.earlier().unwrap();
        let age = at(3600).since(earlier.at);
        assert!(
            age >= REMEMBERED && age <= REMEMBERED + 2 * APART,
            "{age:?}"
        );
        assert_eq!(
            Some(earlier.drops),
            drops(earlier.at.0 as u64 / 1_000_000_000)
        );
        assert!(watch.0.len() < 70, "{}", watch.0.len());
    }

    #[test]
    fn a_single_old_look_is_better_than_none() {
        let mut watch = Watch::default();
        watch.note(at(0), drops(1), 0);
        watch.note(at(9000), drops(2), 0);
        assert_eq!(watch.earlier().unwrap().at, at(0));
        watch.note(at(9100), drops(3), 0);
        assert_eq!(watch.earlier().unwrap().at, at(0));
        watch.note(at(20_000), drops(4), 0);
        assert_eq!(watch.earlier().unwrap().at, at(9100));
    }

    #[test]
    fn a_clock_set_back_begins_anew() {
        let mut watch = Watch::default();
        watch.note(at(9000), drops(1), 1);
        watch.note(at(100), drops(2), 1);
        assert_eq!(watch.earlier().unwrap().at, at(100));
        assert_eq!(watch.dying_for(at(101)), Duration::from_secs(1));
    }

    #[test]
    fn dying_counts_while_every_look_finds_some() {
        let mut watch = Watch::default();
        assert_eq!(watch.dying_for(at(0)), Duration::ZERO);
        for (second, dying) in [(0, 5), (20, 0), (40, 1), (60, 2)] {
            watch.note(at(second), None, dying);
        }
        assert_eq!(watch.dying_for(at(100)), Duration::from_secs(60));
        watch.note(at(100), None, 0);
        assert_eq!(watch.dying_for(at(120)), Duration::ZERO);
    }
}
