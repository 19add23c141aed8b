//! Responses, and the content types they come in.

use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

use super::body::Body;
use super::problem::problem;
use super::room;

/// JSON.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Problem details (RFC 9457).
pub(super) const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");
/// CSV (RFC 4180) with a header row.
pub(super) const CSV: HeaderValue =
    HeaderValue::from_static("text/csv; charset=utf-8; header=present");
/// One JSON object a line.
pub(super) const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");
/// Parquet, as the IANA has it.
pub(super) const PARQUET: HeaderValue = HeaderValue::from_static("application/vnd.apache.parquet");
/// Server-sent events.
pub(super) const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");
/// Plain text.
pub(super) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// A page for people.
pub(super) const PAGE: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
/// A picture.
pub(super) const PNG: HeaderValue = HeaderValue::from_static("image/png");
/// What pynatconnd said of its one-word answers.
pub(super) const HTML: HeaderValue = HeaderValue::from_static("text/html");
/// What Prometheus reads.
pub(super) const METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
/// What Prometheus' own tools read.
pub(super) const PLAIN_METRICS: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// A response with a status, a content type and a body; 503 where there is no room for
/// that body (see `room`).
pub(super) fn response(status: StatusCode, kind: HeaderValue, body: Body) -> Response<Body> {
    let body = match body {
        Body::Full(bytes) => match room::keep(bytes) {
            Some(bytes) => Body::Full(bytes),
            None => return no_room(),
        },
        stream => stream,
    };
    with(status, kind, body)
}

/// A response that there is always room for.
fn no_room() -> Response<Body> {
    let detail = "answer: too many answers wait to be read, try again; hint: ask for fewer rows";
    let problem = problem(StatusCode::SERVICE_UNAVAILABLE, detail);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = with(
        StatusCode::SERVICE_UNAVAILABLE,
        PROBLEM,
        Body::Full(body.into()),
    );
    let soon = HeaderValue::from_static("1");
    response.headers_mut().insert(RETRY_AFTER, soon);
    response
}

fn with(status: StatusCode, kind: HeaderValue, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// A response whose body is known.
pub(super) fn full(
    status: StatusCode,
    kind: HeaderValue,
    body: impl Into<hyper::body::Bytes>,
) -> Response<Body> {
    response(status, kind, Body::Full(body.into()))
}

/// 200 with a body.
pub(super) fn ok(kind: HeaderValue, body: impl Into<hyper::body::Bytes>) -> Response<Body> {
    full(StatusCode::OK, kind, body)
}
