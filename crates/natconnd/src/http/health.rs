//! `/api/v1/health`: what ails the daemon and the machine.

use std::sync::Arc;

use hyper::{Response, StatusCode};

use super::body::Body;
use super::problem::{problem, to_response};
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

pub(super) async fn respond(state: Arc<State>) -> Response<Body> {
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
