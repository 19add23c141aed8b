//! Times and gaps in words that need no training.

use std::time::Duration;

use model::{Gap, GapCause, Timestamp};

/// A time to the second: `2026-11-23 22:47:00`. All pages say that times are UTC.
pub fn time(time: Timestamp) -> String {
    let text = time.to_string();
    let seconds = text.get(..19).unwrap_or(&text);
    seconds.replace('T', " ")
}

/// A time to the millisecond, where it does not fall on a second.
pub fn exact_time(time: Timestamp) -> String {
    let text = time.to_string();
    let text = text.trim_end_matches('Z');
    text.trim_end_matches(".000").replace('T', " ")
}

/// A time between others, in seconds to the tenth; in milliseconds below that.
pub fn seconds(time: Duration) -> String {
    match time < Duration::from_millis(100) {
        true => format!("{} ms", time.as_millis().max(1)),
        false => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// A gap: what is not known, of which time, and why.
pub fn gap(gap: &Gap) -> String {
    let when = match (gap.from, gap.to) {
        (Timestamp::MIN, Some(to)) => format!("before {}", time(to)),
        (from, None) => format!("since {}", time(from)),
        (from, Some(to)) => format!("from {} to {}", time(from), time(to)),
    };
    let why = match gap.cause {
        GapCause::Starting => "natconnd had just started and was reading the kernel's table",
        GapCause::Stopped => "natconnd was not running",
        GapCause::Behind => "natconnd was busy and had not read everything yet",
        GapCause::EventsOff => "the kernel was told not to report connections",
        GapCause::Silence => "the kernel did not report all connections",
        GapCause::Filter => "not every connection was tracked, as configured",
        GapCause::Suspended => "the machine was asleep",
        GapCause::ClockStep => "the clock was set, so that times may be wrong",
        GapCause::Unrecorded => "history was not being written",
        GapCause::Damaged => "a file of history is damaged or missing",
        GapCause::BeyondHistory => "older records are not kept",
        GapCause::KeepEnded => "what has ended is not kept for longer",
        _ => "reports of the kernel were lost",
    };
    format!("Not everything is known {when}: {why}.")
}

/// A number with its thousands apart: `1 234 567`.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            // A narrow space that does not break.
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_in_groups() {
        let plain = |value| number(value).replace('\u{202f}', "_");
        assert_eq!(plain(0), "0");
        assert_eq!(plain(999), "999");
        assert_eq!(plain(1000), "1_000");
        assert_eq!(plain(1_234_567), "1_234_567");
    }
}
