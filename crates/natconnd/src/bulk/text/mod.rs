//! Lines of logs: which address in them is the NAT endpoint, which the remote one,
//! and what time is meant.
//!
//! No format is known as a whole. What counts is what stands beside an address, as it
//! does in the logs of web servers, mail servers, sshd, firewalls and name servers:
//! a port, a word such as `from`, `SRC=` or `client:`, and whether it stands in
//! quotes. `mention` finds the addresses, `label` reads the words.

mod label;
mod mention;

use std::net::IpAddr;

use model::{Endpoint, EndpointPattern, Lookup, Protocol};

use super::question::{Question, Settings};
use super::time;
use crate::lookup::Asked;
use label::Label;
use mention::Mention;

pub use mention::is_internal;

/// The question of a line that stands for itself, `None` where it is about nobody, as a
/// greeting is; the error is for people.
///
/// A line without a time is about now where it is nothing but an endpoint. What tells a
/// story is about the past, and the host of now would be somebody else.
///
/// # Errors
///
/// Where no address in the line can be a NAT endpoint, and where a story has no time.
pub fn of_line(line: &str, settings: &Settings) -> Option<Result<Question, String>> {
    let mentions = mention::all(line);
    if mentions.is_empty() && !is_about_something(line) {
        return None;
    }
    let question = question(line, settings);
    let is_untimely = question.as_ref().is_ok_and(|it| it.asked.period.is_none());
    if is_untimely && let Some(word) = label::first_of_story(&without(line, &mentions)) {
        return Some(Err(format!(
            "no time in the line; only an endpoint by itself is about now, and \"{word}\" stands beside it"
        )));
    }
    Some(question)
}

/// Whether a line without an address says a time, or has what may be an address with a
/// mistake in it.
fn is_about_something(line: &str) -> bool {
    let mut runs = line.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let is_dotted = |run: &str| {
        let parts = run.split('.').filter(|part| !part.is_empty());
        parts.count() > 3
    };
    runs.any(is_dotted) || says_time(line)
}

/// Whether a line says a time, or a part of one.
pub fn says_time(line: &str) -> bool {
    time::find(line).is_some() || time::part_of_time(line).is_some()
}

/// A line without its addresses and their ports.
fn without(line: &str, mentions: &[Mention]) -> String {
    let mut rest = String::new();
    let mut at = 0;
    for mention in mentions {
        rest.push_str(line.get(at..mention.start).unwrap_or_default());
        rest.push(' ');
        at = at.max(mention.end);
    }
    rest + line.get(at..).unwrap_or_default()
}

/// The question of a line; the error is for people.
///
/// # Errors
///
/// Where no address in the line can be a NAT endpoint.
pub fn question(line: &str, settings: &Settings) -> Result<Question, String> {
    let mentions = mention::all(line);
    let nat = nat_of(&mentions, settings).ok_or_else(|| nobody(&mentions, settings))?;
    let remote = remote_of(line, &mentions, nat);
    let ports = label::ports(line);
    let pattern = |mention: &Mention, port: Option<u16>| EndpointPattern {
        addresses: Some(mention.address.into()),
        ports: mention.port.or(port).map(|port| port..=port),
    };
    let defaults = &settings.defaults;
    let mut lookup = Lookup {
        nat: pattern(nat, ports.source),
        protocol: label::protocol(line).or(defaults.protocol),
        ..defaults.clone()
    };
    match remote {
        Some(remote) => lookup.remote = pattern(remote, ports.destination),
        None if lookup.remote.is_any() => {
            let port = label::virtual_host_port(line);
            lookup.remote.ports = port.map(|port| port..=port);
        }
        None => {}
    }
    let written = time::find(line);
    let period = written.map(|written| written.period(&settings.clock));
    let period = period.transpose().map_err(|fault| fault.to_string())?;
    if period.is_none()
        && let Some(part) = time::part_of_time(line)
    {
        return Err(format!(
            "\"{part}\" is half a time: date and time of day must both be there"
        ));
    }
    let assumed = written.map(time::Written::assumes).unwrap_or_default();
    Ok(Question {
        asked: Asked {
            lookup,
            period,
            tolerance: settings.tolerance,
        },
        assumed,
    })
}

/// The mention that is the NAT endpoint: of the gateway's NAT addresses where they
/// are told, else one that is said to be a source, else the first that is neither
/// internal nor said to be a destination. What stands in quotes comes last: it is
/// what a client has sent.
fn nat_of<'a>(mentions: &'a [Mention], settings: &Settings) -> Option<&'a Mention> {
    let may_be = |mention: &&Mention| {
        if settings.nat.is_any() {
            !is_internal(mention.address)
        } else {
            // Whatever its port: a text may not have it.
            settings
                .nat
                .0
                .iter()
                .any(|known| is_within(known, mention.address))
        }
    };
    let rank = |mention: &&Mention| {
        let by_label = match mention.label {
            Label::Source => 0,
            Label::None => 1,
            Label::Header => 2,
            Label::Destination => 3,
        };
        // A NAT address is one whatever the words say.
        (mention.is_quoted, by_label)
    };
    let found = mentions.iter().filter(may_be).min_by_key(rank)?;
    let is_told = !settings.nat.is_any();
    // The machine that logs, and the far end, are no answer for want of another.
    let is_far = matches!(found.label, Label::Destination | Label::Header);
    (is_told || !is_far).then_some(found)
}

fn is_within(known: &EndpointPattern, address: IpAddr) -> bool {
    let any_port = EndpointPattern {
        ports: None,
        ..known.clone()
    };
    any_port.matches(&Endpoint::new(address, 0))
}

/// The mention that is the far end: one that is said to be the destination, else
/// one with a port that stands right behind a NAT endpoint with one.
///
/// A server that knows itself by an internal address is behind a NAT of its own;
/// what the gateway saw is another address.
fn remote_of<'a>(line: &str, mentions: &'a [Mention], nat: &Mention) -> Option<&'a Mention> {
    let may_be = |mention: &&Mention| {
        !mention.is_quoted
            && mention.start != nat.start
            && mention.address != nat.address
            && mention.address.is_ipv4() == nat.address.is_ipv4()
            && (is_internal(nat.address) || !is_internal(mention.address))
    };
    let mut others = mentions.iter().filter(may_be);
    let said = others.clone().find(|it| it.label == Label::Destination);
    said.or_else(|| {
        let next = others.find(|it| it.start > nat.start)?;
        let between = line.get(nat.end..next.start)?;
        let is_beside = between
            .chars()
            .all(|letter| letter.is_whitespace() || "[-".contains(letter));
        let have_ports = nat.port.is_some() && next.port.is_some();
        (is_beside && have_ports && next.label == Label::None).then_some(next)
    })
}

/// Why a line asks nothing.
fn nobody(mentions: &[Mention], settings: &Settings) -> String {
    let Some(first) = mentions.first() else {
        return "no address in the line".to_owned();
    };
    if !settings.nat.is_any() {
        let count = mentions.len() - 1;
        let more = match count {
            0 => String::new(),
            count => format!(" (nor are {count} more)"),
        };
        return format!("{} is none of the NAT addresses{more}", first.address);
    }
    match mentions.iter().find(|it| !is_internal(it.address)) {
        Some(other) => format!(
            "no NAT endpoint in the line: {} is said to be the destination or the machine that logs",
            other.address
        ),
        None => format!(
            "no NAT endpoint in the line: {} is internal, unless nat says that it is a NAT address",
            first.address
        ),
    }
}

/// Whether a protocol is HTTP over TCP or over UDP, by the version in a request line.
fn of_http(version: &str) -> Protocol {
    if version.starts_with('3') {
        Protocol::UDP
    } else {
        Protocol::TCP
    }
}

#[cfg(test)]
mod tests {
    use super::super::fuzzing::settings;
    use super::*;

    fn said(line: &str) -> Option<Result<String, String>> {
        of_line(line, &settings(None)).map(|it| it.map(|question| question.query()))
    }

    #[test]
    fn only_an_endpoint_by_itself_is_about_now() {
        for line in [
            "203.0.113.7:40123",
            "client 203.0.113.7:40123",
            "203.0.113.7,40123",
            "203.0.113.7 port 40123 tcp",
            "SRC=203.0.113.7 DST=198.51.100.1 PROTO=TCP SPT=40123 DPT=443",
            "source ip: 203.0.113.7, source port: 40123, protocol: UDP",
            "203.0.113.7:40123 -> 198.51.100.1:443",
        ] {
            assert!(
                matches!(said(line), Some(Ok(_))),
                "{line}: {:?}",
                said(line)
            );
        }
        for line in [
            "203.0.113.7 port 40300 attacked our server last Friday night",
            "203.0.113.7:40123 gestern",
            "203.0.113.7:40123 yesterday",
            "Failed password for root from 203.0.113.7 port 40123 ssh2",
            "203.0.113.7 - - \"GET / HTTP/1.1\" 200",
        ] {
            let error = said(line).unwrap().unwrap_err();
            assert!(
                error.starts_with("no time in the line; only"),
                "{line}: {error}"
            );
        }
    }

    #[test]
    fn a_line_about_nobody_asks_nothing() {
        for line in [
            "Dear Sir or Madam,",
            "Best regards",
            "No. 17 of 23.5",
            "-- ",
        ] {
            assert_eq!(said(line), None, "{line}");
        }
        for line in [
            "it was 2026-11-23 20:15:00 UTC",
            "at 20:15",
            "203.0.113.777:40123",
        ] {
            assert!(matches!(said(line), Some(Err(_))), "{line}");
        }
    }
}
