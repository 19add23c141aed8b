//! Points in time, and who measured them.

use std::fmt;
use std::time::Duration;

mod read;

pub use read::TimeError;

/// A point in time: nanoseconds since 1970-01-01T00:00:00 UTC.
///
/// Displays in RFC 3339, UTC, cut to milliseconds: `2026-11-23T22:47:00.123Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The beginning of time.
    pub const MIN: Self = Self(i64::MIN);
    /// The end of time.
    pub const MAX: Self = Self(i64::MAX);

    /// Milliseconds since 1970, cut: what history keeps of a time.
    pub const fn milliseconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The point this many milliseconds after 1970; saturates.
    pub const fn of_milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds.saturating_mul(1_000_000))
    }

    /// The point `duration` later; saturates at the end of time.
    pub fn plus(self, duration: Duration) -> Self {
        let nanoseconds = i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(nanoseconds))
    }

    /// The point `duration` earlier; saturates at the beginning of time.
    pub fn minus(self, duration: Duration) -> Self {
        let nanoseconds = i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(nanoseconds))
    }

    /// How long after `earlier` this is; zero where it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every i64 of nanoseconds is within jiff's range of years.
        let cut = i128::from(self.0.div_euclid(1_000_000)) * 1_000_000;
        match jiff::Timestamp::from_nanosecond(cut) {
            Ok(timestamp) => write!(f, "{timestamp:.3}"),
            Err(_) => write!(f, "{}ns", self.0),
        }
    }
}

/// Who measured a time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum TimeSource {
    /// The kernel, when it happened (`CTA_TIMESTAMP`, `CTA_TIMESTAMP_EVENT`).
    Kernel,
    /// natconnd, when it read the event.
    #[default]
    Received,
    /// Nobody saw it: it lies at or before this time, as a dump showed.
    Estimated,
}

impl TimeSource {
    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Received => "received",
            Self::Estimated => "estimated",
        }
    }
}

/// A time with its source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Timed {
    /// When.
    pub at: Timestamp,
    /// Who says so.
    pub source: TimeSource,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_as_rfc_3339_cut_to_milliseconds() {
        let shown = |nanoseconds| Timestamp(nanoseconds).to_string();
        assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(shown(1_795_474_020_123_999_999), "2026-11-23T22:47:00.123Z");
        assert_eq!(shown(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(shown(i64::MIN), "1677-09-21T00:12:43.145Z");
    }

    #[test]
    fn arithmetic_saturates() {
        let second = Duration::from_secs(1);
        assert_eq!(Timestamp(i64::MAX).plus(second), Timestamp(i64::MAX));
        assert_eq!(Timestamp(i64::MIN).minus(second), Timestamp(i64::MIN));
        assert_eq!(Timestamp(1).since(Timestamp(5)), Duration::ZERO);
    }
}
