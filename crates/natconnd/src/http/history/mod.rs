//! `/api/v1/history` and what is below it: how much is kept of the past, whether it
//! is whole, and for how long it is kept.

mod gaps;
mod holds;
mod status;
mod verify;

use std::sync::Arc;

use audit::Outcome;
use hyper::{Method, Response, StatusCode};
use model::Coverage;
use serde::Serialize;

use super::audit::{Audited, Told};
use super::body::Body;
use super::inquiry::Inquiry;
use super::problem::{Refused, problem, to_response};
use super::query;
use super::response::{JSON, ok};
use super::route::Route;
use super::state::State;
use crate::api::{self, Problem};
use crate::config::Role;
use crate::recorder::Archive;

#[cfg(test)]
pub(super) use gaps::PARAMETERS as GAPS_PARAMETERS;

/// Answers one of the paths below `/api/v1/history`, where blocking is allowed: the
/// disk is asked.
pub(super) async fn respond(
    state: Arc<State>,
    route: Route,
    inquiry: &Inquiry,
    query: Option<String>,
) -> Response<Body> {
    let query = query.as_deref();
    let answered = match route {
        Route::HistoryGaps => gaps::respond(&state, query).await,
        Route::HistoryVerify => verify::respond(&state, query).await,
        Route::HistoryExpired => expired(&state, query).await,
        Route::HistoryHolds => holds::list(&state, query).await,
        _ => {
            let may_see_cases = inquiry.caller.roles.contains(Role::Admin);
            status(&state, query, may_see_cases).await
        }
    };
    answered.unwrap_or_else(|problem| to_response(&problem))
}

/// Holds what a lookup matches for the case in `path`, or gives up what it holds.
///
/// It is written down before anything is changed, and then done to its end whether the client
/// waits for it or not: nobody changes a case unseen.
pub(super) async fn change_holds(
    state: Arc<State>,
    audited: Option<Audited>,
    method: Method,
    path: String,
    query: Option<String>,
) -> Response<Body> {
    if let Some(audited) = &audited
        && let Err(unwritten) = audited.record_begin().await
    {
        return to_response(&unwritten);
    }
    let changing = tokio::spawn(async move {
        let changed = holds::change(&state, method, path, query).await;
        if let Some(audited) = audited {
            let (records, outcome) = match &changed {
                Ok(hold) => (Some(hold.records), Outcome::Ended),
                Err(_) => (None, Outcome::Refused),
            };
            audited.record_outcome(records, outcome).await;
        }
        changed.and_then(|hold| json(&hold))
    });
    let changed = changing.await.unwrap_or_else(|_| {
        let detail = "change what a case holds: it broke off, see the log";
        Err(problem(StatusCode::INTERNAL_SERVER_ERROR, detail))
    });
    let mut response = changed.unwrap_or_else(|problem| to_response(&problem));
    response.extensions_mut().insert(Told::written());
    response
}

async fn status(
    state: &Arc<State>,
    query: Option<&str>,
    may_see_cases: bool,
) -> Refused<Response<Body>> {
    query::read_nothing(query)?;
    let archive = state.archive.clone();
    let mut status = blocking(move || status::of(archive.as_deref())).await?;
    if !may_see_cases {
        status.holds.clear();
    }
    json(&status)
}

/// What would be deleted if it were time to, oldest first.
async fn expired(state: &Arc<State>, query: Option<&str>) -> Refused<Response<Body>> {
    query::read_nothing(query)?;
    let history = open(state.archive.as_deref())?;
    let now = state.answers.now();
    let segments = blocking(move || history.expired(now)).await?;
    json(&api::Expired {
        segments: segments
            .iter()
            .map(|segment| api::Segment {
                file: segment.path.display().to_string(),
                records: segment.records,
                bytes: segment.bytes,
                from: segment.period.from.to_string(),
                to: segment.period.to.to_string(),
            })
            .collect(),
    })
}

/// What there is to say of a case.
fn hold(held: history::Hold) -> api::Hold {
    let coverage = |gaps| api::Coverage::from(&Coverage::of_gaps(gaps));
    api::Hold {
        case: held.case,
        records: held.records,
        coverage: held.gaps.map(coverage),
    }
}

/// The history, or why there is none.
fn open(archive: Option<&Archive>) -> Refused<Arc<history::History>> {
    let Some(archive) = archive else {
        let detail = "read history: none is recorded; hint: set history.folder";
        return Err(problem(StatusCode::NOT_FOUND, detail));
    };
    archive.history().ok_or_else(|| {
        let trouble = archive.status().trouble;
        let cause = trouble.unwrap_or_else(|| "it is not open yet".to_owned());
        problem(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("read history: {cause}"),
        )
    })
}

fn json(value: &impl Serialize) -> Refused<Response<Body>> {
    let json = serde_json::to_vec(value).map_err(|error| {
        let detail = format!("write the answer: {error}");
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })?;
    Ok(ok(JSON, json))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Box<Problem>> {
    tokio::task::spawn_blocking(work).await.map_err(|_| {
        let detail = "read history: the reading broke off";
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })
}
