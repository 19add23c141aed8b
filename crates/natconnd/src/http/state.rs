//! What all requests share.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use super::allow::Allow;
use super::counters::Counters;
use super::pynatconnd::Pynatconnd;
use super::server::{Limits, RenderMetrics};
use crate::lookup::Answers;

/// What all requests share.
pub(super) struct State {
    pub answers: Arc<Answers>,
    pub allow: Arc<Allow>,
    pub counters: Arc<Counters>,
    pub render_metrics: RenderMetrics,
    pub pynatconnd: Option<Pynatconnd>,
    pub limits: Limits,
    /// Permits to scan the table, so that a crowd of listing clients leaves
    /// processors for the thread that reads events.
    pub scans: Semaphore,
    /// Permits to tell a peer outside the allow list that it is.
    pub refusals: Arc<Semaphore>,
    /// Becomes true, or closes, when the server shall stop.
    pub shutdown: watch::Receiver<bool>,
}

/// How many scans of the table run at once.
pub(super) const SCANS: usize = 2;

impl State {
    /// Runs something that scans the table, where blocking is allowed.
    ///
    /// `None` where it panicked.
    pub(super) async fn scan<T: Send + 'static>(
        self: &Arc<Self>,
        scan: impl FnOnce(&Answers) -> T + Send + 'static,
    ) -> Option<T> {
        let permit = self.scans.acquire().await.ok()?;
        let answers = Arc::clone(&self.answers);
        let result = tokio::task::spawn_blocking(move || scan(&answers)).await;
        drop(permit);
        result.ok()
    }
}

/// Waits until the server shall stop.
pub(super) async fn stopped(mut shutdown: watch::Receiver<bool>) {
    // A closed channel means that whoever would say so is gone.
    let _ = shutdown.wait_for(|stop| *stop).await;
}
