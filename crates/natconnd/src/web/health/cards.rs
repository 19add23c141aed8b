//! Samples to cards: a value of now, its chart, and its numbers in a sentence.

use model::{Period, Timestamp};

use crate::amounts;
use crate::samples::{OfHistory, Sample, Span};
use crate::web::charts::{Line, LineChart, Unit, clock};
use crate::web::words::number;

/// How many samples a chart has room for at least: what has just begun begins at the
/// left edge.
const FEWEST: u32 = 12;

/// A value, and how it came to be.
#[derive(Clone, Debug)]
pub(super) struct Card {
    /// What it is.
    pub title: &'static str,
    /// What it is now.
    pub value: String,
    /// Of what.
    pub of: &'static str,
    /// What it was before.
    pub chart: LineChart,
    /// More numbers, in sentences.
    pub caption: String,
}

/// Values with their times.
type Values = Vec<(Timestamp, f64)>;

/// What there is to show of samples, oldest first, on a page about `period`.
pub(super) fn of_samples(samples: &[Sample], span: Span, period: Period) -> Vec<Card> {
    let charts = Charts {
        span,
        period: shortened(samples, span, period),
        samples,
    };
    let mut cards = vec![
        charts.events(),
        charts.kernel_table(),
        charts.translations(),
        charts.lookups(),
    ];
    if samples.iter().any(|sample| sample.history.is_some()) {
        cards.push(charts.history_size());
        cards.push(charts.recorded());
    }
    cards
}

/// The period, begun where the samples begin.
fn shortened(samples: &[Sample], span: Span, period: Period) -> Period {
    let fewest = period.to.minus(span.every() * FEWEST);
    let first = samples.first().map_or(fewest, |first| first.at);
    Period {
        from: first.min(fewest).max(period.from),
        ..period
    }
}

struct Charts<'a> {
    span: Span,
    period: Period,
    samples: &'a [Sample],
}

impl Charts<'_> {
    fn events(&self) -> Card {
        let total = self.samples.last().map_or(0, |last| last.events);
        self.rate(
            "Events from the kernel",
            "events a second",
            |sample| Some(sample.events),
            &format!("{} since natconnd started.", number(total)),
        )
    }

    fn lookups(&self) -> Card {
        let total = self.samples.last().map_or(0, |last| last.lookups);
        self.rate(
            "Lookups",
            "lookups a second",
            |sample| Some(sample.lookups),
            &format!("{} since natconnd started.", number(total)),
        )
    }

    fn kernel_table(&self) -> Card {
        let title = "The kernel's table";
        let values = self.values(|sample| sample.kernel_count);
        let latest = self.samples.last();
        let count = latest.and_then(|last| last.kernel_count);
        let max = latest.and_then(|last| last.kernel_max);
        let (Some(count), Some(max)) = (count, max) else {
            let caption = "The kernel does not say how full its table is.".to_owned();
            return self.card(title, "not known".to_owned(), "", &values, caption);
        };
        let share = 100.0 * count as f64 / max.max(1) as f64;
        let room = format!("{} of {} connections.", number(count), number(max));
        let caption = join(&room, &most(&values, Unit::Number));
        let drawn = Drawn {
            unit: Unit::Number,
            limit: Some(max as f64),
        };
        let value = format!("{} %", Unit::Number.words(share));
        self.drawn(drawn, title, value, "full", &values, caption)
    }

    fn translations(&self) -> Card {
        let values = self.values(|sample| Some(sample.translations));
        let now = self.samples.last().map_or(0, |last| last.translations);
        let caption = most(&values, Unit::Number);
        self.card("Translations", number(now), "live", &values, caption)
    }

    fn history_size(&self) -> Card {
        let values = self.values(|sample| Some(sample.history?.bytes));
        let kept = |sample: &Sample| sample.history;
        let first = self.samples.iter().find_map(kept);
        let last = self.samples.iter().rev().find_map(kept);
        let bytes = last.map_or(0, |last| last.bytes);
        let records = last.map_or(0, |last| last.records);
        let records = format!("{} records.", number(records));
        let caption = join(&records, &growth(first, last));
        let drawn = Drawn {
            unit: Unit::Bytes,
            limit: None,
        };
        let value = amounts::size(bytes);
        self.drawn(drawn, "History", value, "on disk", &values, caption)
    }

    fn recorded(&self) -> Card {
        self.rate(
            "Written to history",
            "begins and ends a second",
            |sample| Some(sample.history?.recorded),
            "",
        )
    }

    /// A card about how fast something counts up.
    fn rate(
        &self,
        title: &'static str,
        of: &'static str,
        count: impl Fn(&Sample) -> Option<u64>,
        more: &str,
    ) -> Card {
        let values = self.rates(count);
        let latest = values.last();
        let value = latest.map_or("–".to_owned(), |(_, rate)| Unit::Number.words(*rate));
        let caption = join(&most(&values, Unit::Number), more);
        self.card(title, value, of, &values, caption)
    }

    fn card(
        &self,
        title: &'static str,
        value: String,
        of: &'static str,
        values: &[(Timestamp, f64)],
        caption: String,
    ) -> Card {
        let drawn = Drawn {
            unit: Unit::Number,
            limit: None,
        };
        self.drawn(drawn, title, value, of, values, caption)
    }

    fn drawn(
        &self,
        drawn: Drawn,
        title: &'static str,
        value: String,
        of: &'static str,
        values: &[(Timestamp, f64)],
        caption: String,
    ) -> Card {
        let chart = LineChart::new(&Line {
            title: &format!("{title}: {value} {of}. {caption}"),
            period: self.period,
            values,
            apart: self.span.every() * 3,
            unit: drawn.unit,
            limit: drawn.limit,
        });
        Card {
            title,
            value,
            of,
            chart,
            caption,
        }
    }

    fn values(&self, value: impl Fn(&Sample) -> Option<u64>) -> Values {
        let known = |sample: &Sample| Some((sample.at, value(sample)? as f64));
        self.samples.iter().filter_map(known).collect()
    }

    /// How much a second something grew between samples that are near each other, told
    /// of the later one.
    fn rates(&self, count: impl Fn(&Sample) -> Option<u64>) -> Values {
        let rate = |pair: &[Sample]| {
            let [earlier, later] = pair else {
                return None;
            };
            let between = later.at.since(earlier.at);
            if between.is_zero() || between > self.span.every() * 3 {
                return None;
            }
            let grown = count(later)?.saturating_sub(count(earlier)?);
            Some((later.at, grown as f64 / between.as_secs_f64()))
        };
        self.samples.windows(2).filter_map(rate).collect()
    }
}

/// How values are drawn.
struct Drawn {
    unit: Unit,
    limit: Option<f64>,
}

/// The greatest value, in a sentence.
fn most(values: &[(Timestamp, f64)], unit: Unit) -> String {
    let most = values
        .iter()
        .max_by(|left, right| left.1.total_cmp(&right.1))
        .filter(|(_, value)| *value > 0.0);
    most.map_or(String::new(), |(at, value)| {
        format!("At most {} at {}.", unit.words(*value), clock(*at))
    })
}

/// By how much history grew, in a sentence.
fn growth(first: Option<OfHistory>, last: Option<OfHistory>) -> String {
    let (Some(first), Some(last)) = (first, last) else {
        return String::new();
    };
    match last.bytes.checked_sub(first.bytes) {
        Some(more) => format!("It grew by {} in the time shown.", amounts::size(more)),
        None => {
            let less = amounts::size(first.bytes - last.bytes);
            format!("It shrank by {less} in the time shown.")
        }
    }
}

fn join(first: &str, second: &str) -> String {
    let parts = [first, second].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Period = Period {
        from: at(0),
        to: at(3600),
    };

    const fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000_000_000)
    }

    fn sample(seconds: i64, events: u64) -> Sample {
        Sample {
            at: at(seconds),
            events,
            lookups: 0,
            translations: 12_345,
            kernel_count: Some(52_429),
            kernel_max: Some(262_144),
            history: Some(OfHistory {
                recorded: events,
                records: 10,
                bytes: 1024 * (3600 - seconds.unsigned_abs()),
            }),
        }
    }

    fn card(samples: &[Sample], title: &str) -> Card {
        let mut cards = of_samples(samples, Span::Hour, HOUR).into_iter();
        cards.find(|card| card.title == title).unwrap()
    }

    #[test]
    fn events_are_told_by_the_second() {
        let samples = [sample(3500, 0), sample(3510, 500), sample(3520, 520)];
        let card = card(&samples, "Events from the kernel");
        assert_eq!(card.value, "2");
        assert_eq!(
            card.caption,
            "At most 50 at 00:58. 520 since natconnd started."
        );
    }

    #[test]
    fn nothing_is_told_of_a_time_without_samples() {
        let samples = [sample(3000, 0), sample(3500, 500), sample(3500, 600)];
        let card = card(&samples, "Events from the kernel");
        assert_eq!(card.value, "–");
    }

    #[test]
    fn how_full_the_kernels_table_is_is_told_of_what_fits() {
        let samples = [sample(3500, 0), sample(3510, 0)];
        let card = card(&samples, "The kernel's table");
        assert_eq!((&*card.value, card.of), ("20 %", "full"));
        let expected = "52\u{202f}429 of 262\u{202f}144 connections. At most 52.4 k at 00:58.";
        assert_eq!(card.caption, expected);
        let mut blind = sample(3520, 0);
        blind.kernel_count = None;
        assert_eq!(
            self::card(&[blind], "The kernel's table").value,
            "not known"
        );
    }

    #[test]
    fn history_is_told_where_there_is_one() {
        let samples = [sample(3500, 0), sample(3510, 10)];
        let card = card(&samples, "History");
        assert_eq!(card.value, "90 KiB");
        assert_eq!(
            card.caption,
            "10 records. It shrank by 10 KiB in the time shown."
        );
        let mut without = sample(3510, 0);
        without.history = None;
        assert_eq!(of_samples(&[without], Span::Hour, HOUR).len(), 4);
        assert_eq!(of_samples(&samples, Span::Hour, HOUR).len(), 6);
        assert_eq!(of_samples(&[], Span::Day, HOUR).len(), 4);
    }

    #[test]
    fn charts_begin_where_samples_begin() {
        let from = |samples: &[Sample]| shortened(samples, Span::Hour, HOUR).from;
        assert_eq!(from(&[]), at(3480));
        assert_eq!(from(&[sample(3590, 0)]), at(3480));
        assert_eq!(from(&[sample(1000, 0)]), at(1000));
        assert_eq!(from(&[sample(-1000, 0)]), at(0));
    }
}
