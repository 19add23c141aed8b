//! Round numbers for axes.

use std::time::Duration;

use model::{Period, Timestamp};

use crate::amounts;

/// What a chart's values are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// How many of something, or how many a second.
    Number,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// A value in few letters: `0.4`, `12`, `3.5 k`, `2 M`; `1.5 MiB`.
    pub fn words(self, value: f64) -> String {
        if self == Self::Bytes {
            return amounts::size(value.max(0.0) as u64);
        }
        let (divisor, letter) = match value.abs() {
            size if size >= 1e9 => (1e9, " G"),
            size if size >= 1e6 => (1e6, " M"),
            size if size >= 1e4 => (1e3, " k"),
            _ => (1.0, ""),
        };
        let value = value / divisor;
        // Three digits say enough.
        let digits = match value.abs() {
            size if size >= 100.0 => 0,
            size if size >= 10.0 => 1,
            _ => 2,
        };
        let text = format!("{value:.digits$}");
        let text = match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.'),
            false => &text,
        };
        format!("{text}{letter}")
    }

    /// The least round number that is no smaller than `most`: where an axis ends that
    /// begins at 0.
    pub fn top(self, most: f64) -> f64 {
        if !most.is_finite() || most <= 0.0 {
            return 1.0;
        }
        let (unit, next) = match self {
            Self::Number => (1.0, f64::INFINITY),
            Self::Bytes => {
                let exponent = most.max(1.0).log(1024.0).floor();
                (1024_f64.powf(exponent), 1024.0)
            }
        };
        // Less than a tenth of anything is nothing to look at.
        let share = (most / unit).max(0.1);
        let decade = 10_f64.powf(share.log10().floor());
        let round = [1.0, 2.0, 5.0].into_iter().map(|step| step * decade);
        let fitting = round.into_iter().find(|top| *top >= share);
        fitting.unwrap_or(10.0 * decade).min(next) * unit
    }
}

/// How far apart times on an axis may be.
const STEPS: [u64; 11] = [
    60,
    2 * 60,
    5 * 60,
    10 * 60,
    15 * 60,
    30 * 60,
    3600,
    2 * 3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
];

/// Round times within a period, `most` of them at most.
pub fn times(period: Period, most: u64) -> Vec<Timestamp> {
    let length = period.to.since(period.from).as_secs();
    let fits = |step: &&u64| length / **step < most;
    let step = STEPS.iter().find(fits).unwrap_or(&86_400);
    let nanoseconds = i64::try_from(Duration::from_secs(*step).as_nanos()).unwrap_or(i64::MAX);
    let first = -(-period.from.0).div_euclid(nanoseconds);
    let last = period.to.0.div_euclid(nanoseconds);
    (first..=last)
        .take(most as usize)
        .map(|number| Timestamp(number.saturating_mul(nanoseconds)))
        .collect()
}

/// Hours and minutes of a time, UTC.
pub fn clock(time: Timestamp) -> String {
    let text = time.to_string();
    text.get(11..16).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        let tops = [
            0.0, 0.3, 1.0, 1.1, 5.0, 11.0, 250.0, 999.0, 4100.0, 262_144.0,
        ];
        let tops = tops.map(|most| Unit::Number.top(most));
        let expected = [
            1.0, 0.5, 1.0, 2.0, 5.0, 20.0, 500.0, 1000.0, 5000.0, 500_000.0,
        ];
        for (found, expected) in tops.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
        let mebibyte = f64::from(1 << 20);
        assert_eq!(Unit::Bytes.top(1.5 * mebibyte), 2.0 * mebibyte);
        assert_eq!(Unit::Bytes.top(1010.0 * mebibyte), 1024.0 * mebibyte);
        assert_eq!(Unit::Number.top(f64::NAN), 1.0);
        assert_eq!(Unit::Number.top(f64::INFINITY), 1.0);
    }

    #[test]
    fn every_value_is_below_the_end_of_its_axis() {
        for unit in [Unit::Number, Unit::Bytes] {
            for exponent in -10..60 {
                let most = 1.7_f64.powi(exponent);
                let top = unit.top(most);
                assert!(top >= most && top <= 10.0 * most.max(1.0), "{most} {top}");
            }
        }
    }

    #[test]
    fn values_are_told_in_few_letters() {
        let values = [
            0.0, 0.123, 2.5, 12.34, 100.0, 1234.0, 9999.4, 12_345.0, 2e6, 3e9,
        ];
        let words = values.map(|value| Unit::Number.words(value));
        let expected = [
            "0", "0.12", "2.5", "12.3", "100", "1234", "9999", "12.3 k", "2 M", "3 G",
        ];
        assert_eq!(words, expected);
        assert_eq!(Unit::Bytes.words(1.5 * f64::from(1 << 20)), "1.5 MiB");
    }

    #[test]
    fn times_are_round_and_few() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let words = |from: &str, to: &str| -> Vec<String> {
            let period = Period {
                from: at(from),
                to: at(to),
            };
            times(period, 6).into_iter().map(clock).collect()
        };
        let hour = words("2026-11-23T22:47:00Z", "2026-11-23T23:47:00Z");
        assert_eq!(hour, ["23:00", "23:15", "23:30", "23:45"]);
        let day = words("2026-11-23T22:47:00Z", "2026-11-24T22:47:00Z");
        assert_eq!(day, ["00:00", "06:00", "12:00", "18:00"]);
        let moments = words("2026-11-23T22:47:10Z", "2026-11-23T22:48:20Z");
        assert_eq!(moments, ["22:48"]);
        let year = words("2025-11-23T22:47:10Z", "2026-11-23T22:48:20Z");
        assert_eq!(year.len(), 6);
    }
}
