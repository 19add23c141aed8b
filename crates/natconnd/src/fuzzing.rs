//! What a fuzzer calls, of all parts of natconnd.
//!
//! Compiled for tests, which replay the inputs that are kept in `fuzz/`, and for
//! the fuzzer. A target takes any bytes and panics where a promise is broken.
//! Each part has its own, beside what they try; here is what takes two parts:
//! the kernel's bytes on their way into the table.

use std::path::Path;
use std::time::Duration;

use clap::Parser;
use ctnetlink::{DecodeCounters, Messages, decode_event};
use model::{EndpointPattern, Event, Filter, Lookup, Match, Status, Timestamp, TranslationKind};
use table::{Position, Table};

pub use crate::bulk::fuzzing::lines;
pub use crate::cli::fuzzing::{answers, sse};
pub use crate::config::fuzzing::{configobj, toml};
pub use crate::http::fuzzing::{clients, cursors, queries, urls};
pub use crate::ident::fuzzing::questions as ident;

use crate::cli::fuzzing::{daemons, times};
use crate::config::fuzzing::amounts;
use crate::config::{self, Config, Overrides};
use crate::daemon_args::DaemonArguments;

const KEEP: Duration = Duration::from_secs(10);

/// Datagrams of the event socket, one after the other, into the table.
pub fn stream(bytes: &[u8]) {
    let mut table = Table::new(KEEP, Filter::default());
    let mut event = Event::default();
    let mut now = Timestamp(1_800_000_000_000_000_000);
    let (mut started, mut ended_alive) = (0_u64, 0_u64);
    for message in Messages(bytes).flatten() {
        let mut counters = DecodeCounters::default();
        if decode_event(&message, &mut event, &mut counters).is_err() || is_odd(&event) {
            continue;
        }
        now = now.plus(Duration::from_millis(1));
        table.apply(&event, now, |change| {
            let found = change.found.to_match();
            match change.kind {
                model::ChangeKind::Started => started += 1,
                model::ChangeKind::Ended if was_known(&found) => ended_alive += 1,
                model::ChangeKind::Ended => {}
            }
            check(&event, &found);
        });
        table.expire(now, 64);
    }
    let rows = rows(&table);
    let live = rows.iter().filter(|row| row.ended_at.is_none()).count() as u64;
    assert_eq!(table.live(), live);
    assert_eq!(table.ended(), rows.len() as u64 - live);
    assert!(table.live_connections() <= live);
    assert!(started >= live && ended_alive <= started);
    for row in &rows {
        assert!(finds(&table, row), "{row:?}");
    }
    while table.expire(now.plus(KEEP), 64) {}
    assert_eq!(table.ended(), 0);
    assert_eq!(table.live(), live);
}

/// A byte that says what the text behind it is: a single value of one kind.
pub fn values(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else {
        return;
    };
    let Ok(text) = str::from_utf8(rest) else {
        return;
    };
    match which % 3 {
        0 => amounts(text),
        1 => {
            times(text);
            if let Some(bytes) = rest.first_chunk() {
                check_time(i64::from_be_bytes(*bytes));
            }
        }
        _ => daemons(text),
    }
}

/// Every time is written so that others can read it, to the millisecond.
fn check_time(time: i64) {
    let written = Timestamp(time).to_string();
    let read: jiff::Timestamp = written.parse().expect("it is RFC 3339");
    let milliseconds = i128::from(time.div_euclid(1_000_000));
    assert_eq!(read.as_nanosecond(), milliseconds * 1_000_000);
}

/// What is typed after `natconnd`, one argument on each line.
pub fn arguments(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let typed = ["natconnd"].into_iter().chain(text.split('\n'));
    match DaemonArguments::try_parse_from(typed) {
        Ok(arguments) => {
            let mut config = Config::default();
            config.apply(&Overrides {
                log_level: arguments.log_level,
                ip: arguments.ip,
                port: arguments.port,
            });
            let written = config::render_toml(&config, false);
            let read = config::parse(&written, Path::new("natconnd.toml"));
            assert_eq!(read.map(|it| it.config).ok(), Some(config), "{written}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Whether the status says something else than the tuples, which no kernel does.
fn is_odd(event: &Event) -> bool {
    let connection = &event.connection;
    let (original, reply) = (&connection.original, &connection.reply);
    let is_source = original.source != reply.destination;
    // The id of ICMP is part of the source only.
    let is_destination = if original.protocol.is_icmp() {
        original.destination.address != reply.source.address
    } else {
        original.destination != reply.source
    };
    let says = |kind: TranslationKind| connection.status.contains(kind.status());
    original.protocol != reply.protocol
        || says(TranslationKind::Source) && !is_source
        || says(TranslationKind::Destination) && !is_destination
}

/// Whether an end is that of a translation that had been seen alive, or may be.
fn was_known(found: &Match) -> bool {
    found
        .started_at
        .is_some_and(|time| time.source != model::TimeSource::Kernel)
}

/// What is told is what came.
fn check(event: &Event, found: &Match) {
    let connection = &event.connection;
    if found
        .ended_at
        .is_some_and(|end| end.source == model::TimeSource::Estimated)
    {
        // The end of another one, whose place this one has taken.
        return;
    }
    assert_ne!(connection.status.0 & Status::TRANSLATED.0, 0);
    assert!(connection.translations().any(|it| it == found.translation));
    assert_eq!(found.protocol, connection.original.protocol);
    assert_eq!(found.zone, connection.zone);
    assert_eq!(found.original_destination, connection.original.destination);
}

fn rows(table: &Table) -> Vec<Match> {
    let mut rows = Vec::new();
    let mut position = Some(Position::default());
    while let Some(from) = position {
        position = table.scan(from, 16, |found| rows.push(found.to_match()));
    }
    rows
}

/// Whether a row is found by each of its endpoints, and by all.
fn finds(table: &Table, row: &Match) -> bool {
    let t = &row.translation;
    let one = EndpointPattern::exactly;
    let any = EndpointPattern::default;
    [
        (one(t.nat), any(), any()),
        (any(), one(t.remote), any()),
        (any(), any(), one(t.internal)),
        (one(t.nat), one(t.remote), one(t.internal)),
    ]
    .into_iter()
    .all(|(nat, remote, internal)| {
        let question = Lookup {
            nat,
            remote,
            internal,
            ..Lookup::default()
        };
        let mut is_found = false;
        let is_all = table.find(&question, 10_000, |found| {
            is_found |= found.to_match() == *row;
        });
        is_all && is_found
    })
}

#[cfg(test)]
mod tests {
    use crate::replay::replay;

    #[test]
    fn streams_of_any_bytes() {
        replay("stream", super::stream);
    }

    #[test]
    fn values_of_any_text() {
        replay("values", super::values);
    }

    #[test]
    fn arguments_of_any_text() {
        replay("arguments", super::arguments);
    }
}
