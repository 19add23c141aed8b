//! `/metrics`: what monitoring reads.

use std::sync::Arc;

use hyper::{Response, StatusCode};

use super::body::Body;
use super::problem::{problem, to_response};
use super::response::{METRICS, ok};
use super::state::State;

/// Renders where blocking is allowed, because the kernel is asked and files are read;
/// one request after the other.
pub(super) async fn respond(state: Arc<State>) -> Response<Body> {
    let rendered = async {
        let _permit = state.scrapes.acquire().await.ok()?;
        let render = Arc::clone(&state.render_metrics);
        tokio::task::spawn_blocking(move || render()).await.ok()
    };
    match rendered.await {
        Some(text) => ok(METRICS, text),
        None => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            to_response(&problem(status, "render the metrics: it broke off"))
        }
    }
}
