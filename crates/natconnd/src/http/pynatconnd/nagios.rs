//! `/nagios`: pynatconnd's counters, from what natconnd knows.

use std::sync::atomic::{AtomicU64, Ordering};

use hyper::StatusCode;
use serde::Serialize;

use super::super::counters::add;
use super::json;
use crate::api;

/// Requests for pynatconnd's URLs; `/nagios` itself does not count.
#[derive(Default)]
pub(super) struct Requests {
    all: AtomicU64,
    successful: AtomicU64,
    unsuccessful: AtomicU64,
    bad: AtomicU64,
    unauthorized: AtomicU64,
}

/// The report; the members in their order.
#[derive(Serialize)]
struct Report {
    /// Entries dropped for their age. natconnd drops none.
    expired_data: u64,
    http_stat: HttpStat,
    number_of_created_items: u64,
    number_of_deleted_items: u64,
    prgm_start_time: f64,
    /// Events read and not applied. natconnd applies them as it reads.
    queue_size: u64,
    shared_data_size: u64,
    threads_stat: ThreadsStat,
}

#[derive(Serialize)]
struct HttpStat {
    bad_requests: u64,
    no_of_requests: u64,
    successful_replies: u64,
    unauthorized_requests: u64,
    unsuccessful_replies: u64,
}

#[derive(Serialize)]
struct ThreadsStat {
    #[serde(rename = "QueueWorker")]
    queue_worker: Worker,
}

#[derive(Serialize)]
struct Worker {
    alive_time: f64,
    is_alive: bool,
}

impl Requests {
    /// Counts a request by its answer.
    pub(super) fn count(&self, status: StatusCode) {
        add(&self.all, 1);
        let counter = match status {
            StatusCode::OK => &self.successful,
            StatusCode::NOT_FOUND => &self.unsuccessful,
            StatusCode::FORBIDDEN => &self.unauthorized,
            _ => &self.bad,
        };
        add(counter, 1);
    }

    /// Writes the report.
    pub(super) fn report(&self, status: &api::Status) -> Vec<u8> {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let started = status.started_at.parse::<jiff::Timestamp>();
        json::pretty(&Report {
            expired_data: 0,
            http_stat: HttpStat {
                bad_requests: read(&self.bad),
                no_of_requests: read(&self.all),
                successful_replies: read(&self.successful),
                unauthorized_requests: read(&self.unauthorized),
                unsuccessful_replies: read(&self.unsuccessful),
            },
            number_of_created_items: status.changes_started,
            number_of_deleted_items: status.changes_ended,
            // Milliseconds are exact in a float until long after 2262.
            prgm_start_time: started.map_or(0.0, |time| time.as_millisecond() as f64 / 1000.0),
            queue_size: 0,
            shared_data_size: status.translations + status.ended,
            threads_stat: ThreadsStat {
                queue_worker: Worker {
                    alive_time: 0.0,
                    // The thread that reads events cannot end; what may be
                    // missing is the table it starts from.
                    is_alive: status.ready,
                },
            },
        })
    }
}
