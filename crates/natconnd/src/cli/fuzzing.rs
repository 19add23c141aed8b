//! What a fuzzer calls: answers as natconn reads and shows them, and where it
//! is told to ask.

use hyper::Request;
use hyper::header::HOST;
use jiff::tz::{Offset, TimeZone};

use super::daemon::Daemon;
use super::error::printable;
use super::foreign;
use super::output::Look;
use super::rows::Rows;
use super::sse::{Event, Parser};
use super::times::Times;
use super::{coverage, past, status, watch};
use crate::api::{Change, LookupAnswer, Page, Problem, Status};

/// A byte that says how long the pieces are, and a stream.
pub fn sse(bytes: &[u8]) {
    let Some((length, stream)) = bytes.split_first() else {
        return;
    };
    let read = |length: usize| {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for piece in stream.chunks(length) {
            parser
                .feed(piece, &mut events)
                .expect("the stream is shorter than the longest event");
        }
        events
    };
    let events = read(stream.len().max(1));
    assert_eq!(read(usize::from(*length) + 1), events);
    let held: usize = events.iter().map(|event| event.data.len()).sum();
    assert!(held <= stream.len());
    for Event { name, data } in &events {
        assert!(!name.is_empty() && !name.contains(['\n', '\r']));
        assert!(!data.contains(&b'\r'));
        if let Ok(change) = serde_json::from_slice(data) {
            show_change(&change);
        }
    }
}

/// A byte that says what the rest is: JSON of one kind, or some other body.
pub fn answers(bytes: &[u8]) {
    let Some((which, body)) = bytes.split_first() else {
        return;
    };
    let times = times_of(*which);
    match which % 6 {
        0 => {
            if let Ok(answer) = serde_json::from_slice::<LookupAnswer>(body) {
                show_past(&answer, &times);
                check_lines(coverage::lines(&answer.coverage, &times, ""));
            }
        }
        1 => {
            if let Ok(page) = serde_json::from_slice::<Page>(body) {
                show_rows(&page.connections, &times);
                check_lines(coverage::lines(&page.coverage, &times, ""));
            }
        }
        2 => {
            if let Ok(change) = serde_json::from_slice(body) {
                show_change(&change);
            }
        }
        3 => {
            if let Ok(status) = serde_json::from_slice::<Status>(body) {
                let lines = status::lines(&status, &times);
                check_lines(lines.into_iter().map(|(_, text, _)| text));
            }
        }
        4 => drop(serde_json::from_slice::<Problem>(body)),
        _ => check_lines([
            foreign::gist(&String::from_utf8_lossy(body)),
            printable(&String::from_utf8_lossy(body)),
        ]),
    }
}

/// Times as the API writes them, and as it could.
pub fn times(text: &str) {
    for times in [0, 6].map(times_of) {
        for shown in [times.cell(text), times.words(text)] {
            assert!(text.trim().is_empty() || !shown.is_empty());
        }
        let (from, to) = text.split_once(' ').unwrap_or((text, text));
        assert!(times.interval(from, to).contains(" to "));
    }
}

/// URLs of a daemon.
pub fn daemons(url: &str) {
    match Daemon::of_url("--url", url) {
        Ok(daemon) => {
            let request = Request::get(daemon.path("/api/v1/status"))
                .header(HOST, daemon.authority())
                .body(());
            assert!(request.is_ok(), "{daemon:?}");
            let question = daemon.question("/");
            assert!(question.starts_with("http://") || question.starts_with("https://"));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn times_of(number: u8) -> Times {
    if number < 6 {
        Times::Utc
    } else {
        Times::Local(TimeZone::fixed(Offset::constant(
            i8::try_from(number % 25).unwrap_or(0),
        )))
    }
}

fn show_rows(rows: &[crate::api::Row], times: &Times) {
    for is_terminal in [false, true] {
        let look = Look {
            is_terminal,
            has_colours: false,
        };
        for mut table in [Rows::default(), Rows::of_the_past()] {
            let rows = rows.iter().map(|row| (row, None)).collect();
            check_lines(table.lines(rows, None, look, times));
        }
    }
}

fn show_past(answer: &LookupAnswer, times: &Times) {
    let rows: Vec<_> = answer
        .matches
        .iter()
        .map(|found| found.row.clone())
        .collect();
    show_rows(&rows, times);
    check_lines(
        answer
            .matches
            .iter()
            .map(|found| past::asked(answer, found)),
    );
    check_lines(past::period(answer, times));
}

fn show_change(change: &Change) {
    check_lines([watch::line(change, &Times::Utc)]);
}

/// Whoever answers, nothing but text reaches the terminal.
fn check_lines(lines: impl IntoIterator<Item = String>) {
    for line in lines {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

#[cfg(test)]
mod tests {
    use crate::replay::replay;

    #[test]
    fn streams_of_any_bytes() {
        replay("sse", super::sse);
    }

    #[test]
    fn answers_of_any_bytes() {
        replay("answers", super::answers);
    }
}
