//! Times as people read them: in UTC, or in this machine's zone on demand.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::error::printable;

/// How times are written.
#[derive(Clone, Debug)]
pub(super) enum Times {
    /// In UTC.
    Utc,
    /// In a zone; its offset stands behind each time, because it changes
    /// twice a year.
    Local(TimeZone),
}

impl Times {
    /// UTC, or this machine's zone (`TZ`, or else `/etc/localtime`).
    pub fn new(is_local: bool) -> Self {
        if is_local {
            Self::Local(TimeZone::system())
        } else {
            Self::Utc
        }
    }

    /// A time for a column whose heading names the zone: to the millisecond,
    /// all equally long. `text` is as the API writes it; what is no time there
    /// stays as it is.
    pub fn cell(&self, text: &str) -> String {
        let Ok(time) = text.parse::<Timestamp>() else {
            return printable(text);
        };
        match self {
            Self::Utc => time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(),
            Self::Local(zone) => {
                let time = time.to_zoned_datetime(zone.clone());
                time.strftime("%Y-%m-%d %H:%M:%S%.3f%:z").to_string()
            }
        }
    }

    /// The heading of a column of times.
    pub fn heading(&self, word: &str) -> String {
        match self {
            Self::Utc => format!("{word} (UTC)"),
            Self::Local(_) => word.to_owned(),
        }
    }

    /// A time within a sentence: `2026-11-23 22:47:00.5 UTC`.
    pub fn words(&self, text: &str) -> String {
        self.in_words(text, "%Y-%m-%d %H:%M:%S%.f")
    }

    /// From one time to another, with the date once where it is the same.
    pub fn interval(&self, from: &str, to: &str) -> String {
        let date = |text| self.in_words(text, "%Y-%m-%d");
        let to = if date(from) == date(to) {
            self.in_words(to, "%H:%M:%S%.f")
        } else {
            self.words(to)
        };
        let from = self.words(from);
        let from = from.strip_suffix(" UTC").unwrap_or(&from);
        format!("{from} to {to}")
    }

    fn in_words(&self, text: &str, format: &str) -> String {
        let Ok(time) = text.parse::<Timestamp>() else {
            return printable(text);
        };
        match self {
            Self::Utc => format!("{} UTC", time.strftime(format)),
            Self::Local(zone) => {
                let time = time.to_zoned_datetime(zone.clone());
                format!("{}{}", time.strftime(format), time.strftime("%:z"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "2026-11-23T22:47:00.120Z";

    fn berlin() -> Times {
        let winter = jiff::tz::Offset::constant(1);
        Times::Local(TimeZone::fixed(winter))
    }

    #[test]
    fn cells_are_equally_long() {
        assert_eq!(Times::Utc.cell(TIME), "2026-11-23 22:47:00.120");
        assert_eq!(
            Times::Utc.cell("2026-11-23T22:47:00Z"),
            "2026-11-23 22:47:00.000"
        );
        assert_eq!(berlin().cell(TIME), "2026-11-23 23:47:00.120+01:00");
        assert_eq!(Times::Utc.cell("soon"), "soon");
    }

    #[test]
    fn sentences_leave_out_what_says_nothing() {
        let utc = Times::Utc;
        assert_eq!(utc.words(TIME), "2026-11-23 22:47:00.12 UTC");
        assert_eq!(
            utc.words("2026-11-23T22:47:00.000Z"),
            "2026-11-23 22:47:00 UTC"
        );
        assert_eq!(
            utc.interval("2026-11-23T00:00:00Z", TIME),
            "2026-11-23 00:00:00 to 22:47:00.12 UTC"
        );
        assert_eq!(
            utc.interval("2026-11-22T00:00:00Z", TIME),
            "2026-11-22 00:00:00 to 2026-11-23 22:47:00.12 UTC"
        );
        assert_eq!(berlin().words(TIME), "2026-11-23 23:47:00.12+01:00");
        assert_eq!(
            berlin().interval(TIME, "2026-11-23T22:48:00Z"),
            "2026-11-23 23:47:00.12+01:00 to 23:48:00+01:00"
        );
    }
}
