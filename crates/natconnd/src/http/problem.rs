//! Refusals, in the words of the wording guide.

use hyper::header::{ALLOW, HeaderValue};
use hyper::{Response, StatusCode};

use super::body::Body;
use super::response::{PROBLEM, full};
use crate::api::Problem;

/// What was asked for, or why it is refused.
pub(super) type Refused<T> = Result<T, Box<Problem>>;

/// How much of a bad value a problem repeats, in characters.
const FOUND_LENGTH: usize = 200;

/// A problem that no parameter is at fault for.
pub(super) fn problem(status: StatusCode, detail: impl Into<String>) -> Box<Problem> {
    Box::new(Problem {
        kind: "about:blank".to_owned(),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        detail: detail.into(),
        parameter: None,
        found: None,
        expected: None,
    })
}

/// 400: a parameter has a value that it cannot have.
pub(super) fn bad_value(
    parameter: &str,
    found: &str,
    cause: impl std::fmt::Display,
    expected: impl Into<String>,
) -> Box<Problem> {
    let parameter = shortened(parameter);
    let detail = format!("read parameter {parameter}: {cause}");
    Box::new(Problem {
        parameter: Some(parameter),
        found: Some(shortened(found)),
        expected: Some(expected.into()),
        ..*problem(StatusCode::BAD_REQUEST, detail)
    })
}

/// 404: there is nothing under this path.
pub(super) fn unknown_path(path: &str) -> Box<Problem> {
    let detail = match path {
        // The target was a host and a port, as proxies are asked.
        "" => "find what is asked for: the target has no path, see /openapi.json".to_owned(),
        path => format!("find {}: no such path, see /openapi.json", shortened(path)),
    };
    problem(StatusCode::NOT_FOUND, detail)
}

/// 405: the path exists, but cannot be asked with this method.
pub(super) fn wrong_method(
    method: &hyper::Method,
    path: &str,
    allowed: &'static str,
) -> Response<Body> {
    let mut response = to_response(&wrong_method_of(method.as_str(), path, allowed));
    let allowed = HeaderValue::from_static(allowed);
    response.headers_mut().insert(ALLOW, allowed);
    response
}

/// The same as a problem.
pub(super) fn wrong_method_of(method: &str, path: &str, allowed: &str) -> Box<Problem> {
    let (method, path) = (shortened(method), shortened(path));
    let methods = allowed.replace(", ", " and ");
    let detail = format!("answer {method} {path}: the path answers {methods} only");
    problem(StatusCode::METHOD_NOT_ALLOWED, detail)
}

/// The response that carries a problem.
pub(super) fn to_response(problem: &Problem) -> Response<Body> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(problem).expect("a problem is strings and a number");
    full(status, PROBLEM, body)
}

/// The first characters of a text that somebody else wrote.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(FOUND_LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
