//! Samples of one span, the oldest of which give way.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Sample, Span};

/// How much earlier than due a sample may come: no clock is exact.
const EARLY: Duration = Duration::from_secs(1);

/// Samples at about the distance that its span asks for, oldest first.
#[derive(Debug)]
pub struct Ring {
    span: Span,
    samples: VecDeque<Sample>,
    /// One at each end of the span, and what is between.
    most: usize,
}

impl Ring {
    /// A ring without samples.
    pub fn new(span: Span) -> Self {
        let between = span.length().as_secs() / span.every().as_secs();
        Self {
            span,
            samples: VecDeque::new(),
            most: usize::try_from(between).unwrap_or(usize::MAX) + 1,
        }
    }

    /// Keeps a sample, unless the last one is too near.
    ///
    /// One that is earlier than the last is kept: the clock was set back.
    pub fn add(&mut self, sample: Sample) {
        let is_near = |last: &Sample| {
            last.at <= sample.at && sample.at.since(last.at) + EARLY < self.span.every()
        };
        if self.samples.back().is_some_and(is_near) {
            return;
        }
        if self.samples.len() >= self.most {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// All of them.
    pub fn samples(&self) -> impl Iterator<Item = Sample> {
        self.samples.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn sample(milliseconds: i64) -> Sample {
        Sample {
            at: Timestamp::of_milliseconds(milliseconds),
            events: 0,
            lookups: 0,
            translations: 0,
            kernel_count: None,
            kernel_max: None,
            history: None,
        }
    }

    fn kept(times: &[i64]) -> Vec<i64> {
        let mut ring = Ring::new(Span::Hour);
        for time in times {
            ring.add(sample(*time));
        }
        ring.samples()
            .map(|sample| sample.at.milliseconds())
            .collect()
    }

    #[test]
    fn what_comes_a_little_early_is_kept_and_what_comes_twice_is_not() {
        assert_eq!(kept(&[0, 9_999, 10_100, 19_990]), [0, 9_999, 19_990]);
        assert_eq!(kept(&[0, 8_000]), [0]);
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nothing() {
        assert_eq!(
            kept(&[3_600_000, 1_000, 11_000]),
            [3_600_000, 1_000, 11_000]
        );
    }

    #[test]
    fn the_number_is_bounded() {
        let times: Vec<i64> = (0..10_000).map(|number| number * 10_000).collect();
        assert_eq!(kept(&times).len(), 361);
    }
}
