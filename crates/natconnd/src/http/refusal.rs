//! Peers outside the allow list: they are told so, and get nothing else.
//!
//! Each gets one answer, within little time and in few places that belong to
//! nobody else, so that a crowd of them takes nothing from who may ask.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::service::Service;
use hyper::{Request, Response, StatusCode};

use super::body::Body;
use super::response::{HTML, full};
use super::route::Route;
use super::state::State;

/// The requests of a connection whose peer was refused as it connected. The
/// refusal is counted there, because not every such peer makes a request.
pub(super) struct Refusals {
    state: Arc<State>,
}

impl Refusals {
    pub(super) const fn new(state: Arc<State>) -> Self {
        Self { state }
    }
}

impl Service<Request<Incoming>> for Refusals {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let path = request.uri().path();
        let route = Route::of_path(path, self.state.pynatconnd.is_some());
        ready(Ok(refuse(&self.state, route)))
    }
}

/// What everybody outside the allow list gets, as pynatconnd gave it. The
/// connection is closed: it holds a place that others may use.
pub(super) fn refuse(state: &State, route: Route) -> Response<Body> {
    if let (Route::Pynatconnd, Some(pynatconnd)) = (route, &state.pynatconnd) {
        pynatconnd.count_refused();
    }
    let mut response = full(StatusCode::FORBIDDEN, HTML, "Forbidden");
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    state.counters.answered(route, response.status());
    response
}
