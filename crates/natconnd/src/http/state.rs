//! What all requests share.

use std::sync::Arc;
use std::time::Duration;

use model::{Answer, Lookup};
use tokio::sync::{Semaphore, watch};

use super::allow::Allow;
use super::counters::Counters;
use super::pynatconnd::Pynatconnd;
use super::server::{Limits, RenderMetrics, ReportHealth};
use crate::lookup::Answers;

/// What all requests share.
pub(super) struct State {
    pub answers: Arc<Answers>,
    pub allow: Arc<Allow>,
    pub counters: Arc<Counters>,
    pub render_metrics: RenderMetrics,
    pub report_health: ReportHealth,
    /// Permits to examine the daemon: one at a time, whoever asks.
    pub examinations: Semaphore,
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

/// How often, and how far apart, an answer that is not settled is asked for
/// again: longer than the table is ever behind when the machine can keep up.
const RETRIES: usize = 20;
const BETWEEN: Duration = Duration::from_millis(1);

impl State {
    /// Answers a lookup, in a scan where there is no index, and again some
    /// milliseconds later where nobody was found and events were still waiting.
    ///
    /// `None` where the scan panicked.
    pub(super) async fn lookup(self: &Arc<Self>, question: Lookup, limit: usize) -> Option<Answer> {
        let question = Arc::new(question);
        let mut retries = RETRIES;
        loop {
            let answer = if self.answers.is_quick(&question) {
                self.answers.lookup(&question, limit)
            } else {
                let question = Arc::clone(&question);
                self.scan(move |answers| answers.lookup(&question, limit))
                    .await?
            };
            if retries == 0 || self.answers.is_settled(&answer) {
                return Some(answer);
            }
            while retries > 0 && !self.answers.is_settled(&answer) {
                retries -= 1;
                tokio::time::sleep(BETWEEN).await;
            }
            // What had been told when it was asked is applied: the next answer
            // is the last.
            retries = 0;
        }
    }
}

/// Waits until the server shall stop.
pub(super) async fn stopped(mut shutdown: watch::Receiver<bool>) {
    // A closed channel means that whoever would say so is gone.
    let _ = shutdown.wait_for(|stop| *stop).await;
}
