//! The audit as faces see it: what was asked and told is written down before the answer
//! goes out, or there is no answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use audit::{Audit, Entry, RecordError};
use parking_lot::Mutex;

use crate::config::OnFailure;

/// How often the log says what the audit's last line is.
const SAY_HEAD_EVERY: Duration = Duration::from_secs(3600);

/// How often the log says that the audit cannot be written, while that is so.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

/// Where lookups are written down.
#[derive(Debug)]
pub struct Trail {
    audit: Audit,
    /// Where its files are.
    folder: PathBuf,
    /// Whether answers go out that could not be written down.
    goes_on: AtomicBool,
    /// Whether what proxies are told is written down.
    with_forward_auth: bool,
    complained: Mutex<Option<Instant>>,
    /// Requests that were not answered because they could not be written down.
    pub refused: AtomicU64,
    /// Requests that were answered although they could not be written down.
    pub unwritten: AtomicU64,
}

/// A request that could not be written down, and is not answered for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("write down who asks: the audit cannot be written, see the log")]
pub struct Unwritten;

impl Trail {
    /// Writes to this audit, whose files are in `folder`. `with_forward_auth` is whether what
    /// proxies are told is written down too.
    pub fn new(
        audit: Audit,
        folder: PathBuf,
        on_failure: OnFailure,
        with_forward_auth: bool,
    ) -> Self {
        Self {
            audit,
            folder,
            goes_on: AtomicBool::new(on_failure == OnFailure::Answer),
            with_forward_auth,
            complained: Mutex::new(None),
            refused: AtomicU64::new(0),
            unwritten: AtomicU64::new(0),
        }
    }

    /// Changes what becomes of requests that cannot be written down.
    pub fn set_on_failure(&self, on_failure: OnFailure) {
        let goes_on = on_failure == OnFailure::Answer;
        self.goes_on.store(goes_on, Ordering::Relaxed);
    }

    /// Whether what proxies are told is written down.
    pub const fn has_forward_auth(&self) -> bool {
        self.with_forward_auth
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The audit itself.
    pub const fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Whether an answer could be written down now, or need not be.
    pub fn may_answer(&self) -> bool {
        self.goes_on.load(Ordering::Relaxed) || self.audit.status().is_writable
    }

    /// Waits until these lines are on the disk.
    ///
    /// # Errors
    ///
    /// They are not, and answers without a line shall not go out.
    pub async fn record(&self, entries: Vec<Entry>) -> Result<(), Unwritten> {
        if entries.is_empty() {
            return Ok(());
        }
        let Err(error) = self.audit.record(entries).await else {
            return Ok(());
        };
        self.complain(&error);
        if self.goes_on.load(Ordering::Relaxed) {
            self.audit.answered_unrecorded();
            self.unwritten.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        self.audit.refused_unrecorded();
        self.refused.fetch_add(1, Ordering::Relaxed);
        Err(Unwritten)
    }

    /// Waits until a line about what is done already is on the disk. Where it is not, the log
    /// says so; no request is refused for it.
    pub async fn record_end(&self, entry: Entry) {
        if let Err(error) = self.audit.record(vec![entry]).await {
            self.complain(&error);
        }
    }

    /// Says in the log what the last line is, which is kept elsewhere with it: from then on
    /// the audit cannot be written anew unseen.
    pub fn log_head(&self) {
        if let Some(head) = self.audit.status().head {
            tracing::info!(%head, "audit");
        }
    }

    /// Says again and again what the last line is, where it is another. Never ends.
    pub async fn log_heads(self: Arc<Self>) {
        let mut last = None;
        loop {
            let head = self.audit.status().head;
            if head != last {
                self.log_head();
                last = head;
            }
            tokio::time::sleep(SAY_HEAD_EVERY).await;
        }
    }

    /// Writes the last line. Nothing is written from then on.
    pub fn close(&self) {
        match self.audit.close() {
            Ok(()) => self.log_head(),
            Err(error) => self.complain(&error),
        }
    }

    fn complain(&self, error: &RecordError) {
        let mut complained = self.complained.lock();
        let now = Instant::now();
        if complained.is_none_or(|last| now.duration_since(last) >= COMPLAIN_EVERY) {
            *complained = Some(now);
            tracing::error!(%error, "the audit cannot be written");
        }
    }
}
