//! The pages for people: requests in, pages out.
//!
//! One file for each page reads its request and asks for what it shows; what the page
//! looks like is in [`crate::web`]. All of it works without a script.

mod desk;
mod docs;
mod form;
mod health;
mod host;
mod live;
mod ports;
mod present;
mod purpose;
mod report;
mod visit;

use std::sync::Arc;

use askama::Template;
use hyper::body::Incoming;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Request, Response, StatusCode};

use super::audit::Audited;
use super::body::Body;
use super::inquiry::Inquiry;
use super::problem::shortened;
use super::response::{PAGE, ok, response};
use super::route::Route;
use super::state::State;
use crate::api::Problem;
use crate::config::Role;
use crate::web::{self, Asset, Refusal, Section, Trouble};

use visit::Visit;
pub(super) use visit::sections;

/// Answers a request for a page, or for what a page loads.
pub(super) async fn respond(
    state: Arc<State>,
    route: Route,
    inquiry: Inquiry,
    audited: Option<Audited>,
    request: Request<Incoming>,
) -> Response<Body> {
    let visit = Visit::new(&state, inquiry, audited, &request);
    if route == Route::DeskPage {
        return match request.uri().path() {
            "/desk/purpose" => purpose::respond(&state, &visit, request).await,
            _ => desk::respond(&state, visit, request).await,
        };
    }
    let (path, query) = (request.uri().path(), request.uri().query());
    match route {
        Route::PortsPage => ports::respond(&state, &visit, path, query).await,
        Route::HostPage => host::respond(&state, &visit, path, query).await,
        Route::LivePage => live::respond(&state, &visit, query).await,
        Route::HealthPage => health::respond(&state, &visit, query).await,
        Route::DocsPage => docs::respond(&state, &visit, path),
        Route::Asset => asset(&state, &visit, path),
        _ => missing(&state, &visit, path),
    }
}

/// What a page gets instead that is not shown with this role for want of a reason: a form
/// for one.
pub(super) fn ask_purpose<B>(
    state: &State,
    inquiry: Inquiry,
    request: &Request<B>,
    role: Role,
) -> Response<Body> {
    purpose::ask(state, &Visit::new(state, inquiry, None, request), role)
}

/// The page of a request that is not answered, for whose it is.
pub(super) fn refusal(status: StatusCode, told: &Refusal) -> Response<Body> {
    page(status, told)
}

/// A page.
fn page(status: StatusCode, template: &impl Template) -> Response<Body> {
    match render(template) {
        Ok(html) => page_of(status, html),
        Err(broken) => page_of(StatusCode::INTERNAL_SERVER_ERROR, broken),
    }
}

/// A template with its values, or a page that says what broke: one fails only where a
/// value's own text fails.
fn render(template: &impl Template) -> Result<String, String> {
    template
        .render()
        .map_err(|error| format!("<!doctype html><title>natconnd</title><p>make the page: {error}"))
}

/// A page of this HTML.
fn page_of(status: StatusCode, html: impl Into<Body>) -> Response<Body> {
    let mut response = response(status, PAGE, html.into());
    let headers = response.headers_mut();
    let policy = HeaderValue::from_static(web::POLICY);
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    // Who talked to whom stays in no cache and goes to no other site.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The same site is told, so that a form says where it comes from (`Origin`).
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    never_sniffed(response)
}

/// The same response, whose content type browsers shall believe.
fn never_sniffed(mut response: Response<Body>) -> Response<Body> {
    let value = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, value);
    response
}

/// The page of a refused request.
fn trouble(state: &State, visit: &Visit, here: Section, problem: &Problem) -> Response<Body> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let expected = problem.expected.as_ref();
    let page_of_it = Trouble {
        frame: visit.frame(state, here),
        title: "This could not be answered",
        what: problem.detail.clone(),
        hint: expected.map(|expected| format!("Expected {expected}.")),
    };
    page(status, &page_of_it)
}

fn missing(state: &State, visit: &Visit, path: &str) -> Response<Body> {
    let page_of_it = Trouble {
        frame: visit.frame(state, Section::Desk),
        title: "There is no such page",
        what: format!("Nothing is at {}.", shortened(path)),
        hint: None,
    };
    page(StatusCode::NOT_FOUND, &page_of_it)
}

fn asset(state: &State, visit: &Visit, path: &str) -> Response<Body> {
    let name = path.strip_prefix("/assets/").unwrap_or_default();
    let Some(asset) = Asset::named(name) else {
        return missing(state, visit, path);
    };
    let mut response = ok(PAGE, asset.content());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type()));
    // Its address changes with its content.
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(CACHE_CONTROL, for_ever);
    never_sniffed(response)
}
