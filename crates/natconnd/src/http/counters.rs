//! What the HTTP face counts.
//!
//! Plain atomics that requests add to; [`crate::metrics`] reads and names
//! them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::Verdict;

use super::histogram::{Durations, Histogram};
use super::route::{Class, Route};
use crate::bulk::Tally;

/// The classes of statuses that are counted apart, in the order of
/// [`Counters::requests`].
pub const STATUS_CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// What the HTTP face counts; all since the start, but for what says "open".
#[derive(Debug, Default)]
pub struct Counters {
    requests: [[AtomicU64; STATUS_CLASSES.len()]; Route::ALL.len()],
    request_durations: [Histogram; Class::ALL.len()],
    lookups: [[AtomicU64; 3]; Asked::ALL.len()],
    lookup_durations: [Histogram; Asked::ALL.len()],
    /// Clients of proxies whose address no translation had; not among the verdicts.
    pub not_nat: AtomicU64,
    /// Questions of proxies that could not be read.
    pub unreadable_clients: AtomicU64,
    /// Lines among many of which nothing could be asked.
    pub unasked_lines: AtomicU64,
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
    /// Connections closed because their caller has as many as one may have.
    pub crowded: AtomicU64,
    /// Connections over which TLS was not agreed upon.
    pub handshakes_failed: AtomicU64,
    /// Requests with a credential that is unknown here or cannot be read.
    pub unidentified: AtomicU64,
    /// Requests refused because their caller lacks the role, whether it has shown a credential
    /// or not.
    pub without_role: AtomicU64,
    /// Requests refused because their caller has asked too much.
    pub too_many: AtomicU64,
    /// Requests refused because they ask for another host, or a page of another site
    /// makes them.
    pub foreign: AtomicU64,
    /// Followers of `/api/v1/events` connected now.
    pub followers_open: AtomicU64,
    /// Changes that followers were too slow to receive.
    pub changes_missed: AtomicU64,
}

/// What lookups ask about, and how many at once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Asked {
    /// One question about now.
    Now,
    /// One question about the past.
    Past,
    /// A line among many, about whatever time.
    Bulk,
}

impl Asked {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::Now, Self::Past, Self::Bulk];

    /// The word for it in the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Past => "past",
            Self::Bulk => "bulk",
        }
    }
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

    /// How long requests took until there was a response, by the class of their
    /// endpoint.
    pub fn request_durations(&self) -> impl Iterator<Item = (Class, Durations)> + '_ {
        let durations = self.request_durations.iter().map(Histogram::durations);
        std::iter::zip(Class::ALL, durations)
    }

    /// Lookups by what they asked about and verdict.
    pub fn lookups(&self) -> impl Iterator<Item = (Asked, Verdict, u64)> + '_ {
        Asked::ALL.into_iter().flat_map(move |asked| {
            [Verdict::None, Verdict::One, Verdict::Several].map(|verdict| {
                let count = &self.lookups[asked as usize][verdict as usize];
                (asked, verdict, count.load(Ordering::Relaxed))
            })
        })
    }

    /// How long lookups took, without HTTP; for [`Asked::Bulk`] those of a batch
    /// together.
    pub fn lookup_durations(&self, asked: Asked) -> Durations {
        self.lookup_durations[asked as usize].durations()
    }

    pub(super) fn answered(&self, route: Route, status: hyper::StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, STATUS_CLASSES.len()) - 1;
        add(&self.requests[route as usize][class], 1);
    }

    /// Counts how long a request took.
    pub(super) fn took(&self, route: Route, took: Duration) {
        if let Some(class) = route.class() {
            self.request_durations[class as usize].add(took);
        }
    }

    /// Counts a lookup about now.
    pub(super) fn looked_up(&self, verdict: Verdict, took: Duration) {
        self.count(Asked::Now, verdict, took);
    }

    /// Counts a lookup about a client that is nobody's NAT address.
    pub(super) fn found_not_nat(&self, took: Duration) {
        add(&self.not_nat, 1);
        self.lookup_durations[Asked::Now as usize].add(took);
    }

    /// Counts a lookup about the past.
    pub(super) fn looked_back(&self, verdict: Verdict, took: Duration) {
        self.count(Asked::Past, verdict, took);
    }

    /// Counts the lookups of a batch.
    pub(super) fn looked_up_many(&self, tally: &Tally, took: Duration) {
        let lookups = &self.lookups[Asked::Bulk as usize];
        add(&lookups[Verdict::None as usize], tally.none);
        add(&lookups[Verdict::One as usize], tally.one);
        add(&lookups[Verdict::Several as usize], tally.several);
        add(&self.unasked_lines, tally.errors);
        self.lookup_durations[Asked::Bulk as usize].add(took);
    }

    fn count(&self, asked: Asked, verdict: Verdict, took: Duration) {
        add(&self.lookups[asked as usize][verdict as usize], 1);
        self.lookup_durations[asked as usize].add(took);
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
    fn lookups_are_counted_by_what_they_ask_and_verdict() {
        let counters = Counters::default();
        counters.looked_up(Verdict::One, Duration::from_micros(2));
        counters.looked_back(Verdict::None, Duration::from_secs(1));
        let tally = Tally {
            lines: 6,
            one: 3,
            several: 2,
            none: 0,
            errors: 1,
        };
        counters.looked_up_many(&tally, Duration::from_millis(1));
        let counted: Vec<_> = counters.lookups().filter(|(.., n)| *n > 0).collect();
        assert_eq!(
            counted,
            [
                (Asked::Now, Verdict::One, 1),
                (Asked::Past, Verdict::None, 1),
                (Asked::Bulk, Verdict::One, 3),
                (Asked::Bulk, Verdict::Several, 2),
            ]
        );
        let counts = Asked::ALL.map(|asked| counters.lookup_durations(asked).count);
        assert_eq!(counts, [1, 1, 1]);
        assert_eq!(counters.unasked_lines.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn requests_are_counted_by_endpoint_and_class() {
        let counters = Counters::default();
        let took = Duration::from_micros(3);
        counters.answered(Route::Status, hyper::StatusCode::OK);
        counters.answered(Route::Unknown, hyper::StatusCode::NOT_FOUND);
        counters.took(Route::Status, took);
        counters.took(Route::Events, took);
        counters.took(Route::Unknown, took);
        let counted: Vec<_> = counters.requests().filter(|(.., n)| *n > 0).collect();
        assert_eq!(
            counted,
            [(Route::Status, "2xx", 1), (Route::Unknown, "4xx", 1)]
        );
        let timed = counters.request_durations();
        let timed: Vec<_> = timed.filter(|(_, durations)| durations.count > 0).collect();
        assert_eq!(timed.len(), 1);
        assert_eq!((timed[0].0, timed[0].1.count), (Class::Other, 2));
    }

    #[test]
    fn the_order_of_all_is_that_of_the_declaration() {
        for (index, asked) in Asked::ALL.into_iter().enumerate() {
            assert_eq!(asked as usize, index);
        }
    }
}
