//! Stretches of time, marked on a strip.

use askama::Template;
use model::{Period, Timestamp};

use super::scale::clock;
use super::{Place, share};

/// Units that the strip is wide. It has no words in it, so it can be stretched to any
/// width.
const WIDTH: f64 = 1000.0;

/// The least that a mark is wide: what was short shall be seen as well.
const LEAST: f64 = 4.0;

/// Places with a time below the strip, at equal distances.
const TIMES: u8 = 5;

/// How bad a mark is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Something went wrong.
    Lost,
    /// Nobody was there to look.
    Absent,
}

/// A stretch of time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// From when to when.
    pub period: Period,
    /// How bad it is.
    pub tone: Tone,
    /// What it is.
    pub words: String,
}

/// A strip with marks. Displays as an `svg` element and the times below it.
#[derive(Clone, Debug, Template)]
#[template(path = "chart-strip.html")]
pub struct Strip {
    title: String,
    width: Place,
    marks: Vec<Placed>,
    times: Vec<String>,
}

#[derive(Clone, Debug)]
struct Placed {
    x: Place,
    width: Place,
    class: &'static str,
    words: String,
}

impl Strip {
    /// Draws `marks` on a strip for `period`, the bad ones on top; `title` is for who
    /// cannot see it.
    pub fn new(title: &str, period: Period, marks: &[Mark]) -> Self {
        let of_tone = |tone: Tone| marks.iter().filter(move |mark| mark.tone == tone);
        let ordered = of_tone(Tone::Absent).chain(of_tone(Tone::Lost));
        let length = i64::from(TIMES - 1);
        let times = (0..=length).map(|number| {
            let passed = period.to.0.saturating_sub(period.from.0) / length * number;
            clock(Timestamp(period.from.0.saturating_add(passed)))
        });
        Self {
            title: title.to_owned(),
            width: Place(WIDTH),
            marks: ordered.map(|mark| placed(period, mark)).collect(),
            times: times.collect(),
        }
    }
}

fn placed(period: Period, mark: &Mark) -> Placed {
    let x = |at: Timestamp| share(period, at).clamp(0.0, 1.0) * WIDTH;
    let width = (x(mark.period.to) - x(mark.period.from)).max(LEAST);
    Placed {
        // At the very end it reaches to the left.
        x: Place(x(mark.period.from).min(WIDTH - width)),
        width: Place(width),
        class: match mark.tone {
            Tone::Lost => "lost",
            Tone::Absent => "absent",
        },
        words: mark.words.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: i64, to: i64) -> Period {
        let at = |seconds: i64| Timestamp(seconds * 1_000_000_000);
        Period {
            from: at(from),
            to: at(to),
        }
    }

    fn mark(from: i64, to: i64, tone: Tone) -> Mark {
        Mark {
            period: period(from, to),
            tone,
            words: "<lost>".to_owned(),
        }
    }

    fn places(strip: &Strip) -> Vec<String> {
        let marks = strip.marks.iter();
        marks
            .map(|mark| format!("{} {}+{}", mark.class, mark.x, mark.width))
            .collect()
    }

    #[test]
    fn marks_are_where_they_belong_and_wide_enough_to_be_seen() {
        let marks = [
            mark(900, 1800, Tone::Lost),
            mark(100, 100, Tone::Lost),
            mark(3600, 9000, Tone::Lost),
            mark(-5, 1800, Tone::Absent),
        ];
        let strip = Strip::new("gaps", period(0, 3600), &marks);
        let expected = ["absent 0+500", "lost 250+250", "lost 27.8+4", "lost 996+4"];
        assert_eq!(places(&strip), expected);
        assert_eq!(strip.times, ["00:00", "00:15", "00:30", "00:45", "01:00"]);
        let svg = strip.to_string();
        assert_eq!(svg.matches("&#60;lost&#62;").count(), 4, "{svg}");
        assert!(!svg.contains("style"), "{svg}");
    }

    #[test]
    fn all_of_time_is_no_trouble() {
        let strip = Strip::new("gaps", Period::ALWAYS, &[mark(0, 1, Tone::Lost)]);
        assert_eq!(places(&strip).len(), 1);
        let always = Mark {
            period: Period::ALWAYS,
            ..mark(0, 1, Tone::Absent)
        };
        let strip = Strip::new("gaps", period(0, 3600), &[always]);
        assert_eq!(places(&strip), ["absent 0+1000"]);
    }
}
