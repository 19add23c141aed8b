//! Stretches of time as records have them: two numbers of milliseconds.

use model::Period;

/// Milliseconds of a time that nobody knows. No [`model::Timestamp`] has as few.
pub(crate) const NOT_KNOWN: i64 = i64::MIN;

/// A stretch of time in whole milliseconds, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Milliseconds {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Milliseconds {
    /// The milliseconds of a period.
    pub(crate) fn of(period: Period) -> Self {
        Self {
            from: period.from.milliseconds(),
            to: period.to.milliseconds(),
        }
    }

    /// Whether a record lived in it. A start that nobody knows was long ago, an end
    /// that nobody knows has not come yet.
    pub(crate) fn touches(self, started_at: i64, ended_at: i64) -> bool {
        // NOT_KNOWN is less than any time, so a start needs no special case.
        started_at <= self.to && (ended_at >= self.from || ended_at == NOT_KNOWN)
    }
}
