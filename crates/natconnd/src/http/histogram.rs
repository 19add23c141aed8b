//! Durations, counted in buckets.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::counters::add;

/// Upper bounds of the buckets: from a lookup in the table to a look through all of
/// history.
pub const BOUNDS: [Duration; 14] = [
    Duration::from_micros(1),
    Duration::from_micros(2),
    Duration::from_micros(5),
    Duration::from_micros(10),
    Duration::from_micros(20),
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_micros(200),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(10),
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(10),
];

/// How long things took; any number of threads add to it.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

/// How long things took.
#[derive(Clone, PartialEq, Debug)]
pub struct Durations {
    /// Upper bound in seconds and number of things within it and above the bound
    /// before; the last bound is [`f64::INFINITY`].
    pub buckets: Vec<(f64, u64)>,
    /// Number of all of them.
    pub count: u64,
    /// Seconds that all of them took.
    pub sum: f64,
}

impl Histogram {
    pub(super) fn add(&self, took: Duration) {
        let bucket = BOUNDS.partition_point(|bound| *bound < took);
        add(&self.buckets[bucket], 1);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        add(&self.nanoseconds, nanoseconds);
    }

    pub(super) fn durations(&self) -> Durations {
        let bounds = BOUNDS.iter().map(Duration::as_secs_f64);
        let counts = self.buckets.iter().map(|count| count.load(Relaxed));
        let buckets: Vec<_> = bounds.chain([f64::INFINITY]).zip(counts).collect();
        let nanoseconds = self.nanoseconds.load(Relaxed);
        Durations {
            count: buckets.iter().map(|(_, count)| count).sum(),
            sum: Duration::from_nanos(nanoseconds).as_secs_f64(),
            buckets,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_into_the_first_bucket_that_holds_it() {
        let histogram = Histogram::default();
        histogram.add(Duration::from_nanos(900));
        histogram.add(Duration::from_micros(2));
        histogram.add(Duration::from_secs(11));
        let durations = histogram.durations();
        assert_eq!(durations.buckets[0], (1e-6, 1));
        assert_eq!(durations.buckets[1], (2e-6, 1));
        assert_eq!(durations.buckets.last(), Some(&(f64::INFINITY, 1)));
        assert_eq!(durations.count, 3);
        assert_eq!(durations.sum, 11.000_002_9);
    }
}
