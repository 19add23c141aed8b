//! Times as people paste them: from RFC 3339, from `date +%s`, from the logs of
//! web servers.
//!
//! Never guesses: a time that could mean two things is none.

use std::str::FromStr;

use super::Timestamp;

/// Why a text is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{found}\" is no time: {cause}, expected RFC 3339 with an offset from UTC, Unix seconds or \
     DD/Mon/YYYY:HH:MM:SS +HHMM"
)]
pub struct TimeError {
    /// The text.
    pub found: String,
    /// What is wrong with it.
    pub cause: String,
}

/// How nginx writes `$time_local`, and Apache `%t`.
const LOG: &str = "%d/%b/%Y:%H:%M:%S%.f %z";

/// What natconnd's own texts have behind a time.
const UTC: [&str; 2] = [" UTC", " GMT"];

impl FromStr for Timestamp {
    type Err = TimeError;

    /// Reads RFC 3339 (`2026-11-24T13:55:36.5+01:00`, also with a space for the T,
    /// and ` UTC` for the Z), Unix seconds with or without a fraction, and
    /// `24/Nov/2026:13:55:36 +0000`; each also in brackets. What is finer than a
    /// nanosecond is cut.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        parse(text.trim()).map_err(|cause| TimeError {
            found: text.to_owned(),
            cause,
        })
    }
}

fn parse(text: &str) -> Result<Timestamp, String> {
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let text = inner.unwrap_or(text);
    match text.as_bytes() {
        [] => Err("it is empty".to_owned()),
        [.., b']'] | [b'[', ..] => Err("the brackets do not pair".to_owned()),
        bytes if bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.')) => unix(text),
        [_, _, b'/', ..] | [_, b'/', ..] => log(text),
        _ => rfc_3339(text),
    }
}

/// Seconds since 1970, as `date +%s` and nginx's `$msec` have them.
fn unix(text: &str) -> Result<Timestamp, String> {
    let (seconds, fraction) = match text.split_once('.') {
        None => (text, ""),
        Some((_, fraction)) if fraction.is_empty() || fraction.contains('.') => {
            return Err("it is no number".to_owned());
        }
        Some(parts) => parts,
    };
    match seconds.len() {
        9 | 10 => {}
        13 => return Err("it may be milliseconds".to_owned()),
        16 | 19 => return Err("it may be microseconds or nanoseconds".to_owned()),
        // 20261124 is a date to people, and a day of 1970 as a number.
        _ => return Err("a number of seconds since 1970 has 9 or 10 digits".to_owned()),
    }
    // Cut to nine digits, filled up with zeros to nine digits.
    let nanoseconds = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let digits = seconds.bytes().chain(nanoseconds);
    let number = digits.fold(0_i128, |number, digit| {
        number * 10 + i128::from(digit - b'0')
    });
    in_range(number)
}

fn log(text: &str) -> Result<Timestamp, String> {
    match jiff::fmt::strtime::parse(LOG, text).and_then(|time| time.to_timestamp()) {
        Ok(time) => in_range(time.as_nanosecond()),
        Err(_) if text.len() < LOG_LENGTH => Err("it has no offset from UTC".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The length of `24/Nov/2026:13:55:36 +0000`.
const LOG_LENGTH: usize = 26;

fn rfc_3339(text: &str) -> Result<Timestamp, String> {
    let in_utc = UTC.iter().find_map(|zone| text.strip_suffix(zone));
    let parsed = match in_utc {
        Some(rest) => format!("{rest}Z").parse::<jiff::Timestamp>(),
        None => text.parse::<jiff::Timestamp>(),
    };
    match parsed {
        Ok(time) => in_range(time.as_nanosecond()),
        Err(_) if text.parse::<jiff::civil::DateTime>().is_ok() => {
            let has_time = text.len() > "2026-11-24".len();
            Err(if has_time {
                "it has no offset from UTC, such as Z or +01:00".to_owned()
            } else {
                "it has no time of day".to_owned()
            })
        }
        Err(error) => Err(error.to_string()),
    }
}

fn in_range(nanoseconds: i128) -> Result<Timestamp, String> {
    // What is written of it, cut to milliseconds, must be readable as well.
    const FIRST: i64 = i64::MIN / 1_000_000 * 1_000_000;
    i64::try_from(nanoseconds)
        .ok()
        .filter(|nanoseconds| *nanoseconds >= FIRST)
        .map(Timestamp)
        .ok_or_else(|| "it lies before 1678 or after 2261".to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::tz::{Offset, TimeZone};
    use proptest::prelude::*;

    use super::*;

    const TIME: i64 = 1_795_528_536;

    fn read(text: &str) -> Result<i64, String> {
        let time: Result<Timestamp, TimeError> = text.parse();
        time.map(|time| time.0).map_err(|error| error.to_string())
    }

    #[test]
    fn every_form_of_one_time_is_read() {
        for text in [
            "2026-11-24T13:55:36Z",
            "2026-11-24T13:55:36z",
            "2026-11-24t13:55:36Z",
            "2026-11-24 13:55:36Z",
            "2026-11-24 13:55:36 UTC",
            "2026-11-24T13:55:36+00:00",
            "2026-11-24T14:55:36+01:00",
            "2026-11-24T14:55:36+0100",
            "2026-11-24 08:25:36-05:30",
            "1795528536",
            "24/Nov/2026:13:55:36 +0000",
            "[24/Nov/2026:14:55:36 +0100]",
            " [2026-11-24T13:55:36Z] ",
        ] {
            assert_eq!(read(text), Ok(TIME * 1_000_000_000), "{text}");
        }
        for text in [
            "2026-11-24T13:55:36.25Z",
            "2026-11-24 13:55:36,25Z",
            "2026-11-24 13:55:36.25 UTC",
            "1795528536.25",
            "1795528536.2500000009",
            "24/Nov/2026:13:55:36.25 +0000",
        ] {
            assert_eq!(read(text), Ok(TIME * 1_000_000_000 + 250_000_000), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_no_time() {
        for (text, cause) in [
            ("", "it is empty"),
            ("1795528536123", "it may be milliseconds"),
            (
                "20261124",
                "a number of seconds since 1970 has 9 or 10 digits",
            ),
            ("1795528536.", "it is no number"),
            (
                "2026-11-24 13:55:36",
                "it has no offset from UTC, such as Z or +01:00",
            ),
            ("2026-11-24", "it has no time of day"),
            ("24/Nov/2026:13:55:36", "it has no offset from UTC"),
            ("[24/Nov/2026:13:55:36 +0000", "the brackets do not pair"),
            ("2500-01-01T00:00:00Z", "it lies before 1678 or after 2261"),
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            assert_eq!((&*error.found, &*error.cause), (text, cause));
        }
        for text in [
            "now",
            "2026-13-01T00:00:00Z",
            "31/Feb/2026:00:00:00 +0000",
            "-5",
            "١",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(at: i64) {
            let time = Timestamp(at);
            let cut = at.div_euclid(1_000_000).checked_mul(1_000_000);
            prop_assert_eq!(read(&time.to_string()).ok(), cut);
        }

        #[test]
        fn every_offset_means_the_same_time(
            seconds in -9_000_000_000..9_000_000_000_i64, minutes in -1439..1440_i32,
        ) {
            let zone = TimeZone::fixed(Offset::from_seconds(minutes * 60).unwrap());
            let there = jiff::Timestamp::from_second(seconds).unwrap().to_zoned_datetime(zone);
            for format in ["%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%d %H:%M:%S%z", "[%d/%b/%Y:%H:%M:%S %z]"] {
                let text = there.strftime(format).to_string();
                prop_assert_eq!(read(&text), Ok(seconds * 1_000_000_000), "{}", text);
            }
        }

        #[test]
        fn seconds_may_have_any_fraction(
            seconds in 100_000_000..9_223_372_036_i64, fraction in 0..1_000_000_000_i64,
        ) {
            let expected = seconds * 1_000_000_000 + fraction;
            prop_assert_eq!(read(&format!("{seconds}.{fraction:09}")), Ok(expected));
            let short = format!("{seconds}.{fraction:09}");
            let short = short.trim_end_matches('0').trim_end_matches('.');
            prop_assert_eq!(read(short), Ok(expected));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*", digits in "[0-9:/. +TZ-]{0,40}") {
            let _ = (read(&text), read(&digits));
        }
    }
}
