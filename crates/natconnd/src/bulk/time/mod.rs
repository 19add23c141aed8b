//! Times as logs and mails write them.
//!
//! A time that lacks its year or its zone is completed by the [`Clock`], and says
//! so in [`Assumed`]: an answer about the wrong hour names the wrong host. Here is
//! what a time becomes; `form` is how they are written.

mod form;

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use model::{Period, Timestamp};

pub use form::{at_start, find, part_of_time};

/// What completes a time that does not say all.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The zone of a time that names none.
    pub zone: TimeZone,
    /// The year of a date that names none; where `None`, the latest in which it is not
    /// more than a day after `now`.
    pub year: Option<i16>,
    /// When the question is asked.
    pub now: Timestamp,
}

/// What a line did not say and was assumed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Assumed {
    /// The year of its date.
    pub year: bool,
    /// The zone of its time.
    pub zone: bool,
}

impl Assumed {
    /// What was assumed, in words: `year`, `zone`, `year zone`, or nothing.
    pub const fn words(self) -> &'static str {
        match (self.year, self.zone) {
            (true, true) => "year zone",
            (true, false) => "year",
            (false, true) => "zone",
            (false, false) => "",
        }
    }

    /// What either of two has assumed.
    pub const fn or(self, other: Self) -> Self {
        Self {
            year: self.year || other.year,
            zone: self.zone || other.zone,
        }
    }
}

/// A time as it is written, before it is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    /// Nanoseconds since 1970.
    Since1970(i128),
    /// A date and a time of day.
    Civil {
        /// The year, where it stands there.
        year: Option<i16>,
        /// Month, day, hour and minute.
        rest: [i8; 4],
        /// The second, where it stands there.
        second: Option<i8>,
        /// Nanoseconds within the second.
        nanosecond: i32,
        /// The zone as seconds east of Greenwich, where it stands there.
        offset: Option<i32>,
    },
    /// One that could be several.
    Refused(Fault),
}

/// Why what is written is no time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// A date or a time of day that no calendar and no clock has.
    #[error("there is no such day or hour")]
    NoSuchTime,
    /// A date of which the day may be the month.
    #[error("day and month cannot be told apart in {}/{}/{}, write 2026-11-24", .0[0], .0[1], .0[2])]
    DayOrMonth([i32; 3]),
    /// A zone that is not known, or of which there are several.
    #[error("the zone {0} is not known or not clear, write an offset such as +05:30")]
    Zone(ZoneName),
    /// A time to the minute, and what may be a zone or another time.
    #[error("a zone cannot be told from a second time, write seconds")]
    ZoneOrRange,
}

/// The name of a zone, of at most five letters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ZoneName([u8; 5]);

impl ZoneName {
    fn new(word: &[u8]) -> Self {
        let mut name = [0; 5];
        for (place, letter) in name.iter_mut().zip(word) {
            *place = *letter;
        }
        Self(name)
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = self.0.iter().take_while(|letter| **letter != 0);
        f.pad(
            &letters
                .map(|letter| char::from(*letter))
                .collect::<String>(),
        )
    }
}

impl Written {
    /// What must be assumed to make a time of it.
    pub const fn assumes(self) -> Assumed {
        match self {
            Self::Since1970(_) | Self::Refused(_) => Assumed {
                year: false,
                zone: false,
            },
            Self::Civil { year, offset, .. } => Assumed {
                year: year.is_none(),
                zone: offset.is_none(),
            },
        }
    }

    /// The moment that is meant, or the whole minute where there are no seconds; by
    /// `clock` where something is missing.
    ///
    /// # Errors
    ///
    /// Where there is no such day or hour, or there may be several.
    pub fn period(self, clock: &Clock) -> Result<Period, Fault> {
        const MINUTE: std::time::Duration = std::time::Duration::from_millis(59_999);
        if let Self::Refused(fault) = self {
            return Err(fault);
        }
        let from = self.on(clock).ok_or(Fault::NoSuchTime)?;
        let to = match self {
            Self::Civil { second: None, .. } => from.plus(MINUTE),
            _ => from,
        };
        Ok(Period { from, to })
    }

    fn on(self, clock: &Clock) -> Option<Timestamp> {
        let (year, rest, second, nanosecond, offset) = match self {
            Self::Refused(_) => return None,
            Self::Since1970(nanoseconds) => {
                return i64::try_from(nanoseconds).ok().map(Timestamp);
            }
            Self::Civil {
                year,
                rest,
                second,
                nanosecond,
                offset,
            } => (year, rest, second, nanosecond, offset),
        };
        let zone = match offset {
            Some(seconds) => TimeZone::fixed(Offset::from_seconds(seconds).ok()?),
            None => clock.zone.clone(),
        };
        let [month, day, hour, minute] = rest;
        let in_year = |year| {
            // A leap second is within the second before it, as everywhere else.
            let second = second.unwrap_or(0).min(59);
            let civil = DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()?;
            let at = zone.to_timestamp(civil).ok()?;
            i64::try_from(at.as_nanosecond()).ok().map(Timestamp)
        };
        if let Some(year) = year.or(clock.year) {
            return in_year(year);
        }
        const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);
        let now = jiff::Timestamp::from_nanosecond(clock.now.0.into()).ok()?;
        let latest = zone.to_datetime(now).year().saturating_add(1);
        // Nine years have a leap day among them.
        (0..9)
            .filter_map(|back| in_year(latest - back))
            .find(|at| *at <= clock.now.plus(DAY))
    }
}

/// A text that is a time and nothing else, with a weekday before it at most.
pub fn whole(text: &str) -> Option<Written> {
    let text = text.trim().trim_matches(['[', ']', '"']).trim();
    let (written, length) = form::at_start(text).or_else(|| {
        let (weekday, rest) = text.split_once([',', ' '])?;
        let rest = rest.trim_start();
        let (written, length) = form::is_weekday(weekday).then(|| form::at_start(rest))??;
        Some((written, text.len() - rest.len() + length))
    })?;
    let rest = text[length..].trim();
    // A comment, as mails have it: "+0100 (CET)".
    let is_comment = rest.starts_with('(') && rest.ends_with(')');
    (rest.is_empty() || is_comment).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: &str) -> Clock {
        Clock {
            zone: TimeZone::get(zone).unwrap(),
            year: None,
            // 2026-11-24T12:00:00Z
            now: Timestamp(1_795_521_600_000_000_000),
        }
    }

    fn read(text: &str, zone: &str) -> Option<(String, &'static str)> {
        let written = whole(text)?;
        let at = written.on(&clock(zone))?;
        Some((at.to_string(), written.assumes().words()))
    }

    #[test]
    fn complete_times_need_no_clock() {
        for text in [
            "2026-11-23T22:47:00.123Z",
            "2026-11-23t23:47:00.123+01:00",
            "2026-11-23 22:47:00.123 UTC",
            "2026-11-23 22:47:00,123 +0000",
            "2026-11-23 23:47:00.123+01",
            "2026-11-23 22:47:00.123 (UTC)",
            "23/Nov/2026:22:47:00.123 +0000",
            "[23/Nov/2026:23:47:00.123 +0100]",
            "Mon, 23 Nov 2026 23:47:00.123 +0100 (CET)",
            "Mon, 23 Nov 2026 17:47:00.123 EST",
            "1795474020.123",
            "1795474020123",
            "1795474020123000000",
        ] {
            let at = "2026-11-23T22:47:00.123Z".to_owned();
            assert_eq!(read(text, "Europe/Berlin"), Some((at, "")), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_assumed_and_said() {
        let at = || "2026-11-23T22:47:00.000Z".to_owned();
        for text in [
            "2026-11-23 23:47:00",
            "2026/11/23 23:47:00",
            "23-Nov-2026 23:47:00.000",
            "Mon Nov 23 23:47:00.000000 2026",
            "Nov 23 2026 23:47:00",
        ] {
            assert_eq!(read(text, "Europe/Berlin"), Some((at(), "zone")), "{text}");
        }
        let said = Some((at(), "year zone"));
        assert_eq!(read("Nov 23 23:47:00", "Europe/Berlin"), said);
        let said = Some((at(), "year"));
        assert_eq!(read("Nov 23 22:47:00 UTC", "Europe/Berlin"), said);
    }

    #[test]
    fn a_date_without_year_is_the_latest_that_has_been() {
        let year = |text: &str| read(text, "UTC").map(|(at, _)| at[..4].to_owned());
        assert_eq!(year("Nov 24 11:00:00").as_deref(), Some("2026"));
        // The other clock may be ahead.
        assert_eq!(year("Nov 25 11:00:00").as_deref(), Some("2026"));
        assert_eq!(year("Nov 26 11:00:00").as_deref(), Some("2025"));
        assert_eq!(year("Feb 29 11:00:00").as_deref(), Some("2024"));
        assert_eq!(year("Feb 30 11:00:00"), None);
        let asked = Clock {
            year: Some(2019),
            ..clock("UTC")
        };
        let at = whole("Nov 26 11:00:00").unwrap().on(&asked).unwrap();
        assert_eq!(at.to_string(), "2019-11-26T11:00:00.000Z");
    }

    fn period(text: &str) -> Result<String, String> {
        let written = find(text).ok_or("none")?;
        let period = written.period(&clock("UTC")).map_err(|it| it.to_string())?;
        Ok(match period.from == period.to {
            true => period.from.to_string(),
            false => format!("{} {}", period.from, period.to),
        })
    }

    #[test]
    fn a_time_without_seconds_is_a_minute() {
        let minute = "2026-11-23T20:15:00.000Z 2026-11-23T20:15:59.999Z";
        for text in [
            "2026-11-23 20:15 UTC",
            "2026-11-23 21:15 MEZ",
            "2026-11-23T20:15Z",
            "2026-11-23T20:15",
            "23.11.2026 20:15",
            "23.11.2026, 21:15 Uhr MEZ",
            "23.11.2026 um 20:15 Uhr",
            "11/23/2026 8:15 PM",
            "11/23/2026, 08:15 p.m. UTC",
            "23/11/2026 20:15",
        ] {
            assert_eq!(period(text).as_deref(), Ok(minute), "{text}");
        }
        let whole = period("2026-11-23 20:15:00 UTC");
        assert_eq!(whole.as_deref(), Ok("2026-11-23T20:15:00.000Z"));
    }

    #[test]
    fn zones_are_read_or_refused_by_name() {
        let at = "2026-11-23T20:13:59.000Z";
        for text in [
            "2026-11-23 21:13:59 MEZ",
            "2026-11-23 21:13:59 CET",
            "2026-11-23 22:13:59 MESZ",
            "2026-11-23 22:13:59 CEST",
            "2026-11-23 20:13:59 GET /",
            "2026-11-23 20:13:59 POST /",
            "2026-11-23 20:13:59 INFO x",
            "2026-11-23 20:13:59 IST=1",
            "2026-11-23 20:13:59 MSK-GW x",
        ] {
            assert_eq!(period(text).as_deref(), Ok(at), "{text}");
        }
        for zone in ["IST", "CST", "BST", "MSK", "AEST", "UYST"] {
            for text in [
                format!("2026-11-23 20:13:59 {zone}"),
                format!("2026-11-23 20:13 ({zone}), x"),
            ] {
                let said = format!(
                    "the zone {zone} is not known or not clear, write an offset such as +05:30"
                );
                assert_eq!(period(&text), Err(said), "{text}");
            }
        }
        assert!(period("2026-11-23 09:13-09:30").is_err());
        assert!(period("2026-11-23 13:15 PM").is_err());
    }

    #[test]
    fn dates_with_the_year_last_are_read_where_they_are_clear() {
        let at = "2026-11-24T20:13:59.000Z";
        for text in [
            "24.11.2026 20:13:59",
            "11/24/2026 20:13:59",
            "24/11/2026 20:13:59",
            "24-11-2026 20:13:59",
            "11/24/2026 08:13:59 PM",
        ] {
            assert_eq!(period(text).as_deref(), Ok(at), "{text}");
        }
        let said = "day and month cannot be told apart in 11/12/2026, write 2026-11-24";
        for text in ["11/12/2026 20:13:59", "x 11/12/2026, 20:13 y"] {
            assert_eq!(period(text), Err(said.to_owned()), "{text}");
        }
        let said = period("12.11.2026 20:13:59");
        assert_eq!(said.as_deref(), Ok("2026-11-12T20:13:59.000Z"));
        assert_eq!(part_of_time("on 24.11.2026, x"), Some("24.11.2026"));
        assert_eq!(part_of_time("20:15 203.0.113.7"), Some("20:15"));
        assert_eq!(part_of_time("203.0.113.17:40 x"), None);
    }

    #[test]
    fn the_next_column_is_no_fraction_and_no_zone() {
        let found = |line: &str| {
            let written = find(line)?;
            Some((
                written.on(&clock("UTC"))?.to_string(),
                written.assumes().words(),
            ))
        };
        for rest in [
            ",2026-11-24 09:13:22,203.0.113.7",
            ",24.11.2026 09:13:22",
            ",24-11-2026 09:13:22",
            ",203.0.113.7,40123",
            ",40123,x",
            "-11-24",
            "",
        ] {
            let line = format!("2026-11-24 09:13:20{rest}");
            let said = Some(("2026-11-24T09:13:20.000Z".to_owned(), "zone"));
            assert_eq!(found(&line), said, "{line}");
        }
        for zone in ["-05:00", "-0500", " -0500", "-05"] {
            let line = format!("2026-11-24 04:13:20.120{zone}");
            let said = Some(("2026-11-24T09:13:20.120Z".to_owned(), ""));
            assert_eq!(found(&line), said, "{line}");
        }
        let said = Some(("2026-11-24T09:13:20.120Z".to_owned(), ""));
        assert_eq!(found("2026-11-24 04:13:20,120-05:00"), said);
        assert_eq!(found("2026-11-24 04:13:20,120-0500"), said);
        assert_eq!(found("2026-11-24 04:13:20,12-05:00"), said);
    }

    proptest::proptest! {
        #[test]
        fn the_first_of_two_times_is_read(
            first in 0_i64..2_000_000_000,
            second in 0_i64..2_000_000_000,
            form in 0_usize..4,
        ) {
            let shown = |seconds: i64, form| {
                let at = jiff::Timestamp::from_second(seconds).unwrap();
                let civil = TimeZone::UTC.to_datetime(at);
                civil.strftime(form).to_string()
            };
            let forms = ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d", "%d-%m-%Y"];
            let line = format!("{},{}", shown(first, forms[0]), shown(second, forms[form]));
            let at = find(&line).and_then(|it| it.on(&clock("UTC")));
            proptest::prop_assert_eq!(at, Some(Timestamp(first * 1_000_000_000)));
        }
    }

    #[test]
    fn half_a_time_is_told_from_none() {
        assert_eq!(part_of_time("22:47:00.123 IP x"), Some("22:47:00"));
        assert_eq!(part_of_time("[2026/11/23] x"), Some("2026/11/23"));
        for line in [
            "2001:db8:10:20:30::1",
            "203.0.113.7:40123",
            "00:11:22:33:44:55",
            "x",
        ] {
            assert_eq!(part_of_time(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "203.0.113.7",
            "2026-13-01T00:00:00Z",
            "2026-11-23",
            "40123",
            "22:47:00",
            "2026-11-23T22:47:00Z and more",
            "Nov 23",
            "99999999999999999999999",
        ] {
            assert_eq!(read(text, "UTC"), None, "{text}");
        }
    }
}
