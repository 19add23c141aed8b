//! Times of day, to hold natconnd's gaps against what was done to it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

/// A time of day, in nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment(i64);

impl Moment {
    /// This moment.
    pub fn now() -> Self {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self(i64::try_from(since_1970.as_nanos()).unwrap_or(i64::MAX))
    }

    /// Reads RFC 3339 in UTC, as natconnd writes it.
    pub fn parse(text: &str) -> Result<Self> {
        read(text).with_context(|| format!("read a time: {text} is not RFC 3339 in UTC"))
    }
}

fn read(text: &str) -> Option<Moment> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut seconds = days_since_1970(year, month, day) * 24;
    for part in whole.split(':') {
        seconds = seconds.checked_add(part.parse().ok()?)?;
        seconds = seconds.checked_mul(60)?;
    }
    // Hours, minutes and seconds: the last of three was not to be multiplied.
    seconds /= 60;
    let nanoseconds: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(Moment(
        seconds
            .checked_mul(1_000_000_000)?
            .checked_add(nanoseconds)?,
    ))
}

/// Days of the Gregorian calendar, counted in years that begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let days_before = 365 * year + year / 4 - year / 100 + year / 400;
    days_before + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_the_nanosecond() {
        let read = |text: &str| Moment::parse(text).expect("a good time").0;
        assert_eq!(read("1970-01-01T00:00:00Z"), 0);
        assert_eq!(read("2000-02-29T12:34:56.5Z"), 951_827_696_500_000_000);
        assert_eq!(
            read("2026-11-24T10:22:09.123456789Z"),
            1_795_515_729_123_456_789
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "2026-11-24", "2026-11-24T10:22:09", "aTb:c:dZ"] {
            assert!(Moment::parse(text).is_err(), "{text}");
        }
    }
}
