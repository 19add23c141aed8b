//! Times: of this machine's clock, and as natconnd writes them.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

/// Now, in nanoseconds since 1970, by the clock that stamps packets and
/// connections.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| i64::try_from(since.as_nanos()).ok())
        .unwrap_or(0)
}

/// Reads a time in RFC 3339, in UTC, as nanoseconds since 1970.
pub fn parse(text: &str) -> Result<i64> {
    read(text).with_context(|| format!("read a time: found {text}, expected RFC 3339 in UTC"))
}

fn read(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let mut nanoseconds = 0;
    for digit in fraction.chars().chain(std::iter::repeat('0')).take(9) {
        nanoseconds = 10 * nanoseconds + i64::from(digit.to_digit(10)?);
    }
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(seconds * 1_000_000_000 + nanoseconds)
}

fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut numbers = text.split(separator).map(|word| word.parse().ok());
    let three = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(three)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, from 1970 on.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March end with the leap day.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.000000001Z", 1),
            ("2000-02-29T23:59:59.5Z", 951_868_799_500_000_000),
            ("2026-11-24T11:58:40.123Z", 1_795_521_520_123_000_000),
        ] {
            assert_eq!(parse(text).expect(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "2026-11-24", "2026-11-24T11:58:40+01:00", "T::.xZ"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
