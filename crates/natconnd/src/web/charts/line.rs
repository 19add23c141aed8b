//! A value over time: a curve and the area below it.

use std::fmt::Write;
use std::time::Duration;

use askama::Template;
use model::{Period, Timestamp};

use super::scale::{clock, times};
use super::{Place, Unit, share};

/// The picture, and within it where curves are drawn.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 120.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 8.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = HEIGHT - 20.0;

/// Times on the axis.
const TIMES: u64 = 5;

/// What a chart shows.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What it shows, in words, for who cannot see it.
    pub title: &'a str,
    /// From when to when.
    pub period: Period,
    /// Values, none negative, in the order of their times. Where time goes backwards, as
    /// it does when a clock is set, the curve breaks.
    pub values: &'a [(Timestamp, f64)],
    /// Values farther apart than this are not joined: nothing is known between them.
    pub apart: Duration,
    /// What the values are.
    pub unit: Unit,
    /// What they cannot exceed, if anything; the axis ends there.
    pub limit: Option<f64>,
}

/// A chart. Displays as an `svg` element.
#[derive(Clone, Debug, Template)]
#[template(path = "chart-line.html")]
pub struct LineChart {
    title: String,
    width: Place,
    height: Place,
    left: Place,
    right: Place,
    base: Place,
    rules: Vec<Tick>,
    times: Vec<Tick>,
    areas: String,
    curves: String,
    limit: Option<Place>,
    latest: Option<(Place, Place)>,
}

/// A place on an axis with what stands there.
#[derive(Clone, Debug)]
struct Tick {
    place: Place,
    words: String,
}

impl LineChart {
    /// Draws it.
    pub fn new(line: &Line<'_>) -> Self {
        let most = line.values.iter().map(|(_, value)| *value);
        let top = match line.limit {
            Some(limit) if limit > 0.0 => limit,
            _ => line.unit.top(most.fold(0.0, f64::max)),
        };
        let x = |at: Timestamp| LEFT + share(line.period, at).clamp(0.0, 1.0) * (RIGHT - LEFT);
        let y = |value: f64| BOTTOM - (value / top).clamp(0.0, 1.0) * (BOTTOM - TOP);
        let mut areas = String::new();
        let mut curves = String::new();
        for piece in pieces(line.values, line.apart) {
            let points = piece.iter().map(|(at, value)| (x(*at), y(*value)));
            draw(points, &mut curves, &mut areas);
        }
        let rule = |value: f64| Tick {
            place: Place(y(value)),
            words: line.unit.words(value),
        };
        let ticks = times(line.period, TIMES).into_iter().map(|at| Tick {
            place: Place(x(at)),
            words: clock(at),
        });
        // Words in the middle of a tick at the end would leave the picture.
        let is_within = |tick: &Tick| tick.place.0 < RIGHT - 6.0;
        let latest = line.values.last();
        Self {
            title: line.title.to_owned(),
            width: Place(WIDTH),
            height: Place(HEIGHT),
            left: Place(LEFT),
            right: Place(RIGHT),
            base: Place(BOTTOM),
            rules: [0.0, top / 2.0, top].map(rule).into(),
            times: ticks.filter(is_within).collect(),
            areas,
            curves,
            limit: line.limit.map(|limit| Place(y(limit))),
            latest: latest.map(|(at, value)| (Place(x(*at)), Place(y(*value)))),
        }
    }

    /// Whether there is nothing to see yet.
    const fn is_empty(&self) -> bool {
        self.curves.is_empty()
    }
}

/// Values cut where nothing is known between them, or the clock was set back.
fn pieces(
    values: &[(Timestamp, f64)],
    apart: Duration,
) -> impl Iterator<Item = &[(Timestamp, f64)]> {
    values.chunk_by(move |(earlier, _), (later, _)| {
        earlier <= later && later.since(*earlier) <= apart
    })
}

/// Draws one piece.
fn draw(points: impl Iterator<Item = (f64, f64)>, curves: &mut String, areas: &mut String) {
    let mut command = 'M';
    let mut ends: Option<(f64, f64)> = None;
    let begin = areas.len();
    for (x, y) in points {
        // Writing to a string cannot fail.
        let _ = write!(curves, "{command}{} {}", Place(x), Place(y));
        let _ = write!(areas, "L{} {}", Place(x), Place(y));
        command = 'L';
        ends = Some(ends.map_or((x, x), |(first, _)| (first, x)));
    }
    let Some((first, last)) = ends else {
        return;
    };
    if first == last {
        // A dot, by way of round ends.
        curves.push_str("h0");
    }
    areas.insert_str(begin, &format!("M{} {}", Place(first), Place(BOTTOM)));
    let _ = write!(areas, "L{} {}Z", Place(last), Place(BOTTOM));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000_000_000)
    }

    fn chart(values: &[(Timestamp, f64)], limit: Option<f64>) -> LineChart {
        LineChart::new(&Line {
            title: "a < b",
            period: Period {
                from: at(0),
                to: at(600),
            },
            values,
            apart: Duration::from_secs(60),
            unit: Unit::Number,
            limit,
        })
    }

    #[test]
    fn a_curve_goes_from_value_to_value() {
        let drawn = chart(&[(at(0), 0.0), (at(60), 5.0), (at(120), 10.0)], None);
        assert_eq!(drawn.curves, "M58 100L83.4 55L108.8 10");
        assert_eq!(drawn.areas, "M58 100L58 100L83.4 55L108.8 10L108.8 100Z");
        let latest = drawn.latest.map(|(x, y)| format!("{x} {y}"));
        assert_eq!(latest.as_deref(), Some("108.8 10"));
        let words: Vec<&str> = drawn.rules.iter().map(|rule| &*rule.words).collect();
        assert_eq!(words, ["0", "5", "10"]);
    }

    #[test]
    fn a_curve_breaks_where_nothing_is_known() {
        let drawn = chart(&[(at(0), 1.0), (at(300), 1.0), (at(330), 1.0)], None);
        assert_eq!(drawn.curves, "M58 10h0M185 10L197.7 10");
        assert_eq!(drawn.areas.matches('Z').count(), 2);
    }

    #[test]
    fn a_curve_breaks_where_the_clock_was_set_back() {
        let drawn = chart(&[(at(300), 1.0), (at(290), 1.0)], None);
        assert_eq!(drawn.curves.matches('M').count(), 2);
    }

    #[test]
    fn an_axis_ends_at_the_limit() {
        let drawn = chart(&[(at(0), 50.0)], Some(200.0));
        assert_eq!(drawn.limit, Some(Place(10.0)));
        assert_eq!(drawn.curves, "M58 77.5h0");
    }

    #[test]
    fn what_is_outside_stays_at_the_edge() {
        let drawn = chart(&[(at(-60), 300.0), (at(-1), f64::NAN)], Some(200.0));
        assert!(drawn.curves.starts_with("M58 10"), "{}", drawn.curves);
    }

    #[test]
    fn nothing_is_drawn_of_nothing_and_words_are_escaped() {
        let drawn = chart(&[], None);
        assert!(drawn.is_empty());
        let svg = drawn.to_string();
        assert!(!svg.contains("<path"), "{svg}");
        assert!(svg.contains("<title>a &#60; b"), "{svg}");
        assert!(!svg.contains("style"), "{svg}");
    }
}
