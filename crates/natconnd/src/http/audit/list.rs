//! `/api/v1/audit`: who asked what, newest first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use audit::{Line, ReadError, Wanted};
use hyper::{Response, StatusCode};

use super::super::body::Body;
use super::super::filter::parse;
use super::super::problem::{Refused, bad_value, problem};
use super::super::query;
use super::super::response::{JSON, ok};
use super::super::state::State;
use super::super::when::TIME;
use super::{Told, open};
use crate::api::{AuditLine, AuditPage, Problem};

/// The parameters.
pub(in super::super) const PARAMETERS: &[&str] = &[
    "from", "to", "caller", "case", "contains", "limit", "cursor",
];

/// How long lines are looked for.
const EFFORT: Duration = Duration::from_secs(5);

/// How many places without a readable line are told.
const DAMAGED: usize = 10;

/// Which lines are asked for.
#[derive(Debug)]
pub(in super::super) struct Asked {
    wanted: Wanted,
    after: Option<u64>,
    limit: usize,
}

pub(in super::super) async fn respond(
    state: &Arc<State>,
    query: Option<&str>,
) -> Refused<Response<Body>> {
    let asked = read(query)?;
    let trail = open(state)?;
    let listed = tokio::task::spawn_blocking(move || list(trail.folder(), asked));
    let page = listed.await.map_err(|_| broke_off())??;
    let json = serde_json::to_vec(&page).map_err(|error| {
        let detail = format!("write the answer: {error}");
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })?;
    let mut response = ok(JSON, json);
    state.note(&mut response, || Told {
        matches: Some(page.lines.len() as u64),
        ..Told::default()
    });
    Ok(response)
}

pub(in super::super) fn read(query: Option<&str>) -> Refused<Asked> {
    let mut asked = Asked {
        wanted: Wanted::default(),
        after: None,
        limit: query::DEFAULT_LIMIT,
    };
    query::read(query, PARAMETERS, |name, value| {
        match name {
            "from" => asked.wanted.from = Some(parse(name, value, TIME)?),
            "to" => asked.wanted.to = Some(parse(name, value, TIME)?),
            "caller" => asked.wanted.caller = Some(value.to_owned()),
            "case" => asked.wanted.case = Some(value.to_owned()),
            "contains" => asked.wanted.contains = Some(value.to_owned()),
            "limit" => asked.limit = query::limit(value)?,
            _ => {
                let after = value.parse().map_err(|_| {
                    let cause = "it is no cursor of the audit";
                    bad_value(name, value, cause, "the next_cursor of a page, unchanged")
                })?;
                asked.after = Some(after);
            }
        }
        Ok(())
    })?;
    Ok(asked)
}

fn list(folder: &std::path::Path, asked: Asked) -> Refused<AuditPage> {
    let lines = audit::read(folder, asked.wanted, asked.after).map_err(|error| refused(&error))?;
    let mut page = AuditPage {
        lines: Vec::new(),
        next_cursor: None,
        damaged: Vec::new(),
    };
    let deadline = Instant::now() + EFFORT;
    for line in lines.until(deadline) {
        match line {
            Ok(line) => page.lines.push(as_told(&line)),
            Err(ReadError::TookTooLong { sequence }) => {
                page.next_cursor = Some(sequence.to_string());
                return Ok(page);
            }
            // Whoever damages some lines hides no others.
            Err(error @ ReadError::Damaged { .. }) if page.damaged.len() < DAMAGED => {
                page.damaged.push(error.to_string());
            }
            Err(ReadError::Damaged { .. }) if Instant::now() < deadline => {}
            Err(ReadError::Damaged { .. }) => return Ok(page),
            Err(error) => return Err(refused(&error)),
        }
        if page.lines.len() == asked.limit {
            page.next_cursor = page.lines.last().map(|last| last.sequence.to_string());
            return Ok(page);
        }
    }
    Ok(page)
}

fn refused(error: &impl std::fmt::Display) -> Box<Problem> {
    problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

fn as_told(line: &Line) -> AuditLine {
    let told = AuditLine {
        sequence: line.sequence,
        time: line.time.to_string(),
        kind: line.kind.name().to_owned(),
        hash: line.hash.to_string(),
        ..AuditLine::default()
    };
    let Some(entry) = line.entry() else {
        return told;
    };
    AuditLine {
        outcome: Some(entry.outcome.name().to_owned()),
        request: Some(entry.request),
        caller: entry.caller,
        credential: entry.credential,
        peer: entry.from,
        listener: entry.listener,
        role: entry.role,
        question: entry.question,
        case: entry.case,
        reason: entry.reason,
        matches: entry.matches,
        verdict: entry.verdict,
        coverage: entry.coverage,
        note: entry.note,
        ..told
    }
}

fn broke_off() -> Box<Problem> {
    let detail = "read the audit: the reading broke off, see the log";
    problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
}
