//! `natconn status`: how natconnd is doing.

use super::Outcome;
use super::client::Client;
use super::coverage;
use super::definition::StatusArguments;
use super::error::{Error, printable};
use super::output::{Output, Paint};
use super::query::Query;
use super::times::Times;
use crate::api::Status;

pub(super) async fn run(
    client: &Client,
    arguments: &StatusArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = Query::new("/api/v1/status");
    let json = client.json(&query).await?;
    let status: Status = client.parse(&query, &json)?;
    let is_recorded = status.recording.unwrap_or(true);
    let is_well = status.ready && status.coverage.complete && is_recorded;
    if arguments.json {
        output.bytes(&json)?;
        output.line("")?;
    } else {
        let look = output.look();
        for (name, text, paint) in lines(&status, output.times()) {
            let text = paint.map_or_else(|| text.clone(), |paint| look.paint(paint, &text));
            output.line(&format!("{name:WIDTH$}  {text}"))?;
        }
    }
    Ok(if is_well {
        Outcome::Match
    } else {
        Outcome::NoMatch
    })
}

/// The width of the names: that of `kernel timestamps`.
const WIDTH: usize = 17;

pub(super) type Line = (&'static str, String, Option<Paint>);

pub(super) fn lines(status: &Status, times: &Times) -> Vec<Line> {
    let good = |is_good| {
        Some(if is_good {
            Paint::Good
        } else {
            Paint::Doubtful
        })
    };
    let ready = if status.ready {
        "yes"
    } else {
        "no, the kernel's table is still being read"
    };
    let lost = match status.lost {
        0 => "never".to_owned(),
        1 => "once, events were dropped".to_owned(),
        times => format!("{times} times, events were dropped"),
    };
    let timestamps = if status.kernel_timestamps {
        "yes"
    } else {
        "no, times are those of receipt (sysctl net.netfilter.nf_conntrack_timestamp)"
    };
    let mut lines: Vec<Line> = vec![
        ("version", printable(&status.version), None),
        ("running since", times.words(&status.started_at), None),
        ("ready", ready.to_owned(), good(status.ready)),
        (
            "state",
            state(&status.state),
            good(status.state == "following"),
        ),
        ("live connections", status.connections.to_string(), None),
        ("live translations", status.translations.to_string(), None),
        ("just ended", status.ended.to_string(), None),
        ("events read", status.events.to_string(), None),
        ("events lost", lost, good(status.lost == 0)),
        ("receive buffer", mebibytes(status.receive_buffer), None),
        ("kernel timestamps", timestamps.to_owned(), None),
    ];
    match (status.recording, &status.recording_trouble) {
        (None, _) => lines.push(("history", "not kept".to_owned(), None)),
        (Some(true), _) => lines.push(("history", "recorded".to_owned(), good(true))),
        (Some(false), trouble) => {
            let trouble = trouble.as_deref().unwrap_or("it is not open yet");
            let told = format!("NOT recorded: {}", printable(trouble));
            lines.push(("history", told, Some(Paint::Bad)));
        }
    }
    let gaps = coverage::lines(&status.coverage, times, "");
    if gaps.is_empty() {
        lines.push(("coverage", "complete".to_owned(), good(true)));
    }
    for (index, gap) in gaps.into_iter().enumerate() {
        let name = if index == 0 { "coverage" } else { "" };
        lines.push((name, gap, good(false)));
    }
    lines
}

/// A state and what it means.
fn state(name: &str) -> String {
    let meaning = match name {
        "starting" => "the kernel's table is being read",
        "following" => "every event is seen",
        "resyncing" => "events were lost, the kernel's table is being read again",
        "overloaded" => "events are lost faster than the kernel's table can be read again",
        "events-off" => "the kernel is told to send no events",
        "silent" => "connections come and go and no events tell of it",
        // A word of a newer daemon speaks for itself.
        _ => return printable(name),
    };
    format!("{name}: {meaning}")
}

/// Bytes as MiB with two digits: a receive buffer can be as small as 0.2 MiB.
#[allow(clippy::cast_precision_loss, reason = "two digits are shown")]
fn mebibytes(bytes: u64) -> String {
    format!("{:.2} MiB", bytes as f64 / f64::from(1 << 20))
}
