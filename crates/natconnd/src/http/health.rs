//! `/api/v1/health`: what ails the daemon and the machine.

use std::future::Future;
use std::sync::Arc;

use hyper::{Response, StatusCode};

use super::body::Body;
use super::problem::{problem, to_response};
use super::query;
use super::response::{JSON, ok};
use super::state::State;
use crate::api::Health;

impl State {
    /// Examines where blocking is allowed, one request after the other.
    ///
    /// `None` where it panicked.
    pub(super) async fn examine(&self) -> Option<Health> {
        let _permit = self.examinations.acquire().await.ok()?;
        let report = Arc::clone(&self.report_health);
        tokio::task::spawn_blocking(move || report()).await.ok()
    }
}

/// Examines natconnd, and writes what was found.
pub(super) fn respond(
    state: Arc<State>,
    query: Option<&str>,
) -> impl Future<Output = Response<Body>> + Send + 'static {
    let read = query::read_nothing(query);
    async move {
        match read {
            Ok(()) => report(&state).await,
            Err(problem) => to_response(&problem),
        }
    }
}

async fn report(state: &State) -> Response<Body> {
    let health = state.examine().await;
    match health.and_then(|health| serde_json::to_vec(&health).ok()) {
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
