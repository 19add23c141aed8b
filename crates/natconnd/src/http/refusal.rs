//! Requests that are not answered, for whose they are: told so, and nothing else.
//!
//! Peers outside the allow list get one answer, within little time and in few places that
//! belong to nobody else, so that a crowd of them takes nothing from who may ask. No refusal
//! says anything of what natconnd knows.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE,
};
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode};

use super::body::Body;
use super::counters::{Counters, add};
use super::pages::{self, sections};
use super::problem::{problem, to_response};
use super::response::{HTML, full};
use super::route::Route;
use super::state::State;
use crate::access::{Caller, Refusal, TooMuch};
use crate::api::Problem;
use crate::config::Roles;
use crate::web;

/// Where a browser says whose page made it ask.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

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
    /// It says no host, several, or different ones.
    UnclearHost,
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
        NotAnswered::Nobody(Refusal::WrongHost)
        | NotAnswered::UnclearHost
        | NotAnswered::CrossSite => &counters.foreign,
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
            unidentified(
                route,
                detail,
                "The token that was shown is none that is known here.",
            )
        }
        NotAnswered::Nobody(Refusal::UnreadableCredential) => {
            let detail = "read Authorization: expected Bearer with a token, or Basic with it as \
                          the password";
            unidentified(route, detail, "What was shown to log in is no token.")
        }
        NotAnswered::Nobody(Refusal::WrongHost) => {
            let detail = "answer: the request asks for a host that this is not; hint: ask by \
                          address, or add the name to http.hosts";
            let status = StatusCode::MISDIRECTED_REQUEST;
            told(route, &problem(status, detail), web::Refusal::wrong_host)
        }
        NotAnswered::UnclearHost => {
            let detail = "read Host: expected one, the same as in the request's target";
            let mut response = unreadable(route, &problem(StatusCode::BAD_REQUEST, detail));
            close(&mut response);
            response
        }
        NotAnswered::CrossSite => {
            let detail = "answer: a page of another site makes this request";
            let status = StatusCode::FORBIDDEN;
            told(route, &problem(status, detail), web::Refusal::cross_site)
        }
        NotAnswered::NoRole(caller, needed) => without_role(route, caller, *needed),
        NotAnswered::TooMuch(too_much) => too_many(route, *too_much),
    }
}

/// What a credential gets that is not known. Each guess costs a connection.
fn unidentified(route: Route, detail: &str, for_people: &str) -> Response<Body> {
    let problem = problem(StatusCode::UNAUTHORIZED, detail);
    let mut response = told(route, &problem, || web::Refusal::unidentified(for_people));
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
        let problem = problem(StatusCode::UNAUTHORIZED, detail);
        let mut response = told(route, &problem, || {
            web::Refusal::without_token(&one_of, sections(caller))
        });
        ask_for_token(&mut response);
        return response;
    }
    let detail = format!("answer: this needs {one_of}, which {} has not", caller.name);
    told(route, &problem(StatusCode::FORBIDDEN, detail), || {
        web::Refusal::without_role(&one_of, &caller.name, sections(caller))
    })
}

fn too_many(route: Route, too_much: TooMuch) -> Response<Body> {
    let detail = format!("answer: the caller's limit {} is reached", too_much.limit);
    let seconds = too_much.after.as_secs() + u64::from(too_much.after.subsec_nanos() > 0);
    let seconds = seconds.max(1);
    let problem = problem(StatusCode::TOO_MANY_REQUESTS, detail);
    let mut response = told(route, &problem, || {
        web::Refusal::too_many(too_much.limit, seconds)
    });
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A refusal for programs, or where people see it the page of one.
pub(super) fn told(
    route: Route,
    problem: &Problem,
    for_people: impl FnOnce() -> web::Refusal,
) -> Response<Body> {
    if !route.is_page() {
        return to_response(problem);
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::FORBIDDEN);
    pages::refusal(status, &for_people())
}

/// The same of a request that cannot be read.
pub(super) fn unreadable(route: Route, problem: &Problem) -> Response<Body> {
    told(route, problem, || {
        web::Refusal::unreadable(&*problem.detail)
    })
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

/// Whether a browser makes the request for a page of another site. Following a link is no
/// such thing: the page that had it does not see the answer.
///
/// Browsers say so to servers that they trust to be who they are, over TLS and on the same
/// machine (Fetch Metadata). To others they say at least where a form comes from.
pub(super) fn is_cross_site(request: &Request<Incoming>) -> bool {
    const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
    let headers = request.headers();
    let is_asking = matches!(*request.method(), Method::GET | Method::HEAD);
    if !headers.contains_key(SITE) {
        return !is_asking && is_of_other_origin(headers);
    }
    let follows_link = headers
        .get(MODE)
        .is_some_and(|mode| mode.as_bytes() == b"navigate")
        && is_asking;
    is_of_other_site(headers) && !follows_link
}

/// Whether a browser says that a page of another site made it ask, be it by a link.
pub(super) fn is_of_other_site(headers: &HeaderMap) -> bool {
    let site = headers.get(SITE).map(HeaderValue::as_bytes);
    matches!(site, Some(b"cross-site" | b"same-site"))
}

/// Whether a form comes from elsewhere than from the host that is asked. Programs say
/// nothing about it.
fn is_of_other_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let origin = origin.as_bytes();
    let authority = [&b"http://"[..], b"https://"]
        .into_iter()
        .find_map(|scheme| origin.strip_prefix(scheme));
    authority.is_none() || authority != headers.get(HOST).map(HeaderValue::as_bytes)
}
