//! Charts as SVG: values and times in, markup out.
//!
//! `scale` finds round numbers for axes, `line` draws a value over time, `strip` marks
//! stretches of time. What a chart looks like by day and by night is in the style
//! sheet: shapes have classes and no styles. Each says in words what it shows, and the page
//! has its numbers beside it.

mod line;
mod scale;
mod strip;

pub use line::{Line, LineChart};
pub use scale::{Unit, clock};
pub use strip::{Mark, Strip, Tone};

use std::fmt;

use model::{Period, Timestamp};

/// A coordinate, in units of the picture.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Place(f64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A tenth of a unit is a tenth of a pixel or so.
        let text = format!("{:.1}", self.0);
        f.write_str(text.strip_suffix(".0").unwrap_or(&text))
    }
}

/// How much of a period has passed at a time: 0 at its begin, 1 at its end.
fn share(period: Period, at: Timestamp) -> f64 {
    let length = period.to.0.saturating_sub(period.from.0).max(1);
    at.0.saturating_sub(period.from.0) as f64 / length as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        let texts = [0.0, 1.0, 1.25, 319.96].map(|place| Place(place).to_string());
        assert_eq!(texts, ["0", "1", "1.2", "320"]);
    }

    #[test]
    fn a_period_without_length_has_a_begin() {
        let moment = Period::at(Timestamp(5));
        assert_eq!(share(moment, Timestamp(5)), 0.0);
        let period = Period {
            from: Timestamp(10),
            to: Timestamp(20),
        };
        let shares = [5, 10, 15, 20].map(|at| share(period, Timestamp(at)));
        assert_eq!(shares, [-0.5, 0.0, 0.5, 1.0]);
    }
}
