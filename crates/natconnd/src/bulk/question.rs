//! What a line asks, and what a table's columns make of it.

use std::fmt::Write as _;
use std::time::Duration;

use model::{EndpointPattern, EndpointSet, Lookup, Period};

use super::columns::{Columns, Named};
use super::field::Field;
use super::form::Form;
use super::time::{self, Assumed, Clock};
use crate::lookup::Asked;

/// How lines are read, beside what they say themselves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The form, where it shall not be guessed.
    pub form: Option<Form>,
    /// Columns that are named.
    pub columns: Vec<Named>,
    /// The gateway's NAT addresses: of the addresses in a text, these are meant.
    pub nat: EndpointSet,
    /// What holds for lines that do not say it: protocol, kind, zone, remote endpoint.
    pub defaults: Lookup,
    /// How far the clock of whoever wrote the lines may be off.
    pub tolerance: Duration,
    /// What completes a time that does not say all.
    pub clock: Clock,
}

/// What a line asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// Who is asked about, and when.
    pub asked: Asked,
    /// What the line did not say of its time.
    pub assumed: Assumed,
}

impl Question {
    /// What to say where it asks about the future.
    pub fn is_too_early(&self, settings: &Settings) -> Option<String> {
        let from = self.asked.period?.from;
        let is_future = from > settings.clock.now.plus(self.asked.tolerance);
        let zone = match self.assumed.zone {
            true => ", in the zone that was assumed: timezone says another",
            false => "",
        };
        is_future.then(|| format!("{from} is in the future{zone}"))
    }

    /// The question as the query of `/api/v1/lookup`, so that it can be asked again by
    /// itself.
    pub fn query(&self) -> String {
        let mut query = String::new();
        let mut add = |name: &str, value: &dyn std::fmt::Display| {
            let separator = if query.is_empty() { "" } else { "&" };
            // Writing to a string cannot go wrong.
            let _ = write!(query, "{separator}{name}={value}");
        };
        let Lookup {
            protocol,
            kind,
            zone,
            nat,
            remote,
            internal,
        } = &self.asked.lookup;
        for (name, pattern) in [("nat", nat), ("remote", remote), ("internal", internal)] {
            if !pattern.is_any() {
                add(name, pattern);
            }
        }
        if let Some(protocol) = protocol {
            add("protocol", protocol);
        }
        if let Some(kind) = kind {
            add("kind", kind);
        }
        if let Some(zone) = zone {
            add("zone", zone);
        }
        if let Some(Period { from, to }) = self.asked.period {
            if from == to {
                add("at", &from);
            } else {
                add("from", &from);
                add("to", &to);
            }
            let milliseconds = self.asked.tolerance.as_millis();
            match milliseconds % 1000 {
                0 => add("tolerance", &format_args!("{}s", milliseconds / 1000)),
                _ => add("tolerance", &format_args!("{milliseconds}ms")),
            }
        }
        query
    }
}

/// The question of a row, of which `value` gives each column's text; the error is for
/// people.
///
/// # Errors
///
/// Where a value is none of its kind, or nobody is asked about.
pub fn of_row<'a>(
    columns: &Columns,
    value: impl Fn(usize) -> Option<&'a str>,
    name: impl Fn(usize) -> String,
    settings: &Settings,
) -> Result<Question, String> {
    let row = Row {
        columns,
        value,
        name,
    };
    let has_internal = row.text(Field::Internal).is_some();
    if columns.of(Field::Nat).is_some() && row.text(Field::Nat).is_none() && !has_internal {
        // What would fit is everybody who had the port, or has talked to the remote.
        return Err(row.fault(Field::Nat, "no endpoint, it is empty"));
    }
    let defaults = &settings.defaults;
    let mut lookup = Lookup {
        nat: row.endpoint(Field::Nat, Field::NatPort)?,
        remote: row.endpoint(Field::Remote, Field::RemotePort)?,
        internal: row.parse(Field::Internal)?.unwrap_or_default(),
        protocol: row.protocol()?.or(defaults.protocol),
        kind: row.parse(Field::Kind)?.or(defaults.kind),
        zone: row.parse(Field::Zone)?.or(defaults.zone),
    };
    if lookup.remote.is_any() {
        lookup.remote = defaults.remote.clone();
    }
    if lookup.nat.is_any() && lookup.internal.is_any() && lookup.remote == defaults.remote {
        return Err("no endpoint to ask about: its column is empty".to_owned());
    }
    let (period, assumed) = row.time(&settings.clock)?;
    let asked = Asked {
        lookup,
        period,
        tolerance: settings.tolerance,
    };
    Ok(Question { asked, assumed })
}

/// A row by its fields.
struct Row<'c, V, N> {
    columns: &'c Columns,
    value: V,
    name: N,
}

impl<'a, V, N> Row<'_, V, N>
where
    V: Fn(usize) -> Option<&'a str>,
    N: Fn(usize) -> String,
{
    /// The text of a field, `None` where there is nothing in it.
    fn text(&self, field: Field) -> Option<&'a str> {
        let text = (self.value)(self.columns.of(field)?)?.trim();
        // What exports write where they have nothing.
        let is_nothing = matches!(text, "" | "-" | "null" | "NULL" | "N/A" | "n/a" | "(empty)");
        (!is_nothing).then_some(text)
    }

    fn fault(&self, field: Field, cause: impl std::fmt::Display) -> String {
        let column = self.columns.of(field).map(&self.name);
        format!("read column {}: {cause}", column.unwrap_or_default())
    }

    fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        field: Field,
    ) -> Result<Option<T>, String> {
        let parsed = self.text(field).map(str::parse).transpose();
        parsed.map_err(|error: T::Err| self.fault(field, error))
    }

    fn protocol(&self) -> Result<Option<model::Protocol>, String> {
        let Some(text) = self.text(Field::Protocol) else {
            return Ok(None);
        };
        let word = text.split(['/', ' ']).next().unwrap_or(text);
        protocol_of(word).map_or_else(
            || match word.parse() {
                Ok(protocol) => Ok(Some(protocol)),
                Err(error) => Err(self.fault(Field::Protocol, error)),
            },
            |protocol| Ok(Some(protocol)),
        )
    }

    /// An endpoint in one column or in two.
    fn endpoint(&self, both: Field, port: Field) -> Result<EndpointPattern, String> {
        let mut pattern: EndpointPattern = self.parse(both)?.unwrap_or_default();
        if let Some(text) = self.text(port) {
            let number: u16 = text
                .parse()
                .map_err(|_| self.fault(port, format!("\"{text}\" is no port from 0 to 65535")))?;
            pattern.ports = Some(number..=number);
        }
        Ok(pattern)
    }

    fn time_column(&self) -> Option<Field> {
        let fields = [Field::At, Field::TimeOfDay, Field::From, Field::To];
        fields
            .into_iter()
            .find(|field| self.columns.of(*field).is_some())
    }

    fn time(&self, clock: &Clock) -> Result<(Option<Period>, Assumed), String> {
        let read = |field: Field, text: &str| {
            let no_time = |cause: &dyn std::fmt::Display| {
                self.fault(field, format!("\"{text}\" is no time{cause}"))
            };
            let written = time::whole(text).ok_or_else(|| no_time(&""))?;
            match written.period(clock) {
                Ok(period) => Ok((period, written.assumes())),
                Err(fault) => Err(no_time(&format_args!(": {fault}"))),
            }
        };
        let (from, to) = match (self.text(Field::At), self.text(Field::TimeOfDay)) {
            (Some(date), Some(time)) => {
                let at = read(Field::At, &format!("{date} {time}"))?;
                (at, at)
            }
            (Some(at), None) => {
                let at = read(Field::At, at)?;
                (at, at)
            }
            (None, _) => match (self.text(Field::From), self.text(Field::To)) {
                // Nobody asks about now in a table of times.
                (None, None) => {
                    return match self.time_column() {
                        Some(field) => Err(self.fault(field, "no time, it is empty")),
                        None => Ok((None, Assumed::default())),
                    };
                }
                (from, to) => {
                    let from = from.map(|text| read(Field::From, text)).transpose()?;
                    let to = to.map(|text| read(Field::To, text)).transpose()?;
                    match (from, to) {
                        (Some(from), Some(to)) => (from, to),
                        (Some(one), None) | (None, Some(one)) => (one, one),
                        (None, None) => return Ok((None, Assumed::default())),
                    }
                }
            },
        };
        if from.0.from > to.0.to {
            return Err(self.fault(Field::To, "it is before the begin"));
        }
        let period = Period {
            from: from.0.from,
            to: to.0.to,
        };
        Ok((Some(period), from.1.or(to.1)))
    }
}

/// The transport of an application protocol that has one only.
pub fn protocol_of(word: &str) -> Option<model::Protocol> {
    const TCP: [&str; 12] = [
        "http", "https", "ssh", "smtp", "smtps", "imap", "imaps", "pop3", "ftp", "telnet", "rdp",
        "tcp6",
    ];
    let is = |list: &[&str]| list.iter().any(|name| name.eq_ignore_ascii_case(word));
    if is(&TCP) {
        Some(model::Protocol::TCP)
    } else if is(&["udp6"]) {
        Some(model::Protocol::UDP)
    } else if is(&["ipv6-icmp", "icmp6"]) {
        Some(model::Protocol::ICMPV6)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fuzzing::settings;
    use super::*;

    fn asked(header: &str, row: &str) -> Result<String, String> {
        let names: Vec<&str> = header.split(',').collect();
        let values: Vec<&str> = row.split(',').collect();
        let columns = Columns::guessed(&names);
        let name = |at: usize| names[at].to_owned();
        let value = |at: usize| values.get(at).copied();
        of_row(&columns, value, name, &settings(None)).map(|question| question.query())
    }

    #[test]
    fn a_row_without_its_endpoint_asks_nothing() {
        let header = "src_ip,src_port,dst_ip,internal_address";
        for row in [",40123,", ",,198.51.100.1", "-,40123,198.51.100.1", ""] {
            let said = asked(header, row);
            assert_eq!(
                said,
                Err("read column src_ip: no endpoint, it is empty".to_owned())
            );
        }
        let said = asked(header, ",,198.51.100.1,10.0.0.1");
        assert_eq!(said.as_deref(), Ok("remote=198.51.100.1&internal=10.0.0.1"));
        // Who has no such column asks the other way round.
        let said = asked("remote_address", "198.51.100.1");
        assert_eq!(said.as_deref(), Ok("remote=198.51.100.1"));
        assert!(asked("remote_address", "").is_err());
    }

    #[test]
    fn times_may_be_in_several_columns() {
        let said = asked("ip,date,time", "203.0.113.7,2026-11-23,22:47:00 UTC");
        let expected = "nat=203.0.113.7&at=2026-11-23T22:47:00.000Z&tolerance=2s";
        assert_eq!(said.as_deref(), Ok(expected));
        let said = asked("ip,start,end", "203.0.113.7,1795474020,1795474080.5");
        let expected = "nat=203.0.113.7&from=2026-11-23T22:47:00.000Z\
                        &to=2026-11-23T22:48:00.500Z&tolerance=2s";
        assert_eq!(said.as_deref(), Ok(expected));
        assert!(asked("ip,start,end", "203.0.113.7,1795474080,1795474020").is_err());
        assert!(asked("ip,time", "203.0.113.7,").is_err());
    }
}
