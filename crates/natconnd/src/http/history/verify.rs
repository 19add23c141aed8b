//! `/api/v1/history/verify`: reads every file, and says of each whether it is whole.

use std::sync::Arc;

use hyper::{Response, StatusCode};

use super::super::body::{Body, Chunk, chunks};
use super::super::problem::Refused;
use super::super::query;
use super::super::response::{NDJSON, response};
use super::super::state::State;
use super::open;
use crate::api::VerifiedFile;

/// One line for each file, as soon as it is read.
pub(super) async fn respond(state: &Arc<State>, query: Option<&str>) -> Refused<Response<Body>> {
    query::read_nothing(query)?;
    let history = open(state.archive.as_deref())?;
    let now = state.answers.now();
    let (sender, body) = chunks();
    let state = Arc::clone(state);
    tokio::spawn(async move {
        // One at a time: it reads all there is. The semaphore is never closed.
        let _permit = state.verifications.acquire().await.ok();
        // A client that went away, or a panic: the body that lacks its end says so.
        let _ = tokio::task::spawn_blocking(move || {
            history.verify(now, |verified| {
                let line = VerifiedFile {
                    file: verified.path.display().to_string(),
                    fault: verified.fault,
                };
                if let Ok(mut line) = serde_json::to_vec(&line) {
                    line.push(b'\n');
                    let _ = sender.blocking_send(Chunk::Bytes(line));
                }
            });
            let _ = sender.blocking_send(Chunk::End);
        })
        .await;
    });
    Ok(response(StatusCode::OK, NDJSON, body))
}
