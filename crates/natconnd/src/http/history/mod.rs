//! `/api/v1/history` and what is below it: how much is kept of the past, whether it
//! is whole, and for how long it is kept.

mod gaps;
mod holds;
mod status;
mod verify;

use std::sync::Arc;

use hyper::{Method, Response, StatusCode};
use model::Coverage;
use serde::Serialize;

use super::body::Body;
use super::problem::{Refused, problem, to_response};
use super::query;
use super::response::{JSON, ok};
use super::route::Route;
use super::state::State;
use crate::api::{self, Problem};
use crate::recorder::Archive;

#[cfg(test)]
pub(super) use gaps::PARAMETERS as GAPS_PARAMETERS;

/// Answers one of the paths below `/api/v1/history`, where blocking is allowed: the
/// disk is asked.
pub(super) async fn respond(
    state: Arc<State>,
    route: Route,
    query: Option<String>,
) -> Response<Body> {
    let query = query.as_deref();
    let answered = match route {
        Route::HistoryGaps => gaps::respond(&state, query).await,
        Route::HistoryVerify => verify::respond(&state, query).await,
        Route::HistoryExpired => expired(&state, query).await,
        Route::HistoryHolds => holds::list(&state, query).await,
        _ => status(&state, query).await,
    };
    answered.unwrap_or_else(|problem| to_response(&problem))
}

/// Holds what a lookup matches for the case in `path`, or gives up what it holds.
pub(super) async fn change_holds(
    state: Arc<State>,
    method: Method,
    path: String,
    query: Option<String>,
) -> Response<Body> {
    let changed = holds::change(state, method, path, query).await;
    changed.unwrap_or_else(|problem| to_response(&problem))
}

async fn status(state: &Arc<State>, query: Option<&str>) -> Refused<Response<Body>> {
    query::read_nothing(query)?;
    let archive = state.archive.clone();
    let status = blocking(move || status::of(archive.as_deref())).await?;
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
