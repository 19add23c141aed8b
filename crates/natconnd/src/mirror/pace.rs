//! How often the kernel's table is read again, however much is lost.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The shortest time between the end of a resync and the next one.
pub const REST: Duration = Duration::from_secs(1);

/// Resyncs in a minute at most. A dump of a million connections takes a second
/// or two of the processor that the events need.
pub const MOST_IN_A_MINUTE: usize = 6;

const MINUTE: Duration = Duration::from_secs(60);

/// Spaces resyncs out.
#[derive(Debug, Default)]
pub struct Pace {
    /// When those of the last minute began.
    begun: VecDeque<Instant>,
    rest_until: Option<Instant>,
}

/// Whether a resync may begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leave {
    /// Now.
    Now,
    /// After a moment.
    Soon,
    /// Not before a minute is over since others began: events are lost faster
    /// than resyncs can make up for.
    Overloaded,
}

impl Pace {
    /// Whether a resync may begin.
    pub fn leave(&mut self, now: Instant) -> Leave {
        while self
            .begun
            .front()
            .is_some_and(|begun| now.saturating_duration_since(*begun) >= MINUTE)
        {
            self.begun.pop_front();
        }
        if self.begun.len() >= MOST_IN_A_MINUTE {
            Leave::Overloaded
        } else if self.rest_until.is_some_and(|until| now < until) {
            Leave::Soon
        } else {
            Leave::Now
        }
    }

    /// Notes that a resync begins.
    pub fn begin(&mut self, now: Instant) {
        self.begun.push_back(now);
    }

    /// Notes that it has ended, or that something else asks for a pause.
    pub fn rest(&mut self, now: Instant) {
        self.rest_until = Some(now + REST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resync_is_followed_by_a_rest() {
        let mut pace = Pace::default();
        let start = Instant::now();
        assert_eq!(pace.leave(start), Leave::Now);
        pace.begin(start);
        pace.rest(start);
        assert_eq!(pace.leave(start), Leave::Soon);
        assert_eq!(pace.leave(start + REST), Leave::Now);
    }

    #[test]
    fn under_permanent_overload_a_minute_has_so_many_resyncs() {
        let mut pace = Pace::default();
        let start = Instant::now();
        let mut begun = Vec::new();
        for tenth in 0..6000 {
            let now = start + Duration::from_millis(100) * tenth;
            if pace.leave(now) == Leave::Now {
                pace.begin(now);
                pace.rest(now);
                begun.push(now);
            }
        }
        for window in begun.windows(MOST_IN_A_MINUTE + 1) {
            assert!(window[MOST_IN_A_MINUTE] - window[0] >= MINUTE);
        }
        assert_eq!(begun.len(), 10 * MOST_IN_A_MINUTE);
    }

    #[test]
    fn overload_is_told_from_a_rest() {
        let mut pace = Pace::default();
        let start = Instant::now();
        for second in 0..MOST_IN_A_MINUTE as u32 {
            let now = start + REST * second;
            assert_eq!(pace.leave(now), Leave::Now);
            pace.begin(now);
            pace.rest(now);
        }
        let later = start + Duration::from_secs(30);
        assert_eq!(pace.leave(later), Leave::Overloaded);
        assert_eq!(pace.leave(start + MINUTE), Leave::Now);
    }
}
