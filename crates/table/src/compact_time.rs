//! A point in time in six bytes.

use model::Timestamp;

const UNIT_NANOSECONDS: i64 = 10_000;

/// Tens of microseconds since 1970, enough until 2059; zero stands for
/// "nobody can say".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CompactTime([u8; 6]);

impl CompactTime {
    /// Nobody can say.
    pub const UNKNOWN: Self = Self([0; 6]);

    /// Cuts to the unit; what lies outside the range becomes the nearest time
    /// inside.
    #[inline]
    pub fn new(time: Timestamp) -> Self {
        let units = (time.0 / UNIT_NANOSECONDS).clamp(1, (1 << 48) - 1) as u64;
        let [a, b, c, d, e, f, ..] = units.to_le_bytes();
        Self([a, b, c, d, e, f])
    }

    /// The time, where there is one.
    #[inline]
    pub fn get(self) -> Option<Timestamp> {
        let [a, b, c, d, e, f] = self.0;
        match i64::from_le_bytes([a, b, c, d, e, f, 0, 0]) {
            0 => None,
            units => Some(Timestamp(units * UNIT_NANOSECONDS)),
        }
    }

    /// The six bytes, which may carry something else instead of a time.
    pub const fn bytes(self) -> [u8; 6] {
        self.0
    }

    /// The time that [`Self::bytes`] gave.
    pub const fn from_bytes(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_tens_of_microseconds() {
        let time = Timestamp(1_795_474_020_123_456_789);
        assert_eq!(
            CompactTime::new(time).get(),
            Some(Timestamp(1_795_474_020_123_450_000))
        );
        assert_eq!(CompactTime::UNKNOWN.get(), None);
        assert_eq!(
            CompactTime::new(Timestamp(-5)).get(),
            Some(Timestamp(10_000))
        );
    }
}
