//! The time of day, and whether it goes as it should.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// Larger differences between the clocks than this are no noise.
const NOTABLE: Duration = Duration::from_millis(250);

/// Nor are they slewing, which is a tenth of the time at most (chrony).
const SLEWED: u32 = 8;

/// How long reading the clocks may take for the reading to count: somebody may
/// have held the thread up in between.
const AT_ONCE: Duration = Duration::from_millis(1);

/// The time of day.
pub fn now() -> Timestamp {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(0).plus(since_1970)
}

/// When the machine was booted, by what the clock says now.
pub fn booted_at() -> Timestamp {
    now().minus(read(ClockId::Boottime))
}

/// Something that happened to the clock, from one time of day to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Jump {
    /// The machine was suspended in between.
    Suspended {
        /// Before.
        from: Timestamp,
        /// After.
        to: Timestamp,
    },
    /// The clock was set by somebody: from what it would say to what it says.
    Set {
        /// What it would say.
        from: Timestamp,
        /// What it says.
        to: Timestamp,
    },
}

/// What the clocks say at one moment.
#[derive(Clone, Copy, Debug)]
struct Moment {
    /// The time of day.
    day: Timestamp,
    /// Since the machine was booted.
    since_boot: Duration,
    /// The same, without the time for which it was suspended.
    awake: Duration,
}

/// Compares the clocks, each time it is asked.
#[derive(Debug)]
pub struct ClockWatch {
    last: Option<Moment>,
}

impl ClockWatch {
    /// Compares from now on.
    pub fn new() -> Self {
        Self {
            last: Moment::read(),
        }
    }

    /// What has happened since it was asked last.
    pub fn look(&mut self) -> Option<Jump> {
        let moment = Moment::read()?;
        self.last.replace(moment)?.jump_to(&moment)
    }
}

impl Moment {
    /// Reads the clocks; `None` where that took too long to be one moment.
    fn read() -> Option<Self> {
        (0..10).find_map(|_| {
            let before = read(ClockId::Monotonic);
            let moment = Self {
                day: now(),
                since_boot: read(ClockId::Boottime),
                awake: read(ClockId::Monotonic),
            };
            (moment.awake.saturating_sub(before) < AT_ONCE).then_some(moment)
        })
    }

    fn jump_to(&self, later: &Self) -> Option<Jump> {
        let passed = later.since_boot.saturating_sub(self.since_boot);
        let awake = later.awake.saturating_sub(self.awake);
        let expected = self.day.plus(passed);
        let difference = expected.since(later.day).max(later.day.since(expected));
        if difference > NOTABLE.max(passed / SLEWED) {
            return Some(Jump::Set {
                from: expected,
                to: later.day,
            });
        }
        (passed.saturating_sub(awake) > NOTABLE).then_some(Jump::Suspended {
            from: self.day,
            to: later.day,
        })
    }
}

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(day: i64, since_boot: u64, awake: u64) -> Moment {
        Moment {
            day: Timestamp(day * 1_000_000),
            since_boot: Duration::from_millis(since_boot),
            awake: Duration::from_millis(awake),
        }
    }

    const START: (i64, u64, u64) = (1_000_000, 5000, 4000);

    fn after(day: i64, since_boot: u64, awake: u64) -> Option<Jump> {
        let (a, b, c) = START;
        let later = moment(a + day, b + since_boot, c + awake);
        moment(a, b, c).jump_to(&later)
    }

    #[test]
    fn clocks_that_go_alike_are_no_news() {
        assert_eq!(after(1000, 1000, 1000), None);
        // A clock that is made to go faster or slower.
        assert_eq!(after(1100, 1000, 1000), None);
        assert_eq!(after(900, 1000, 1000), None);
        // A thread that was not run for a minute.
        assert_eq!(after(60_000, 60_000, 60_000), None);
    }

    #[test]
    fn a_clock_that_is_set_is_noticed_in_both_directions() {
        let at = |milliseconds: i64| Timestamp((START.0 + milliseconds) * 1_000_000);
        let (from, to) = (at(1000), at(3_601_000));
        assert_eq!(after(3_601_000, 1000, 1000), Some(Jump::Set { from, to }));
        let (from, to) = (at(1000), at(-59_000));
        assert_eq!(after(-59_000, 1000, 1000), Some(Jump::Set { from, to }));
    }

    #[test]
    fn a_suspended_machine_is_noticed() {
        let at = |milliseconds: i64| Timestamp((START.0 + milliseconds) * 1_000_000);
        let (from, to) = (at(0), at(61_000));
        assert_eq!(
            after(61_000, 61_000, 1000),
            Some(Jump::Suspended { from, to })
        );
    }

    #[test]
    fn this_machines_clocks_go_alike() {
        let mut watch = ClockWatch::new();
        assert_eq!(watch.look(), None);
        assert!(booted_at() < now());
    }
}
