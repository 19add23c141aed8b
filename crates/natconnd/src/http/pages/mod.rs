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
mod report;

use std::sync::Arc;

use askama::Template;
use hyper::body::Incoming;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Request, Response, StatusCode};

use super::body::Body;
use super::problem::shortened;
use super::response::{PAGE, ok, response};
use super::route::Route;
use super::state::State;
use crate::api::Problem;
use crate::web::{self, Asset, Frame, Section, Trouble};

/// Answers a request for a page, or for what a page loads.
pub(super) async fn respond(
    state: Arc<State>,
    route: Route,
    request: Request<Incoming>,
) -> Response<Body> {
    match route {
        Route::DeskPage => desk::respond(&state, request).await,
        Route::PortsPage => {
            let uri = request.uri();
            ports::respond(&state, uri.path(), uri.query()).await
        }
        Route::HostPage => {
            let uri = request.uri();
            host::respond(&state, uri.path(), uri.query()).await
        }
        Route::LivePage => live::respond(&state, request.uri().query()).await,
        Route::HealthPage => health::respond(&state, request.uri().query()).await,
        Route::DocsPage => docs::respond(&state, request.uri().path()),
        Route::Asset => asset(&state, request.uri().path()),
        _ => missing(&state, request.uri().path()),
    }
}

/// What is around a page about this moment.
fn frame(state: &State, here: Section) -> Frame {
    let coverage = state.answers.coverage();
    Frame::new(here, &state.gateway, &coverage, state.answers.now())
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
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    never_sniffed(response)
}

/// The same response, whose content type browsers shall believe.
fn never_sniffed(mut response: Response<Body>) -> Response<Body> {
    let value = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, value);
    response
}

/// The page of a refused request.
fn trouble(state: &State, here: Section, problem: &Problem) -> Response<Body> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let expected = problem.expected.as_ref();
    let page_of_it = Trouble {
        frame: frame(state, here),
        title: "This could not be answered",
        what: problem.detail.clone(),
        hint: expected.map(|expected| format!("Expected {expected}.")),
    };
    page(status, &page_of_it)
}

fn missing(state: &State, path: &str) -> Response<Body> {
    let page_of_it = Trouble {
        frame: frame(state, Section::Desk),
        title: "There is no such page",
        what: format!("Nothing is at {}.", shortened(path)),
        hint: None,
    };
    page(StatusCode::NOT_FOUND, &page_of_it)
}

fn asset(state: &State, path: &str) -> Response<Body> {
    let name = path.strip_prefix("/assets/").unwrap_or_default();
    let Some(asset) = Asset::named(name) else {
        return missing(state, path);
    };
    let mut response = ok(PAGE, asset.content());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type()));
    // Its address changes with its content.
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(CACHE_CONTROL, for_ever);
    never_sniffed(response)
}
