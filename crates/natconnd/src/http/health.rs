//! `/api/v1/health`: what ails the daemon and the machine.

use std::sync::Arc;

use hyper::{Response, StatusCode};

use super::body::Body;
use super::problem::{problem, to_response};
use super::response::{JSON, ok};
use super::state::State;

/// Examines where blocking is allowed, one request after the other.
pub(super) async fn respond(state: Arc<State>) -> Response<Body> {
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
