//! Requests that are not answered, for whose they are: told so, and nothing else.
//!
//! Peers outside the allow list get one answer, within little time and in few places that
//! belong to nobody else, so that a crowd of them takes nothing from who may ask. No refusal
//! says anything of what natconnd knows.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::service::Service;
use hyper::{Request, Response, StatusCode};

use super::body::Body;
use super::counters::{Counters, add};
use super::problem::{problem, to_response};
use super::response::{HTML, TEXT, full};
use super::route::Route;
use super::state::State;
use crate::access::{Caller, Refusal, TooMuch};
use crate::api::Problem;
use crate::config::Roles;

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
        let response = not_let_in(&self.state, route);
        self.state.counters.answered(route, response.status());
        ready(Ok(response))
    }
}

/// Why a request is not answered.
#[derive(Clone, Debug)]
pub(super) enum NotAnswered {
    /// It is nobody's that may ask.
    Nobody(Refusal),
    /// A page of another site makes it.
    CrossSite,
    /// Its caller has none of the roles of which it needs one.
    NoRole(Arc<Caller>, Roles),
    /// Its caller has asked too much.
    TooMuch(TooMuch),
}

/// Counts what is not answered.
pub(super) fn count(counters: &Counters, why: &NotAnswered) {
    let counter = match why {
        NotAnswered::Nobody(Refusal::NotLetIn) => &counters.refused,
        NotAnswered::Nobody(Refusal::UnknownToken | Refusal::UnreadableCredential) => {
            &counters.unidentified
        }
        NotAnswered::Nobody(Refusal::WrongHost) | NotAnswered::CrossSite => &counters.foreign,
        NotAnswered::NoRole(..) => &counters.without_role,
        NotAnswered::TooMuch(_) => &counters.too_many,
    };
    add(counter, 1);
}

/// What it gets that is not answered; counts it.
pub(super) fn refuse(state: &State, route: Route, why: &NotAnswered) -> Response<Body> {
    count(&state.counters, why);
    match why {
        NotAnswered::Nobody(Refusal::NotLetIn) => not_let_in(state, route),
        NotAnswered::Nobody(Refusal::UnknownToken) => {
            let detail = "read Authorization: the token is none that is known here";
            unidentified(route, detail)
        }
        NotAnswered::Nobody(Refusal::UnreadableCredential) => {
            let detail = "read Authorization: expected Bearer with a token, or Basic with it as \
                          the password";
            unidentified(route, detail)
        }
        NotAnswered::Nobody(Refusal::WrongHost) => {
            let detail = "answer: the request asks for a host that this is not; hint: ask by \
                          address, or add the name to http.hosts";
            told(route, &problem(StatusCode::MISDIRECTED_REQUEST, detail))
        }
        NotAnswered::CrossSite => {
            let detail = "answer: a page of another site makes this request";
            told(route, &problem(StatusCode::FORBIDDEN, detail))
        }
        NotAnswered::NoRole(caller, needed) => without_role(route, caller, *needed),
        NotAnswered::TooMuch(too_much) => too_many(route, *too_much),
    }
}

/// What a credential gets that is not known. Each guess costs a connection.
fn unidentified(route: Route, detail: &str) -> Response<Body> {
    let mut response = told(route, &problem(StatusCode::UNAUTHORIZED, detail));
    ask_for_token(&mut response);
    close(&mut response);
    response
}

/// What everybody outside the allow list gets, as pynatconnd gave it. The
/// connection is closed: it holds a place that others may use.
fn not_let_in(state: &State, route: Route) -> Response<Body> {
    if let (Route::Pynatconnd, Some(pynatconnd)) = (route, &state.pynatconnd) {
        pynatconnd.count_refused();
    }
    let mut response = full(StatusCode::FORBIDDEN, HTML, "Forbidden");
    close(&mut response);
    response
}

fn without_role(route: Route, caller: &Caller, needed: Roles) -> Response<Body> {
    let words: Vec<&str> = needed.iter().map(|role| role.name()).collect();
    let one_of = match &*words {
        [only] => format!("the role {only}"),
        several => format!("one of the roles {}", several.join(", ")),
    };
    if caller.may_identify() {
        let detail = format!("answer: this needs {one_of}; show a token");
        let mut response = told(route, &problem(StatusCode::UNAUTHORIZED, detail));
        ask_for_token(&mut response);
        return response;
    }
    let detail = format!("answer: this needs {one_of}, which {} has not", caller.name);
    told(route, &problem(StatusCode::FORBIDDEN, detail))
}

fn too_many(route: Route, too_much: TooMuch) -> Response<Body> {
    let detail = format!("answer: the caller's limit {} is reached", too_much.limit);
    let mut response = told(route, &problem(StatusCode::TOO_MANY_REQUESTS, detail));
    let seconds = too_much.after.as_secs() + u64::from(too_much.after.subsec_nanos() > 0);
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

/// A refusal for programs, or for people where they see it.
fn told(route: Route, problem: &Problem) -> Response<Body> {
    if !route.is_page() {
        return to_response(problem);
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::FORBIDDEN);
    full(status, TEXT, format!("{}\n", problem.detail))
}

/// Asks for a token, browsers too: they have it typed in as a password.
fn ask_for_token(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    let ways = [
        "Bearer realm=\"natconnd\"",
        "Basic realm=\"natconnd: token as password\"",
    ];
    for way in ways {
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(way));
    }
}

fn close(response: &mut Response<Body>) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
}

/// Whether a browser makes the request for a page of another site (Fetch Metadata). Following
/// a link is no such thing: the page that had it does not see the answer.
pub(super) fn is_cross_site(request: &Request<Incoming>) -> bool {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
    let headers = request.headers();
    let Some(site) = headers.get(SITE) else {
        return false;
    };
    let is_foreign = matches!(site.as_bytes(), b"cross-site" | b"same-site");
    let follows_link = headers
        .get(MODE)
        .is_some_and(|mode| mode.as_bytes() == b"navigate")
        && matches!(*request.method(), hyper::Method::GET | hyper::Method::HEAD);
    is_foreign && !follows_link
}
