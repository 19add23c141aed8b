//! Repeated measurements of one thing, and what may be said of them.

use std::fmt;

/// Values of several rounds.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// The quotient of two measurements, round by round: both sides of a
    /// round met the same weather.
    pub fn ratio(above: &Self, below: &Self) -> Self {
        above
            .0
            .iter()
            .zip(&below.0)
            .map(|(above, below)| above / below)
            .collect()
    }

    /// The middle value; NaN when there is none.
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.len() {
            0 => f64::NAN,
            length if length % 2 == 1 => sorted[length / 2],
            length => (sorted[length / 2 - 1] + sorted[length / 2]) / 2.0,
        }
    }

    /// Number of rounds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn greatest(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        Self(values.into_iter().collect())
    }
}

/// Writes the median and, of several rounds, the least and greatest value, to
/// the given precision.
impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        if self.0.is_empty() {
            return f.write_str("–");
        }
        write!(f, "{:.digits$}", self.median())?;
        if self.0.len() > 1 {
            write!(
                f,
                " ({:.digits$}–{:.digits$})",
                self.least(),
                self.greatest()
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middle_values() {
        let odd: Samples = [3.0, 1.0, 9.0].into_iter().collect();
        let even: Samples = [4.0, 1.0, 2.0, 9.0].into_iter().collect();
        assert_eq!((odd.median(), even.median()), (3.0, 3.0));
    }

    #[test]
    fn a_ratio_pairs_the_rounds() {
        let above: Samples = [2.0, 30.0].into_iter().collect();
        let below: Samples = [1.0, 10.0].into_iter().collect();
        assert_eq!(
            format!("{:.1}", Samples::ratio(&above, &below)),
            "2.5 (2.0–3.0)"
        );
    }
}
