//! Abuse mails: what they ask stands on several lines, and in several ways.
//!
//! A report has fields (`Source IP:`, `Port:`, `Timestamp:`), as ARF (RFC 5965, RFC 6692),
//! X-ARF in JSON, also in one line, or YAML, ACNS in XML and people write them, or lines of a log, or both.
//! `fields` reads the first, the module `text` the second. What stands in the header of the
//! mail itself is about the mail; only fields that name a source are taken from it.

mod encoding;
mod fields;

use model::{EndpointPattern, Lookup, Period};

use super::question::{Question, Settings};
use super::text;
use super::time::{self, Assumed, Clock};
use crate::lookup::Asked;
use encoding::{Decoder, Encoding};
use fields::{Record, Records, Slot};

/// The most questions of one mail.
const MAX_QUESTIONS: usize = 4096;

/// A mail that is read line by line. Keeps what it asks, and not its text.
#[derive(Debug, Default)]
pub struct Mail {
    part: Part,
    decoder: Decoder,
    records: Records,
    logged: Vec<Question>,
    /// The first endpoint in a line that is neither.
    mentioned: Option<Question>,
    has_mail_fields: bool,
    is_begun: bool,
}

/// Which part of a mail the next line is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Part {
    /// The header of the mail, or of a part of it.
    #[default]
    Header,
    Body,
}

impl Mail {
    /// Whether no line of it has been read.
    pub const fn is_empty(&self) -> bool {
        !self.is_begun
    }

    /// Whether a line is the begin of the next mail in a file of several (mbox).
    pub fn is_next(line: &str) -> bool {
        let Some(rest) = line.strip_prefix("From ") else {
            return false;
        };
        let date = rest
            .trim_start()
            .split_once(' ')
            .map(|(_, date)| date.trim());
        date.is_some_and(|date| time::find(date).is_some())
    }

    /// Reads a line.
    pub fn line(&mut self, line: &str, settings: &Settings) {
        self.is_begun = true;
        match self.part {
            Part::Header if line.trim().is_empty() => self.part = Part::Body,
            Part::Header => self.header(line),
            Part::Body if is_boundary(line) => {
                if let Some(line) = self.decoder.finish() {
                    self.body(&line, settings);
                }
                self.decoder = Decoder::default();
                self.part = Part::Header;
            }
            Part::Body => {
                for line in self.decoder.lines(line) {
                    self.body(&line, settings);
                }
            }
        }
    }

    fn header(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else {
            return;
        };
        let name = name.trim().to_ascii_lowercase();
        match &*name {
            "content-transfer-encoding" => {
                self.decoder = Decoder::new(Encoding::of_name(value.trim()));
            }
            "from" | "to" | "subject" | "received" | "message-id" | "mime-version"
            | "return-path" | "delivered-to" => self.has_mail_fields = true,
            _ => {
                let slot = fields::slot_of(&name);
                let is_of_mail = slot == Some(Slot::Time) && self.has_mail_fields;
                if let Some(slot) = slot.filter(|_| !is_of_mail) {
                    self.records.set(slot, value);
                }
            }
        }
    }

    fn body(&mut self, line: &str, settings: &Settings) {
        // What it answers to.
        let line = line
            .trim_start_matches(['>', ' ', '\t', '|', '*', '•', '\u{a0}'])
            .trim();
        let mut has_fields = false;
        for member in fields::members(line) {
            has_fields |= self.field(member);
        }
        if has_fields || self.field(line) {
            return;
        }
        let Ok(question) = text::question(line, settings) else {
            return;
        };
        let has_port = question.asked.lookup.nat.ports.is_some();
        if question.asked.period.is_some() && self.logged.len() < MAX_QUESTIONS {
            self.logged.push(question);
        } else if self.mentioned.is_none() || has_port {
            self.mentioned.get_or_insert(question);
        }
    }

    /// Takes the field that a line is; whether it is one.
    fn field(&mut self, line: &str) -> bool {
        fields::field(line).is_some_and(|(slot, value)| self.records.set(slot, &value))
    }

    /// What the mail asks, in its order; the error is for people. Begins anew.
    pub fn finish(&mut self, settings: &Settings) -> Vec<Result<Question, String>> {
        if let Some(line) = self.decoder.finish() {
            self.body(&line, settings);
        }
        let mail = std::mem::take(self);
        let records = mail.records.finish(MAX_QUESTIONS);
        let mut read: Vec<Result<Question, String>> = Vec::new();
        let mut known: Vec<EndpointPattern> = Vec::new();
        for record in &records {
            let question = of_record(record, settings);
            if let Ok(question) = &question {
                known.push(question.asked.lookup.nat.clone());
            }
            read.push(question);
        }
        // Other addresses in the text are of the report, and not of its subject; and who
        // knows the port need not ask without.
        let is_about = |question: &&Question| {
            let nat = &question.asked.lookup.nat;
            let mut same = known
                .iter()
                .filter(|it| it.address() == nat.address())
                .peekable();
            known.is_empty()
                || same.peek().is_some()
                    && (nat.ports.is_some() || same.all(|it| it.ports.is_none()))
        };
        let logged: Vec<Question> = mail.logged.iter().filter(is_about).cloned().collect();
        if logged.iter().any(|it| it.asked.lookup.nat.ports.is_some()) {
            // A line of the log says more than a field without a port.
            read.retain(|it| {
                it.as_ref()
                    .is_ok_and(|it| it.asked.lookup.nat.ports.is_some())
            });
        } else if !logged.is_empty() {
            read.retain(Result::is_ok);
        }
        for question in logged {
            let is_said = |it: &Result<Question, String>| {
                it.as_ref().is_ok_and(|it| it.asked == question.asked)
            };
            if !read.iter().any(is_said) {
                read.push(Ok(question));
            }
        }
        if read.is_empty() {
            read.push(Err(match mail.mentioned {
                Some(question) => no_time(&question.asked.lookup.nat),
                None => "no NAT endpoint in the mail".to_owned(),
            }));
        }
        read
    }
}

fn no_time(nat: &EndpointPattern) -> String {
    format!("no time in the mail at which {nat} is asked about")
}

/// The line between two parts of a mail.
fn is_boundary(line: &str) -> bool {
    line.len() > 12
        && line.starts_with("--")
        && !line.contains(' ')
        && line.contains(|letter: char| letter.is_ascii_alphanumeric())
}

fn of_record(record: &Record, settings: &Settings) -> Result<Question, String> {
    let address = record.of(Slot::Source).unwrap_or_default();
    let mut nat: EndpointPattern =
        fields::endpoint(address).ok_or_else(|| format!("\"{}\" is no address", address.trim()))?;
    let defaults = &settings.defaults;
    let port = |slot| {
        record
            .of(slot)
            .and_then(fields::port)
            .map(|port| port..=port)
    };
    nat.ports = nat.ports.or_else(|| port(Slot::SourcePort));
    // X-ARF 0.2 does not say whose port its `Port` is, and most write the attacked one.
    if nat.ports.is_none() && record.of(Slot::Service).is_none() {
        nat.ports = port(Slot::Port);
    }
    let remote = EndpointPattern {
        ports: port(Slot::DestinationPort),
        ..record
            .of(Slot::Destination)
            .and_then(fields::endpoint)
            .unwrap_or_default()
    };
    let is_far =
        remote.address().is_some_and(|it| !text::is_internal(it)) || remote.ports.is_some();
    let clock = clock_of(record, &settings.clock)?;
    let (period, assumed) = match record.of(Slot::Time) {
        Some(text) => time_of(text, &clock)?,
        None => return Err(no_time(&nat)),
    };
    Ok(Question {
        asked: Asked {
            lookup: Lookup {
                nat,
                remote: if is_far {
                    remote
                } else {
                    defaults.remote.clone()
                },
                protocol: record
                    .of(Slot::Protocol)
                    .and_then(fields::protocol)
                    .or(defaults.protocol),
                ..defaults.clone()
            },
            period: Some(period),
            tolerance: settings.tolerance,
        },
        assumed: Assumed {
            zone: assumed.zone && record.of(Slot::TimeZone).is_none(),
            ..assumed
        },
    })
}

/// The clock of a report that says its zone in a field of its own; the error is for people.
fn clock_of(record: &Record, clock: &Clock) -> Result<Clock, String> {
    let Some(name) = record.of(Slot::TimeZone) else {
        return Ok(clock.clone());
    };
    // A zone reads as the end of a time.
    let zone = match time::whole(&format!("2026-01-01 00:00:00 {}", name.trim())) {
        Some(time::Written::Civil { offset, .. }) => {
            offset.and_then(|it| jiff::tz::Offset::from_seconds(it).ok())
        }
        _ => None,
    };
    let named = || jiff::tz::TimeZone::get(name.trim()).ok();
    let zone = zone.map(jiff::tz::TimeZone::fixed).or_else(named);
    let zone = zone.ok_or_else(|| format!("the zone {} is not known", name.trim()))?;
    Ok(Clock {
        zone,
        ..clock.clone()
    })
}

fn time_of(text: &str, clock: &Clock) -> Result<(Period, Assumed), String> {
    let written = time::whole(text).or_else(|| time::find(text));
    let written = written.ok_or_else(|| format!("\"{text}\" is no time"))?;
    match written.period(clock) {
        Ok(period) => Ok((period, written.assumes())),
        Err(fault) => Err(format!("\"{text}\" is no time: {fault}")),
    }
}
