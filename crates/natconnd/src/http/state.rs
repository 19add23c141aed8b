//! What all requests share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{Answer, Lookup, Timestamp};
use tokio::sync::{Semaphore, watch};

use super::counters::Counters;
use super::lookups::Rooms;
use super::pynatconnd::Pynatconnd;
use super::server::{Limits, RenderMetrics, ReportHealth};
use crate::access::Access;
use crate::lookup::{Answers, PastAnswer, PastQuestion};
use crate::recorder::Archive;
use crate::samples::Samples;
use crate::trail::Trail;

/// What all requests share.
pub(super) struct State {
    pub answers: Arc<Answers>,
    pub access: Arc<Access>,
    /// Where lookups are written down; `None` where they are not.
    pub trail: Option<Arc<Trail>>,
    pub counters: Arc<Counters>,
    pub render_metrics: RenderMetrics,
    pub report_health: ReportHealth,
    /// What is kept of the past; `None` where nothing is.
    pub archive: Option<Arc<Archive>>,
    /// How natconnd has fared.
    pub samples: Arc<Samples>,
    /// The gateway's name, for people.
    pub gateway: String,
    /// Permits to verify all files of history: one at a time.
    pub verifications: Semaphore,
    /// Permits to examine the daemon: one at a time, whoever asks.
    pub examinations: Semaphore,
    /// Permits to render the metrics: one at a time, whoever asks.
    pub scrapes: Semaphore,
    pub pynatconnd: Option<Pynatconnd>,
    pub limits: Limits,
    /// The listeners that speak TLS.
    pub over_tls: Vec<Arc<str>>,
    /// Permits to scan the table, so that a crowd of listing clients leaves
    /// processors for the thread that reads events.
    pub scans: Arc<Semaphore>,
    /// Permits to look back at a NAT endpoint, which is quick in most cases.
    pub narrow: Arc<Semaphore>,
    /// Permits to look back at anything else, which may take long, so that quick
    /// questions do not wait for those.
    pub broad: Arc<Semaphore>,
    /// Permits to have the file of an export, for as long as its client reads it: it takes
    /// room on the disk.
    pub export_files: Arc<Semaphore>,
    /// Permits to write an export.
    pub exports: Arc<Semaphore>,
    /// Room for requests with many questions.
    pub bulk: Rooms,
    /// Permits to tell a peer outside the allow list that it is.
    pub refusals: Arc<Semaphore>,
    /// Becomes true, or closes, when the server shall stop.
    pub shutdown: watch::Receiver<bool>,
}

/// How many exports are read by their clients at once.
pub(super) const EXPORT_FILES: usize = 4;

/// How many scans of the table run at once.
pub(super) const SCANS: usize = 2;

/// How many questions about the past about one NAT endpoint are answered at once.
pub(super) const NARROW: usize = 8;

/// How many others.
pub(super) const BROAD: usize = 2;

impl State {
    /// Whether a listener speaks TLS.
    pub(super) fn speaks_tls(&self, listener: &str) -> bool {
        self.over_tls.iter().any(|name| **name == *listener)
    }

    /// Runs something that scans the table, where blocking is allowed.
    ///
    /// `None` where it panicked. Its permit is held until it ends, even where nobody
    /// waits for it any more.
    pub(super) async fn scan<T: Send + 'static>(
        self: &Arc<Self>,
        scan: impl FnOnce(&Answers) -> T + Send + 'static,
    ) -> Option<T> {
        self.look_with(&self.scans, scan).await
    }

    /// Looks back for a question, where blocking is allowed.
    ///
    /// `None` where it panicked. Whoever does not wait for the end gives no room to
    /// others: looking goes on until it has taken its time.
    pub(super) async fn look_back<T: Send + 'static>(
        self: &Arc<Self>,
        question: &Lookup,
        look: impl FnOnce(&Answers) -> T + Send + 'static,
    ) -> Option<T> {
        let permits = match question.nat.endpoint() {
            Some(_) => &self.narrow,
            None => &self.broad,
        };
        self.look_with(permits, look).await
    }

    /// Looks for the answers to many questions, where blocking is allowed.
    ///
    /// `None` where it panicked.
    pub(super) async fn look_for_many<T: Send + 'static>(
        self: &Arc<Self>,
        look: impl FnOnce(&Answers) -> T + Send + 'static,
    ) -> Option<T> {
        self.look_with(&self.broad, look).await
    }

    async fn look_with<T: Send + 'static>(
        &self,
        permits: &Arc<Semaphore>,
        look: impl FnOnce(&Answers) -> T + Send + 'static,
    ) -> Option<T> {
        let answers = Arc::clone(&self.answers);
        with_permit(permits, move || look(&answers)).await
    }
}

/// Does something where blocking is allowed, once there is a permit for it, which is
/// held until it ends: whoever stops waiting makes no room for others.
///
/// `None` where it panicked.
async fn with_permit<T: Send + 'static>(
    permits: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    let work = move || {
        let done = work();
        drop(permit);
        done
    };
    tokio::task::spawn_blocking(work).await.ok()
}

/// How long an answer waits for what happened before the question: far longer
/// than the table is ever behind when the machine can keep up.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// How often it looks before it sleeps: a reader that was woken needs some tens
/// of microseconds.
const EAGER_LOOKS: usize = 32;

impl State {
    /// Answers a lookup, and not before the table holds all that happened before
    /// the question.
    ///
    /// `None` where a scan panicked.
    pub(super) async fn lookup(self: &Arc<Self>, question: Lookup, limit: usize) -> Option<Answer> {
        if self.answers.is_quick(&question) {
            let told = self.answers.lookup(&question, limit);
            if told.is_settled {
                return Some(told.answer);
            }
        }
        self.lookup_later(question, limit).await
    }

    /// The same for a question that cannot be answered at once: events wait to be
    /// applied, or there is no index, and the whole table has to be scanned.
    pub(super) async fn lookup_later(
        self: &Arc<Self>,
        question: Lookup,
        limit: usize,
    ) -> Option<Answer> {
        let has_caught_up = self.catch_up(self.answers.now()).await;
        let mut answer = if self.answers.is_quick(&question) {
            self.answers.lookup(&question, limit).answer
        } else {
            self.scan(move |answers| answers.lookup(&question, limit).answer)
                .await?
        };
        if !has_caught_up {
            answer.coverage = answer.coverage.with(self.answers.lag());
        }
        Some(answer)
    }

    /// Answers a question about the past. One that reaches up to now waits for what
    /// has just happened, as others do.
    ///
    /// `None` where looking back panicked.
    pub(super) async fn past(
        self: &Arc<Self>,
        question: PastQuestion,
        limit: usize,
    ) -> Option<PastAnswer> {
        let has_caught_up = self.catch_up_with(&question).await;
        let lookup = question.lookup.clone();
        let mut past = self
            .look_back(&lookup, move |answers| answers.past(&question, limit))
            .await?;
        if !has_caught_up {
            past.answer.coverage = past.answer.coverage.with(self.answers.lag());
        }
        Some(past)
    }

    /// Waits until the table holds all that a question about the past may be about;
    /// false where that took too long.
    pub(super) async fn catch_up_with(&self, question: &PastQuestion) -> bool {
        let now = self.answers.now();
        let until = question.period.to.plus(question.tolerance);
        // The table is never that far behind without a gap.
        now.since(until) > PATIENCE || self.catch_up(now).await
    }

    /// Waits until the table holds all that had happened at `time`; false where
    /// that took too long.
    pub(super) async fn catch_up(&self, time: Timestamp) -> bool {
        self.catch_up_within(PATIENCE, time).await
    }

    /// The same for those who cannot wait as long; false where that took longer than
    /// `patience`.
    pub(super) async fn catch_up_within(&self, patience: Duration, time: Timestamp) -> bool {
        for _ in 0..EAGER_LOOKS {
            if self.answers.has_caught_up(time) {
                return true;
            }
            tokio::task::yield_now().await;
        }
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(1)).await;
            if self.answers.has_caught_up(time) {
                return true;
            }
        }
        false
    }
}

/// Waits until the server shall stop.
pub(super) async fn stopped(mut shutdown: watch::Receiver<bool>) {
    // A closed channel means that whoever would say so is gone.
    let _ = shutdown.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn work_that_nobody_waits_for_holds_its_permit() {
        let permits = Arc::new(Semaphore::new(1));
        let (begun, has_begun) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let waiting = {
            let permits = Arc::clone(&permits);
            tokio::spawn(async move {
                let work = move || {
                    begun.send(()).unwrap();
                    ended.recv().unwrap();
                };
                with_permit(&permits, work).await
            })
        };
        has_begun.recv().unwrap();
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        assert_eq!(permits.available_permits(), 0);
        end.send(()).unwrap();
        let freed = tokio::time::timeout(Duration::from_secs(5), permits.acquire());
        assert!(freed.await.unwrap().is_ok());
    }
}
