//! How often the kernel's table is read again, however much is lost.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The shortest time between the end of a resync and the next one.
pub const REST: Duration = Duration::from_secs(1);

/// How many times as long as the last resync the rest is at least: a dump of a
/// million connections takes two seconds of the processor that the events need.
const REST_FACTOR: u32 = 4;

/// Resyncs in a minute at most.
pub const MOST_IN_A_MINUTE: usize = 20;

/// With more resyncs in a minute than this, events are lost faster than resyncs
/// can make up for.
const MANY_IN_A_MINUTE: usize = 5;

const MINUTE: Duration = Duration::from_secs(60);

/// Spaces resyncs out.
#[derive(Debug, Default)]
pub struct Pace {
    /// When those of the last minute began.
    begun: VecDeque<Instant>,
    rest_until: Option<Instant>,
}

impl Pace {
    /// Whether a resync may begin.
    pub fn may_begin(&mut self, now: Instant) -> bool {
        self.forget(now);
        self.begun.len() < MOST_IN_A_MINUTE && self.rest_until.is_none_or(|until| now >= until)
    }

    /// Whether there have been so many that they seem to be in vain.
    pub fn is_overloaded(&mut self, now: Instant) -> bool {
        self.forget(now);
        self.begun.len() > MANY_IN_A_MINUTE
    }

    /// Notes that a resync begins.
    pub fn begin(&mut self, now: Instant) {
        self.begun.push_back(now);
    }

    /// Notes that one has ended which took so long, or that something else asks for
    /// a pause.
    pub fn rest(&mut self, now: Instant, took: Duration) {
        self.rest_until = Some(now + REST.max(took * REST_FACTOR));
    }

    fn forget(&mut self, now: Instant) {
        let is_old = |begun: &Instant| now.saturating_duration_since(*begun) >= MINUTE;
        while self.begun.front().is_some_and(is_old) {
            self.begun.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resync_is_followed_by_a_rest() {
        let mut pace = Pace::default();
        let start = Instant::now();
        assert!(pace.may_begin(start));
        pace.begin(start);
        pace.rest(start, Duration::ZERO);
        assert!(!pace.may_begin(start));
        assert!(pace.may_begin(start + REST));
        pace.rest(start, REST);
        assert!(!pace.may_begin(start + 3 * REST));
        assert!(pace.may_begin(start + 4 * REST));
    }

    #[test]
    fn under_permanent_overload_a_minute_has_so_many_resyncs() {
        let mut pace = Pace::default();
        let start = Instant::now();
        let mut begun = Vec::new();
        for tenth in 0..6000 {
            let now = start + Duration::from_millis(100) * tenth;
            if pace.may_begin(now) {
                pace.begin(now);
                pace.rest(now, Duration::from_millis(10));
                begun.push(now);
            }
        }
        for window in begun.windows(MOST_IN_A_MINUTE + 1) {
            assert!(window[MOST_IN_A_MINUTE] - window[0] >= MINUTE);
        }
        assert_eq!(begun.len(), 10 * MOST_IN_A_MINUTE);
    }

    #[test]
    fn many_are_an_overload_until_a_minute_is_over() {
        let mut pace = Pace::default();
        let start = Instant::now();
        for second in 0..=MANY_IN_A_MINUTE as u32 {
            let now = start + REST * second;
            assert!(!pace.is_overloaded(now));
            assert!(pace.may_begin(now));
            pace.begin(now);
        }
        assert!(pace.is_overloaded(start + Duration::from_secs(30)));
        assert!(!pace.is_overloaded(start + MINUTE));
    }
}
