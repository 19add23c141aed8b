//! How natconnd has fared: what it counted, now and then, for the charts of its Health
//! page.
//!
//! A thread takes a [`Sample`] every ten seconds. Those of the last hour are kept, and of
//! the last day one every five minutes: some tens of kilobytes, however long natconnd
//! runs. Left out: the disk. What matters for longer is in `/metrics`, for a program
//! that keeps it.

mod ring;
mod sources;

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use model::Timestamp;
use parking_lot::Mutex;

use crate::panics::{self, Part};

use ring::Ring;
pub use sources::Sources;

/// How often a sample is taken.
const EVERY: Duration = Duration::from_secs(10);

/// What was counted at one moment. Counts are since the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// Events read from the kernel.
    pub events: u64,
    /// Lookups answered.
    pub lookups: u64,
    /// Live translations.
    pub translations: u64,
    /// Connections in the kernel's table, translated or not; `None` where the kernel
    /// does not say.
    pub kernel_count: Option<u64>,
    /// How many fit there.
    pub kernel_max: Option<u64>,
    /// What is kept of the past; `None` where nothing is.
    pub history: Option<OfHistory>,
}

/// What is kept of the past at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OfHistory {
    /// Translations that began or ended and were recorded, since the start.
    pub recorded: u64,
    /// Records that are kept.
    pub records: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// How far back samples reach.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Span {
    /// The last hour, a sample every ten seconds.
    Hour,
    /// The last day, a sample every five minutes.
    Day,
}

impl Span {
    /// All of them, the shortest first.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// How long it is.
    pub const fn length(self) -> Duration {
        match self {
            Self::Hour => Duration::from_secs(3600),
            Self::Day => Duration::from_secs(86_400),
        }
    }

    /// How far samples are apart, about.
    pub const fn every(self) -> Duration {
        match self {
            Self::Hour => EVERY,
            Self::Day => Duration::from_secs(300),
        }
    }
}

/// The samples that are kept.
#[derive(Debug)]
pub struct Samples {
    rings: Mutex<[Ring; Span::ALL.len()]>,
}

impl Default for Samples {
    /// None yet.
    fn default() -> Self {
        Self {
            rings: Mutex::new(Span::ALL.map(Ring::new)),
        }
    }
}

impl Samples {
    /// Keeps one more sample, which is the latest.
    pub fn add(&self, sample: Sample) {
        for ring in self.rings.lock().iter_mut() {
            ring.add(sample);
        }
    }

    /// The samples of a span, oldest first. The last one is the latest of all.
    pub fn of(&self, span: Span) -> Vec<Sample> {
        let rings = self.rings.lock();
        let mut samples: Vec<Sample> = rings[span as usize].samples().collect();
        // A coarse ring may not have it yet.
        let latest = rings[Span::Hour as usize].samples().last();
        if let Some(latest) = latest
            && samples.last().is_some_and(|last| *last != latest)
        {
            samples.push(latest);
        }
        samples
    }
}

/// Takes a sample now, and goes on in a thread for as long as somebody has what this
/// returns.
///
/// # Errors
///
/// The thread cannot be started.
pub fn start(sources: Sources) -> std::io::Result<Arc<Samples>> {
    let samples = Arc::new(Samples::default());
    samples.add(sources.sample());
    let kept: Weak<Samples> = Arc::downgrade(&samples);
    // Not a task: history may have to ask a slow disk how large its files are.
    thread::Builder::new()
        .name("samples".to_owned())
        .spawn(move || {
            panics::restarting(Part::Samples, || {
                loop {
                    thread::sleep(EVERY);
                    let Some(samples) = kept.upgrade() else {
                        return;
                    };
                    samples.add(sources.sample());
                }
            });
        })?;
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seconds: i64) -> Sample {
        Sample {
            at: Timestamp(seconds * 1_000_000_000),
            events: seconds.unsigned_abs(),
            lookups: 0,
            translations: 0,
            kernel_count: None,
            kernel_max: None,
            history: None,
        }
    }

    fn seconds(samples: &[Sample]) -> Vec<i64> {
        samples
            .iter()
            .map(|sample| sample.at.0 / 1_000_000_000)
            .collect()
    }

    #[test]
    fn an_hour_is_kept_finely_and_a_day_coarsely() {
        let samples = Samples::default();
        assert_eq!(samples.of(Span::Day), []);
        let two_days = 2 * 86_400;
        for at in (0..=two_days).step_by(10) {
            samples.add(sample(at));
        }
        let hour = seconds(&samples.of(Span::Hour));
        let expected: Vec<i64> = (two_days - 3600..=two_days).step_by(10).collect();
        assert_eq!(hour, expected);
        let day = seconds(&samples.of(Span::Day));
        let expected: Vec<i64> = (two_days - 86_400..=two_days).step_by(300).collect();
        assert_eq!(day, expected);
    }

    #[test]
    fn the_latest_is_in_every_span() {
        let samples = Samples::default();
        for at in [0, 10, 20] {
            samples.add(sample(at));
        }
        assert_eq!(seconds(&samples.of(Span::Hour)), [0, 10, 20]);
        assert_eq!(seconds(&samples.of(Span::Day)), [0, 20]);
    }

    #[test]
    fn spans_are_places_in_the_list_of_all() {
        for (index, span) in Span::ALL.into_iter().enumerate() {
            assert_eq!(span as usize, index);
        }
    }
}
