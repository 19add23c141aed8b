//! What was asked and told, written down before the answer goes out.

use std::sync::Arc;

use hyper::Response;

use super::body::Body;

/// What of an answer is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Told {
    /// How many connections it names.
    pub matches: u64,
    /// How many hosts fit; `None` where that was not asked.
    pub verdict: Option<&'static str>,
    /// Whether nothing can be missing.
    pub is_complete: bool,
}

/// A request whose answer is written down.
pub(super) struct Audited {}

impl Audited {
    /// Writes the answer down, and gives it back where that was possible.
    pub async fn record(self, response: Response<Body>) -> Response<Body> {
        response
    }
}

/// Notes what a response tells, for the audit.
pub(super) fn note(response: &mut Response<Body>, told: Told) {
    response.extensions_mut().insert(Arc::new(told));
}
