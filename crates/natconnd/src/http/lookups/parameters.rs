//! What can be said of many lines, and how each value is read.

use jiff::tz::TimeZone;
use model::{EndpointPattern, Lookup, Timestamp};

use super::super::filter::{self, parse};
use super::super::problem::{Refused, bad_value, shortened};
use super::super::query::{self, DEFAULT_LIMIT};
use super::super::when;
use crate::bulk::{self, Clock, Settings};
use crate::lookup::TOLERANCE;

/// The parameters.
pub(in super::super) const PARAMETERS: &[&str] = &[
    "format",
    "columns",
    "nat",
    "remote",
    "protocol",
    "kind",
    "zone",
    "tolerance",
    "timezone",
    "year",
    "limit",
];

/// Reads the parameters; `now` is when it is asked.
pub(super) fn read(query: Option<&str>, now: Timestamp) -> Refused<(Settings, usize)> {
    let mut settings = Settings {
        form: None,
        columns: Vec::new(),
        nat: model::EndpointSet::default(),
        defaults: Lookup::default(),
        tolerance: TOLERANCE,
        clock: Clock {
            zone: TimeZone::UTC,
            year: None,
            now,
        },
    };
    let mut limit = DEFAULT_LIMIT;
    query::read(query, PARAMETERS, |name, value| {
        let defaults = &mut settings.defaults;
        match name {
            "format" => settings.form = Some(parse(name, value, FORMATS)?),
            "columns" => {
                settings.columns = query::list(value, |item| parse(name, item, bulk::NAMED))?;
            }
            "nat" => {
                let networks = query::list(value, |item| parse(name, item, filter::PATTERN))?;
                settings.nat = model::EndpointSet(networks);
            }
            "remote" => defaults.remote = parse::<EndpointPattern>(name, value, filter::PATTERN)?,
            "protocol" => defaults.protocol = Some(filter::protocol(value)?),
            "kind" => defaults.kind = Some(filter::kind(value)?),
            "zone" => defaults.zone = Some(filter::zone(value)?),
            "tolerance" => settings.tolerance = when::tolerance(value)?,
            "timezone" => settings.clock.zone = timezone(value)?,
            "year" => settings.clock.year = Some(year(value)?),
            _ => limit = query::limit(value)?,
        }
        Ok(())
    })?;
    Ok((settings, limit))
}

const FORMATS: &str = "csv, ndjson, text or mail";

pub(in super::super) fn timezone(value: &str) -> Refused<TimeZone> {
    let offset = || {
        let (sign, rest) = value.split_at_checked(1)?;
        let sign = match sign {
            "+" => 1,
            "-" => -1,
            _ => return None,
        };
        let digits: String = rest.chars().filter(|letter| *letter != ':').collect();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.len() == 4;
        let number: i32 = is_number.then(|| digits.parse().ok())??;
        let seconds = sign * (number / 100 * 3600 + number % 100 * 60);
        Some(TimeZone::fixed(
            jiff::tz::Offset::from_seconds(seconds).ok()?,
        ))
    };
    let named = || TimeZone::get(value).ok();
    let zone = match value {
        "UTC" | "utc" | "Z" => Some(TimeZone::UTC),
        _ => offset().or_else(named),
    };
    zone.ok_or_else(|| {
        let cause = format!("\"{}\" is no time zone", shortened(value));
        let expected = "UTC, an offset such as +01:00, or a name such as Europe/Berlin that this \
                        machine knows";
        bad_value("timezone", value, cause, expected)
    })
}

fn year(value: &str) -> Refused<i16> {
    let year = value
        .parse()
        .ok()
        .filter(|year| (1970..=2261).contains(year));
    year.ok_or_else(|| {
        let cause = format!("\"{}\" is no year from 1970 to 2261", shortened(value));
        bad_value("year", value, cause, "a year from 1970 to 2261")
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bulk::Form;

    #[test]
    fn every_parameter_is_read() {
        let query = "format=csv&columns=nat=a,at=3&nat=203.0.113.0/24&remote=:443&protocol=tcp\
                     &kind=source&zone=3&tolerance=500ms&timezone=%2B01:00&year=2025&limit=7";
        let (settings, limit) = read(Some(query), Timestamp(0)).unwrap();
        assert_eq!(settings.form, Some(Form::Csv));
        assert_eq!(settings.columns.len(), 2);
        assert_eq!(Ok(settings.nat), "203.0.113.0/24".parse());
        assert_eq!(settings.defaults.remote, ":443".parse().unwrap());
        assert_eq!(settings.defaults.protocol, Some(model::Protocol::TCP));
        assert_eq!(settings.defaults.zone, Some(3));
        assert_eq!(settings.tolerance, Duration::from_millis(500));
        assert_eq!((settings.clock.year, limit), (Some(2025), 7));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, parameter) in [
            ("format=xml", "format"),
            ("columns=nat", "columns"),
            ("nat=203.0.113.300", "nat"),
            ("tolerance=-1", "tolerance"),
            ("timezone=Mars/Olympus", "timezone"),
            ("timezone=%2B1", "timezone"),
            ("year=26", "year"),
            ("at=1", "at"),
        ] {
            let problem = read(Some(query), Timestamp(0)).unwrap_err();
            assert_eq!(problem.parameter.as_deref(), Some(parameter), "{query}");
        }
    }
}
