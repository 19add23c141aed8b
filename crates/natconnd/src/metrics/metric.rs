//! One metric: its name, what it means, and where its values come from.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry;

use super::label::{Label, Values};
use crate::http::Durations;

/// A metric of a part of which a look is a `T`.
///
/// Defined once: `/metrics` and docs/metrics.md are made of it.
pub struct Metric<T> {
    /// Its name, without the endings for its unit and its kind.
    name: &'static str,
    kind: Kind,
    unit: Option<Unit>,
    labels: &'static [Label],
    meaning: &'static str,
    /// Combinations of labels, where the labels do not say.
    most: Option<usize>,
    measure: Measure<T>,
}

/// What kind of numbers a metric has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Only grows, until natconnd or what is counted begins anew.
    Counter,
    /// Grows and shrinks.
    Gauge,
    /// How often something took how long: buckets with these upper bounds in number,
    /// the last and endless one not counted.
    Histogram {
        /// How many.
        bounds: usize,
    },
    /// Always 1; its labels tell.
    Info,
}

/// What a metric's numbers are of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Seconds, or seconds since 1970.
    Seconds,
    /// A share of a whole, from 0 to 1.
    Ratio,
}

/// Where the values come from.
enum Measure<T> {
    Count(fn(&T) -> u64),
    Level(fn(&T) -> f64),
    Each(fn(&T, &mut Samples<'_>)),
}

/// A metric without its values, for the reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Definition {
    /// Its name as queries have it; for a histogram without `_bucket`.
    pub name: Name,
    /// What kind of numbers.
    pub kind: Kind,
    /// What they are of; plain numbers where `None`.
    pub unit: Option<Unit>,
    /// By what they are told apart.
    pub labels: &'static [Label],
    /// What it means, in a sentence without a full stop.
    pub meaning: &'static str,
    most: Option<usize>,
}

/// A metric's whole name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name {
    stem: &'static str,
    unit: Option<Unit>,
    ending: &'static str,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.stem)?;
        if let Some(unit) = self.unit {
            write!(f, "_{}", unit.name())?;
        }
        f.write_str(self.ending)
    }
}

impl Unit {
    /// The word for it, which ends the name of each metric that has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Seconds => "seconds",
            Self::Ratio => "ratio",
        }
    }
}

impl Kind {
    /// The word for it in OpenMetrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram { .. } => "histogram",
            Self::Info => "info",
        }
    }

    const fn in_open_metrics(self) -> MetricType {
        match self {
            Self::Counter => MetricType::Counter,
            Self::Gauge => MetricType::Gauge,
            Self::Histogram { .. } => MetricType::Histogram,
            Self::Info => MetricType::Info,
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Counter => "_total",
            Self::Gauge | Self::Histogram { .. } => "",
            Self::Info => "_info",
        }
    }

    /// Time series for each combination of labels.
    const fn series(self) -> usize {
        match self {
            Self::Counter | Self::Gauge | Self::Info => 1,
            // The bounds, the endless bucket, the sum and the count.
            Self::Histogram { bounds } => bounds + 3,
        }
    }
}

impl Definition {
    /// The most time series that it has; for each processor, where it has that label.
    pub fn series(&self) -> usize {
        let words = self.labels.iter().filter_map(|label| label.values.words());
        let combinations = words.map(|words| words.len()).product();
        self.kind.series() * self.most.unwrap_or(combinations)
    }

    /// Whether its bound is said apart from its labels.
    pub const fn is_bounded_apart(&self) -> bool {
        self.most.is_some()
    }

    /// Whether it has series for each processor.
    pub fn is_of_processors(&self) -> bool {
        let mut labels = self.labels.iter();
        labels.any(|label| label.values == Values::Processors)
    }
}

impl<T> Metric<T> {
    /// A counter with one value.
    pub const fn counter(name: &'static str, meaning: &'static str, count: fn(&T) -> u64) -> Self {
        Self::new(name, Kind::Counter, &[], meaning, Measure::Count(count))
    }

    /// A gauge with one value.
    pub const fn gauge(name: &'static str, meaning: &'static str, level: fn(&T) -> f64) -> Self {
        Self::new(name, Kind::Gauge, &[], meaning, Measure::Level(level))
    }

    /// A metric with a value for each combination of labels, or with none where it
    /// cannot be told.
    pub const fn each(
        name: &'static str,
        kind: Kind,
        labels: &'static [Label],
        meaning: &'static str,
        each: fn(&T, &mut Samples<'_>),
    ) -> Self {
        Self::new(name, kind, labels, meaning, Measure::Each(each))
    }

    const fn new(
        name: &'static str,
        kind: Kind,
        labels: &'static [Label],
        meaning: &'static str,
        measure: Measure<T>,
    ) -> Self {
        Self {
            name,
            kind,
            unit: None,
            labels,
            meaning,
            most: None,
            measure,
        }
    }

    /// The same, with a unit.
    #[must_use]
    pub const fn of(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// The same, with so many combinations of labels at most. Needed where a label's
    /// values are found.
    #[must_use]
    pub const fn at_most(mut self, combinations: usize) -> Self {
        self.most = Some(combinations);
        self
    }

    /// What there is to say of it.
    pub const fn definition(&self) -> Definition {
        Definition {
            name: Name {
                stem: self.name,
                unit: self.unit,
                ending: self.kind.ending(),
            },
            kind: self.kind,
            unit: self.unit,
            labels: self.labels,
            meaning: self.meaning,
            most: self.most,
        }
    }

    /// Writes it with its values of this look.
    pub(super) fn encode(&self, look: &T, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let unit = self.unit.map(|unit| match unit {
            Unit::Bytes => registry::Unit::Bytes,
            Unit::Seconds => registry::Unit::Seconds,
            Unit::Ratio => registry::Unit::Other(unit.name().to_owned()),
        });
        let kind = self.kind.in_open_metrics();
        let encoder = encoder.encode_descriptor(self.name, self.meaning, unit.as_ref(), kind)?;
        let mut samples = Samples {
            encoder,
            labels: self.labels,
            outcome: Ok(()),
        };
        match &self.measure {
            Measure::Count(count) => samples.count(&[], count(look)),
            Measure::Level(level) => samples.level(&[], level(look)),
            Measure::Each(each) => each(look, &mut samples),
        }
        samples.outcome
    }
}

/// Takes in the values of a metric. Labels' values come in the order in which the
/// metric has its labels.
pub struct Samples<'e> {
    encoder: MetricEncoder<'e>,
    labels: &'static [Label],
    outcome: fmt::Result,
}

impl Samples<'_> {
    /// A counter's value.
    pub fn count(&mut self, values: &[&str], count: u64) {
        self.write(values, |encoder| {
            encoder.encode_counter::<NoLabelSet, _, f64>(&count, None)
        });
    }

    /// A counter's value that is no whole number.
    pub fn amount(&mut self, values: &[&str], amount: f64) {
        self.write(values, |encoder| {
            encoder.encode_counter::<NoLabelSet, _, f64>(&amount, None)
        });
    }

    /// A gauge's value.
    pub fn level(&mut self, values: &[&str], level: f64) {
        self.write(values, |encoder| encoder.encode_gauge(&level));
    }

    /// A histogram's.
    pub fn durations(&mut self, values: &[&str], durations: &Durations) {
        let Durations {
            buckets,
            count,
            sum,
        } = durations;
        self.write(values, |encoder| {
            encoder.encode_histogram::<NoLabelSet>(*sum, *count, buckets, None)
        });
    }

    /// An info's, whose labels are all there is.
    pub fn told(&mut self, values: &[&str]) {
        let labels = self.named(values);
        if self.outcome.is_ok() {
            self.outcome = self.encoder.encode_info(&labels);
        }
    }

    fn write(
        &mut self,
        values: &[&str],
        write: impl FnOnce(&mut MetricEncoder<'_>) -> fmt::Result,
    ) {
        let labels = self.named(values);
        if self.outcome.is_err() {
            return;
        }
        self.outcome = if labels.is_empty() {
            write(&mut self.encoder)
        } else {
            let encoder = self.encoder.encode_family(&labels);
            encoder.and_then(|mut encoder| write(&mut encoder))
        };
    }

    fn named<'v>(&self, values: &[&'v str]) -> Vec<(&'static str, &'v str)> {
        debug_assert_eq!(values.len(), self.labels.len(), "{:?}", self.labels);
        let names = self.labels.iter().map(|label| label.name);
        names.zip(values.iter().copied()).collect()
    }
}
