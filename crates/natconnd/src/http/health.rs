//! `/api/v1/health`: what ails the daemon and the machine.

use std::future::Future;
use std::sync::Arc;

use hyper::{Response, StatusCode};

use super::body::Body;
use super::problem::{problem, to_response};
use super::query;
use super::response::{JSON, ok};
use super::state::State;

/// Examines where blocking is allowed, one request after the other.
pub(super) fn respond(
    state: Arc<State>,
    query: Option<&str>,
) -> impl Future<Output = Response<Body>> + Send + 'static {
    let read = query::read_nothing(query);
    async move {
        match read {
            Ok(()) => examine(state).await,
            Err(problem) => to_response(&problem),
        }
    }
}

async fn examine(state: Arc<State>) -> Response<Body> {
    let examined = async {
        let _permit = state.examinations.acquire().await.ok()?;
        let report = Arc::clone(&state.report_health);
        let health = tokio::task::spawn_blocking(move || report()).await.ok()?;
        serde_json::to_vec(&health).ok()
    };
    match examined.await {
        Some(json) => ok(JSON, json),
        None => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            to_response(&problem(
                status,
                "examine natconnd: the examination broke off",
            ))
        }
    }
}
