//! The parameters that say when: `at`, `from`, `to` and `tolerance`.

use std::time::Duration;

use model::{Lookup, Period, Timestamp};

use super::filter::parse;
use super::problem::{Refused, bad_value, shortened};
use crate::config::read_duration;
use crate::lookup::{PastQuestion, TOLERANCE};

/// How a time is written.
pub(super) const TIME: &str =
    "RFC 3339 with an offset from UTC, Unix seconds, or DD/Mon/YYYY:HH:MM:SS +HHMM";

/// How a tolerance is written.
const DURATION: &str = "a whole number with ms, s, m, h, d or w, or 0";

/// When something was; not at all where nothing is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct When {
    pub at: Option<Timestamp>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub tolerance: Option<Duration>,
}

impl When {
    /// Reads one parameter; false where it is none of these.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Refused<bool> {
        match name {
            "at" => self.at = Some(time(name, value)?),
            "from" => self.from = Some(time(name, value)?),
            "to" => self.to = Some(time(name, value)?),
            "tolerance" => self.tolerance = Some(tolerance(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether these make sense together.
    pub(super) fn check(&self) -> Refused<()> {
        if let (Some(at), true) = (self.at, self.from.is_some() || self.to.is_some()) {
            let cause = "it is there together with from or to";
            let expected = "at for a moment, or from and to for a period";
            return Err(bad_value("at", &at.to_string(), cause, expected));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            let cause = format!("{to} is before from, {from}");
            return Err(bad_value("to", &to.to_string(), cause, "a time after from"));
        }
        if self.tolerance.is_some() && !self.is_given() {
            let cause = "there is no time that it could widen";
            return Err(bad_value(
                "tolerance",
                "",
                cause,
                "at, from or to beside it",
            ));
        }
        Ok(())
    }

    /// Whether a time is given, so that the question is about the past.
    pub(super) const fn is_given(&self) -> bool {
        self.at.is_some() || self.from.is_some() || self.to.is_some()
    }

    /// What is asked about the past.
    ///
    /// Refuses what lies in the future even by a clock that is wrong by the
    /// tolerance: nobody knows that yet, and mostly it is a mistake.
    pub(super) fn question(&self, lookup: Lookup, now: Timestamp) -> Refused<PastQuestion> {
        let tolerance = self.tolerance.unwrap_or(TOLERANCE);
        let period = self.period();
        if period.from > now.plus(tolerance) {
            let name = if self.at.is_some() { "at" } else { "from" };
            let from = period.from;
            let cause = format!("{from} is in the future: this machine's clock says {now}");
            let expected = "a time that is over, or a tolerance as large as the clocks differ";
            return Err(bad_value(name, &from.to_string(), cause, expected));
        }
        Ok(PastQuestion {
            lookup,
            period,
            tolerance,
        })
    }

    fn period(&self) -> Period {
        self.at.map_or_else(
            || Period {
                from: self.from.unwrap_or(Timestamp::MIN),
                to: self.to.unwrap_or(Timestamp::MAX),
            },
            Period::at,
        )
    }
}

fn time(name: &str, value: &str) -> Refused<Timestamp> {
    let mended = with_plus(value);
    let read = parse(name, mended.as_deref().unwrap_or(value), TIME);
    // What is shown is what was sent.
    read.map_err(|mut problem| {
        problem.found = Some(shortened(value));
        problem
    })
}

/// The value with the plus of its offset, which clients that do not escape it
/// send as a space: `2026-11-24T14:55:36 01:00`.
fn with_plus(value: &str) -> Option<String> {
    let (before, offset) = value.rsplit_once(' ')?;
    let digits = offset.bytes().filter(u8::is_ascii_digit).count();
    let colons = offset.bytes().filter(|byte| *byte == b':').count();
    let is_offset = digits == 4 && digits + colons == offset.len();
    // Without a time of day before it, it is that.
    (is_offset && before.contains(':')).then(|| format!("{before}+{offset}"))
}

pub(super) fn tolerance(value: &str) -> Refused<Duration> {
    read_duration(value).map_err(|cause| bad_value("tolerance", value, cause, DURATION))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_528_536_000_000_000);

    fn read(pairs: &[(&str, &str)]) -> Refused<PastQuestion> {
        let mut when = When::default();
        for (name, value) in pairs {
            assert!(when.set(name, value)?, "{name}");
        }
        when.check()?;
        when.question(Lookup::default(), NOW)
    }

    #[test]
    fn open_sides_are_open() {
        let period = |pairs: &[(&str, &str)]| read(pairs).unwrap().period;
        assert_eq!(
            period(&[("at", "1795528500")]).from,
            Timestamp(1_795_528_500_000_000_000)
        );
        assert_eq!(period(&[("from", "1795528500")]).to, Timestamp::MAX);
        assert_eq!(period(&[("to", "1795528500")]).from, Timestamp::MIN);
        assert!(!When::default().is_given());
    }

    #[test]
    fn a_plus_that_became_a_space_is_an_offset() {
        for at in [
            "2026-11-24T14:55:36 01:00",
            "2026-11-24T14:55:36 0100",
            "2026-11-24 14:55:36 01:00",
            "24/Nov/2026:14:55:36  0100",
            "24/Nov/2026:14:55:36 0100",
        ] {
            let asked = read(&[("at", at)]).unwrap();
            assert_eq!(asked.period, Period::at(NOW), "{at}");
            assert_eq!(asked.tolerance, TOLERANCE);
        }
        let problem = read(&[("at", "2026-11-24 14:55")]).unwrap_err();
        assert_eq!(problem.found.as_deref(), Some("2026-11-24 14:55"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (pairs, parameter) in [
            (&[("at", "1795528500"), ("to", "1795528501")][..], "at"),
            (&[("from", "1795528500"), ("to", "1795528499")], "to"),
            (&[("tolerance", "2s")], "tolerance"),
            (&[("at", "1795528500"), ("tolerance", "2")], "tolerance"),
            (&[("at", "1795528539")], "at"),
            (&[("from", "1795528539"), ("to", "1795528540")], "from"),
        ] {
            let problem = read(pairs).unwrap_err();
            assert_eq!(problem.parameter.as_deref(), Some(parameter), "{pairs:?}");
        }
        // A clock that is ahead by less than the tolerance.
        assert!(read(&[("at", "1795528538")]).is_ok());
        assert!(read(&[("at", "1795532136"), ("tolerance", "1h")]).is_ok());
    }
}
