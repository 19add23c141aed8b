//! `natconn watch`: changes as they happen, one a line.

use std::time::Duration;

use serde::Deserialize;

use super::Outcome;
use super::client::{Answer, Client, unreadable};
use super::coverage;
use super::definition::WatchArguments;
use super::error::{AskError, Error, printable};
use super::output::{Output, Paint};
use super::query::Query;
use super::rows::{endpoint, remote, time};
use super::sse::{Event, Parser};
use super::times::Times;
use crate::api::{Change, Gap};

/// natconnd says at least every 15 s that it is still there.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many changes natconnd had to leave out, as its `missed` event says.
#[derive(Deserialize)]
struct Missed {
    missed: u64,
}

pub(super) async fn run(
    client: &Client,
    arguments: &WatchArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = Query::new("/api/v1/events").with_filter(&arguments.filter);
    let mut answer = client.stream(&query, "text/event-stream").await?;
    let mut parser = Parser::default();
    let mut missed = 0;
    if !arguments.json {
        let heading = heading(output.times());
        output.line(&output.look().paint(Paint::Heading, &heading))?;
    }
    // From its first poll on, Ctrl-C is an ending like any other.
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        output.flush().map_err(Error::Write)?;
        let bytes = tokio::select! {
            interrupted = &mut interrupted => {
                interrupted.map_err(Error::Start)?;
                if missed > 0 {
                    output.remark(&format!("{missed} changes were missed in all"));
                }
                return Ok(Outcome::Match);
            }
            bytes = answer.next(PATIENCE) => bytes?,
        };
        let Some(bytes) = bytes else {
            return Err(answer.fault(AskError::Ended));
        };
        let mut events = Vec::new();
        let fed = parser.feed(&bytes, &mut events);
        for event in events {
            missed += write(&event, arguments, &answer, output)?;
        }
        fed.map_err(|error| answer.fault(unreadable(&bytes, error)))?;
    }
}

/// Writes an event and returns how many changes it says were missed.
fn write(
    event: &Event,
    arguments: &WatchArguments,
    answer: &Answer,
    output: &mut Output,
) -> Result<u64, Error> {
    let fault = |error| answer.fault(unreadable(&event.data, error));
    if arguments.json {
        output.bytes(&event.data)?;
        output.line("")?;
    }
    match &*event.name {
        "missed" => {
            let missed: Missed = serde_json::from_slice(&event.data).map_err(fault)?;
            let missed = missed.missed;
            output.flush().map_err(Error::Write)?;
            output.remark(&format!(
                "{missed} changes were missed: they came faster than they were read"
            ));
            Ok(missed)
        }
        "gap" => {
            let gap: Gap = serde_json::from_slice(&event.data).map_err(fault)?;
            output.flush().map_err(Error::Write)?;
            output.remark(&coverage::words(&gap, output.times()));
            Ok(0)
        }
        "started" | "ended" => {
            if !arguments.json {
                let change: Change = serde_json::from_slice(&event.data).map_err(fault)?;
                let paint = match &*change.change {
                    "started" => Paint::Good,
                    _ => Paint::Faint,
                };
                let line = line(&change, output.times());
                output.line(&output.look().paint(paint, &line))?;
            }
            Ok(0)
        }
        // Whatever else natconnd may come to say is for other readers.
        _ => Ok(0),
    }
}

/// Changes come one by one, so the columns are as wide as IPv4 needs.
fn columns(cells: [&str; 7]) -> String {
    let [at, change, protocol, kind, internal, nat, remote] = cells;
    format!("{at:24}  {change:7}  {protocol:8}  {kind:11}  {internal:21}  {nat:21}  {remote}")
}

fn heading(times: &Times) -> String {
    let at = times.heading("AT");
    columns([
        &at, "CHANGE", "PROTOCOL", "KIND", "INTERNAL", "NAT", "REMOTE",
    ])
}

pub(super) fn line(change: &Change, times: &Times) -> String {
    let row = &change.row;
    let (at, source) = match &*change.change {
        "ended" => (&row.ended_at, &row.ended_at_source),
        _ => (&row.started_at, &row.started_at_source),
    };
    columns([
        &time(at.as_deref(), source.as_deref(), "unknown", times),
        &printable(&change.change),
        &printable(&row.protocol),
        &printable(&row.kind),
        &endpoint(row.internal_address, row.internal_port),
        &endpoint(row.nat_address, row.nat_port),
        &remote(row),
    ])
}
