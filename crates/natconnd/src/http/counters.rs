//! What the HTTP face counts.
//!
//! Plain atomics that requests add to; [`crate::metrics`] reads and names
//! them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::Verdict;

use super::route::Route;

/// The classes of statuses that are counted apart, in the order of
/// [`Counters::requests`].
pub const STATUS_CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// What the HTTP face counts; all since the start, but for what says "open".
#[derive(Debug, Default)]
pub struct Counters {
    requests: [[AtomicU64; STATUS_CLASSES.len()]; Route::ALL.len()],
    lookups: [AtomicU64; 3],
    /// Clients of proxies whose address no translation had; not among the verdicts.
    pub not_nat: AtomicU64,
    /// Questions of proxies that could not be read.
    pub unreadable_clients: AtomicU64,
    durations: [AtomicU64; BOUNDS.len() + 1],
    duration_nanoseconds: AtomicU64,
    /// Connections taken in; not those that were refused, here and below.
    pub connections_accepted: AtomicU64,
    /// Connections open now.
    pub connections_open: AtomicU64,
    /// How often a listener stopped taking connections in because as many as
    /// allowed were open. The kernel queues them meanwhile.
    pub connections_waited: AtomicU64,
    /// Connections that ended otherwise than HTTP has it: broken requests,
    /// time limits, clients that went away.
    pub connections_failed: AtomicU64,
    /// Failures to take a connection in, such as no free file descriptor.
    pub accept_errors: AtomicU64,
    /// Connections refused because the peer is in no allowed network, and
    /// requests refused because it no longer is.
    pub refused: AtomicU64,
    /// Followers of `/api/v1/events` connected now.
    pub followers_open: AtomicU64,
    /// Changes that followers were too slow to receive.
    pub changes_missed: AtomicU64,
}

/// Upper bounds of the histogram of lookup durations.
const BOUNDS: [Duration; 10] = [
    Duration::from_micros(1),
    Duration::from_micros(2),
    Duration::from_micros(5),
    Duration::from_micros(10),
    Duration::from_micros(20),
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_millis(1),
    Duration::from_millis(10),
    Duration::from_millis(100),
];

/// How long lookups took, without HTTP: a histogram.
#[derive(Clone, PartialEq, Debug)]
pub struct Durations {
    /// Upper bound in seconds and number of lookups within it and above the
    /// bound before; the last bound is [`f64::INFINITY`].
    pub buckets: Vec<(f64, u64)>,
    /// Number of all lookups.
    pub count: u64,
    /// Seconds that all of them took.
    pub sum: f64,
}

impl Counters {
    /// Requests by route and class of status; those that are 0 as well.
    pub fn requests(&self) -> impl Iterator<Item = (Route, &'static str, u64)> + '_ {
        Route::ALL.iter().copied().flat_map(move |route| {
            let counts = &self.requests[route as usize];
            std::iter::zip(STATUS_CLASSES, counts)
                .map(move |(class, count)| (route, class, count.load(Ordering::Relaxed)))
        })
    }

    /// Lookups by verdict, over `/api/v1/lookup` and `/api/v1/forward-auth`.
    pub fn lookups(&self) -> [(Verdict, u64); 3] {
        [Verdict::None, Verdict::One, Verdict::Several].map(|verdict| {
            (
                verdict,
                self.lookups[verdict as usize].load(Ordering::Relaxed),
            )
        })
    }

    /// How long these lookups took, and those that found [`Self::not_nat`].
    pub fn durations(&self) -> Durations {
        let bounds = BOUNDS
            .iter()
            .map(Duration::as_secs_f64)
            .chain([f64::INFINITY]);
        let counts = self.durations.iter().map(|n| n.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let nanoseconds = self.duration_nanoseconds.load(Ordering::Relaxed);
        Durations {
            count: buckets.iter().map(|(_, count)| count).sum(),
            sum: Duration::from_nanos(nanoseconds).as_secs_f64(),
            buckets,
        }
    }

    pub(super) fn answered(&self, route: Route, status: hyper::StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, STATUS_CLASSES.len()) - 1;
        add(&self.requests[route as usize][class], 1);
    }

    pub(super) fn looked_up(&self, verdict: Verdict, took: Duration) {
        add(&self.lookups[verdict as usize], 1);
        self.took(took);
    }

    pub(super) fn found_not_nat(&self, took: Duration) {
        add(&self.not_nat, 1);
        self.took(took);
    }

    fn took(&self, took: Duration) {
        let bucket = BOUNDS.iter().position(|bound| took <= *bound);
        add(&self.durations[bucket.unwrap_or(BOUNDS.len())], 1);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        add(&self.duration_nanoseconds, nanoseconds);
    }
}

/// Adds to a counter.
pub(super) fn add(counter: &AtomicU64, number: u64) {
    counter.fetch_add(number, Ordering::Relaxed);
}

/// Counts one more in a gauge for as long as it lives.
pub(super) struct Open<'a>(&'a AtomicU64);

impl<'a> Open<'a> {
    pub(super) fn new(gauge: &'a AtomicU64) -> Self {
        add(gauge, 1);
        Self(gauge)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_fall_into_the_bucket_of_their_duration() {
        let counters = Counters::default();
        counters.looked_up(Verdict::One, Duration::from_nanos(900));
        counters.looked_up(Verdict::One, Duration::from_micros(2));
        counters.looked_up(Verdict::None, Duration::from_secs(1));
        let durations = counters.durations();
        assert_eq!(durations.buckets[0], (1e-6, 1));
        assert_eq!(durations.buckets[1], (2e-6, 1));
        assert_eq!(durations.buckets.last(), Some(&(f64::INFINITY, 1)));
        assert_eq!(durations.count, 3);
        assert_eq!(durations.sum, 1.000_002_9);
        assert_eq!(
            counters.lookups(),
            [(Verdict::None, 1), (Verdict::One, 2), (Verdict::Several, 0)]
        );
    }

    #[test]
    fn requests_are_counted_by_endpoint_and_class() {
        let counters = Counters::default();
        counters.answered(Route::Status, hyper::StatusCode::OK);
        counters.answered(Route::Unknown, hyper::StatusCode::NOT_FOUND);
        let counted: Vec<_> = counters.requests().filter(|(.., n)| *n > 0).collect();
        assert_eq!(
            counted,
            [(Route::Status, "2xx", 1), (Route::Unknown, "4xx", 1)]
        );
    }
}
