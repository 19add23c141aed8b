//! Stretches of time, to the millisecond.

use std::time::Duration;

use crate::Timestamp;

/// A stretch of time, both ends included, compared by whole milliseconds, which
/// is what history keeps.
///
/// [`Timestamp::MIN`] and [`Timestamp::MAX`] stand for an open side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Period {
    /// Its first moment.
    pub from: Timestamp,
    /// Its last moment.
    pub to: Timestamp,
}

impl Period {
    /// All of time.
    pub const ALWAYS: Self = Self {
        from: Timestamp::MIN,
        to: Timestamp::MAX,
    };

    /// One moment.
    pub const fn at(time: Timestamp) -> Self {
        Self {
            from: time,
            to: time,
        }
    }

    /// Longer by `tolerance` on both sides.
    pub fn widened(self, tolerance: Duration) -> Self {
        Self {
            from: self.from.minus(tolerance),
            to: self.to.plus(tolerance),
        }
    }

    /// Whether the two have a millisecond in common.
    pub const fn touches(&self, other: &Self) -> bool {
        self.from.milliseconds() <= other.to.milliseconds()
            && other.from.milliseconds() <= self.to.milliseconds()
    }

    /// How much time lies between the two; zero where they touch.
    pub fn distance_to(&self, other: &Self) -> Duration {
        if self.touches(other) {
            return Duration::ZERO;
        }
        self.from.since(other.to).max(other.from.since(self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: i64, to: i64) -> Period {
        Period {
            from: Timestamp(from * 1_000_000),
            to: Timestamp(to * 1_000_000),
        }
    }

    #[test]
    fn both_ends_are_included() {
        assert!(period(1, 2).touches(&period(2, 3)));
        assert!(period(2, 3).touches(&period(1, 2)));
        assert!(!period(1, 2).touches(&period(3, 4)));
        assert!(Period::ALWAYS.touches(&period(3, 4)));
    }

    #[test]
    fn times_within_one_millisecond_touch() {
        let early = Period::at(Timestamp(5_100_000));
        let late = Period::at(Timestamp(5_900_000));
        assert!(early.touches(&late));
        assert_eq!(early.distance_to(&late), Duration::ZERO);
    }

    #[test]
    fn distance_is_the_time_between() {
        let milliseconds = Duration::from_millis;
        assert_eq!(period(1, 2).distance_to(&period(5, 9)), milliseconds(3));
        assert_eq!(period(5, 9).distance_to(&period(1, 2)), milliseconds(3));
        assert_eq!(period(1, 6).distance_to(&period(5, 9)), milliseconds(0));
        let widened = period(5, 9).widened(milliseconds(2));
        assert_eq!(widened, period(3, 11));
        assert_eq!(Period::ALWAYS.widened(milliseconds(2)), Period::ALWAYS);
    }
}
