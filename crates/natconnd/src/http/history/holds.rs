//! `/api/v1/history/holds`: records that a case needs beyond their time.
//!
//! To change them takes the role `admin`.

use std::sync::Arc;

use hyper::{Method, Response, StatusCode};
use model::{EndEvidence, Match, TimeSource, Timed, Timestamp};

use super::super::body::Body;
use super::super::lookup;
use super::super::problem::{Refused, bad_value, problem};
use super::super::query::{self, Plus};
use super::super::state::State;
use super::{blocking, json, open};
use crate::api::{Hold, Holds, Problem};

/// The path of all holds; that of one has a slash and its case behind it.
const PATH: &str = "/api/v1/history/holds";

/// The most records that one request can hold.
const MOST: usize = 100_000;

pub(super) async fn list(state: &Arc<State>, query: Option<&str>) -> Refused<Response<Body>> {
    query::read_nothing(query)?;
    let history = open(state.archive.as_deref())?;
    let holds = blocking(move || history.holds()).await?;
    json(&Holds {
        holds: holds.into_iter().map(super::hold).collect(),
    })
}

/// Holds what a lookup matches, or gives up what a case holds.
pub(super) async fn change(
    state: &Arc<State>,
    method: Method,
    path: String,
    query: Option<String>,
) -> Refused<Hold> {
    let case = path
        .strip_prefix(PATH)
        .and_then(|rest| rest.strip_prefix('/'));
    let case = case.and_then(|case| query::decode(case, Plus::IsPlus));
    let Some(case) = case.filter(|case| !case.is_empty()) else {
        return Err(bad_value("case", &path, "no case is named", "a name"));
    };
    let case = case.into_owned();
    if method == Method::DELETE {
        return release(state, case, query.as_deref()).await;
    }
    hold(state, case, query.as_deref()).await
}

async fn hold(state: &Arc<State>, case: String, query: Option<&str>) -> Refused<Hold> {
    let (question, when, _) = lookup::read(query)?;
    if !when.is_given() {
        let cause = "a case is about the past";
        return Err(bad_value("at", "", cause, "at, or from and to"));
    }
    let now = state.answers.now();
    let question = when.question(question, now)?;
    let history = open(state.archive.as_deref())?;
    let Some(past) = state.past(question, MOST).await else {
        let detail = "hold records: the lookup broke off";
        return Err(problem(StatusCode::INTERNAL_SERVER_ERROR, detail));
    };
    if past.answer.is_cut {
        let detail = format!("hold records: more than {MOST} fit, or looking took too long");
        return Err(problem(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let gaps = past.answer.coverage.gaps().to_vec();
    let records: Vec<Match> = past
        .answer
        .matches
        .into_iter()
        .map(|found| as_record(found, now))
        .collect();
    let held = case.clone();
    blocking(move || history.hold(&held, &records, &gaps, now))
        .await?
        .map_err(|error| refused(&error))?;
    told(state, case).await
}

async fn release(state: &Arc<State>, case: String, query: Option<&str>) -> Refused<Hold> {
    query::read_nothing(query)?;
    let history = open(state.archive.as_deref())?;
    let released = case.clone();
    let was_held = blocking(move || history.release(&released))
        .await?
        .map_err(|error| refused(&error))?;
    if !was_held {
        let detail = format!("release case {case}: it holds nothing");
        return Err(problem(StatusCode::NOT_FOUND, detail));
    }
    Ok(nothing(case))
}

/// How much a case holds.
async fn told(state: &Arc<State>, case: String) -> Refused<Hold> {
    let history = open(state.archive.as_deref())?;
    let holds = blocking(move || history.holds()).await?;
    let held = holds.into_iter().find(|hold| hold.case == case);
    Ok(held.map_or_else(|| nothing(case), super::hold))
}

const fn nothing(case: String) -> Hold {
    Hold {
        case,
        records: 0,
        coverage: None,
    }
}

/// What lives is held as a checkpoint: it was there then.
fn as_record(mut found: Match, now: Timestamp) -> Match {
    if found.ended_at.is_none() {
        found.end_evidence = Some(EndEvidence::Checkpoint);
        found.ended_at = Some(Timed {
            at: now,
            source: TimeSource::Received,
        });
    }
    found
}

fn refused(error: &history::FindError) -> Box<Problem> {
    let status = match error {
        history::FindError::CaseName(_) => StatusCode::BAD_REQUEST,
        history::FindError::TooMany { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    problem(status, error.to_string())
}
