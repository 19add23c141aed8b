//! How much each caller asks.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::source::Source;
use crate::config::CallerLimits;

/// One caller's requests, held against its limits.
///
/// The rate is that of a bucket: a second's requests may come at once, and no more than
/// those.
#[derive(Debug)]
pub struct Meter {
    per_second: Option<f64>,
    at_once: Option<usize>,
    bucket: Mutex<Bucket>,
    /// Requests that are being answered.
    open: AtomicUsize,
}

#[derive(Debug)]
struct Bucket {
    /// Requests that may come now.
    left: f64,
    /// When that was so.
    at: Instant,
}

/// A request has come too early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooMuch {
    /// When it may come again.
    pub after: Duration,
    /// Which limit it is that stands in the way.
    pub limit: &'static str,
}

/// One request's turn, for as long as it takes.
#[derive(Debug)]
pub struct Turn(Arc<Meter>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Meter {
    /// One for these limits; `None` where they limit no requests.
    pub fn of(limits: &CallerLimits) -> Option<Arc<Self>> {
        if limits.requests_per_second.is_none() && limits.requests_at_once.is_none() {
            return None;
        }
        let per_second = limits.requests_per_second.map(|number| number as f64);
        Some(Arc::new(Self {
            per_second,
            at_once: limits.requests_at_once,
            bucket: Mutex::new(Bucket {
                left: per_second.unwrap_or_default().max(1.0),
                at: Instant::now(),
            }),
            open: AtomicUsize::new(0),
        }))
    }

    /// Lets a request in, or tells when to come again.
    pub fn admit(self: &Arc<Self>, now: Instant) -> Result<Turn, TooMuch> {
        let open = self.open.fetch_add(1, Ordering::Relaxed);
        let turn = Turn(Arc::clone(self));
        if self.at_once.is_some_and(|most| open >= most) {
            return Err(TooMuch {
                after: Duration::from_secs(1),
                limit: "requests-at-once",
            });
        }
        self.take(now).map(|()| turn)
    }

    fn take(&self, now: Instant) -> Result<(), TooMuch> {
        let Some(per_second) = self.per_second else {
            return Ok(());
        };
        let mut bucket = self.bucket.lock();
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + passed * per_second).min(per_second.max(1.0));
        bucket.at = bucket.at.max(now);
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        let missing = (1.0 - bucket.left) / per_second;
        Err(TooMuch {
            after: Duration::try_from_secs_f64(missing).unwrap_or(Duration::from_secs(1)),
            limit: "requests-per-second",
        })
    }

    /// Whether nothing would be lost if it were forgotten.
    fn is_idle(&self, now: Instant) -> bool {
        let full_again = Duration::from_secs(2);
        self.open.load(Ordering::Relaxed) == 0
            && now.saturating_duration_since(self.bucket.lock().at) >= full_again
    }
}

/// The meters of callers without a name, one for each source.
#[derive(Debug, Default)]
pub struct Meters(Mutex<HashMap<Source, Arc<Meter>, foldhash::fast::RandomState>>);

/// How many meters are kept before idle ones are looked for, and at most: whoever comes
/// then shares one with all others that do.
const MANY: usize = 10_000;

impl Meters {
    /// The meter of a source, `None` where nothing is limited.
    pub fn of(&self, source: Source, limits: &CallerLimits) -> Option<Arc<Meter>> {
        let fresh = Meter::of(limits)?;
        let mut meters = self.0.lock();
        if let Some(meter) = meters.get(&source) {
            return Some(Arc::clone(meter));
        }
        if meters.len() >= MANY {
            let now = Instant::now();
            meters.retain(|_, meter| !meter.is_idle(now));
        }
        let source = match meters.len() < MANY {
            true => source,
            false => Source::User(u32::MAX),
        };
        Some(Arc::clone(meters.entry(source).or_insert(fresh)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(per_second: Option<usize>, at_once: Option<usize>) -> CallerLimits {
        CallerLimits {
            requests_per_second: per_second,
            requests_at_once: at_once,
            ..CallerLimits::default()
        }
    }

    #[test]
    fn a_seconds_requests_may_come_at_once_and_no_more() {
        let meter = Meter::of(&limits(Some(4), None)).unwrap();
        let now = Instant::now();
        for _ in 0..4 {
            meter.admit(now).unwrap();
        }
        let refused = meter.admit(now).unwrap_err();
        assert_eq!(refused.limit, "requests-per-second");
        assert!(refused.after <= Duration::from_millis(250), "{refused:?}");
        let later = now + Duration::from_millis(260);
        meter.admit(later).unwrap();
        meter.admit(later).unwrap_err();
        let much_later = now + Duration::from_secs(3600);
        let admitted = (0..10).filter(|_| meter.admit(much_later).is_ok()).count();
        assert_eq!(admitted, 4);
        // A clock that goes back gives nothing away.
        meter.admit(now).unwrap_err();
    }

    #[test]
    fn a_turn_is_over_when_it_is_dropped() {
        let meter = Meter::of(&limits(None, Some(2))).unwrap();
        let now = Instant::now();
        let (first, _second) = (meter.admit(now).unwrap(), meter.admit(now).unwrap());
        assert_eq!(meter.admit(now).unwrap_err().limit, "requests-at-once");
        drop(first);
        meter.admit(now).unwrap();
    }

    #[test]
    fn no_limit_is_no_meter_and_a_source_has_one() {
        assert!(Meter::of(&CallerLimits::default()).is_none());
        let meters = Meters::default();
        let limits = limits(Some(1), None);
        let of = |uid| meters.of(Source::User(uid), &limits).unwrap();
        assert!(Arc::ptr_eq(&of(1), &of(1)));
        assert!(!Arc::ptr_eq(&of(1), &of(2)));
        for uid in 0..2 * MANY as u32 {
            of(uid);
        }
        assert!(meters.0.lock().len() <= MANY + 1);
    }
}
