//! Why many lines are refused, in words.

use hyper::StatusCode;

use super::super::problem::{problem, shortened};
use crate::api::Problem;
use crate::bulk::BeginError;

/// 400: no line can be read at all.
pub(super) fn unreadable(error: &BeginError) -> Box<Problem> {
    let (parameter, found, expected) = match error {
        BeginError::NoText(what) => (None, (*what).to_owned(), "UTF-8 text".to_owned()),
        BeginError::Absent(absent) => (
            Some("columns"),
            absent.column.clone(),
            format!("one of {}, or a number from 1", absent.found.join(", ")),
        ),
        BeginError::NoColumns(form) => (
            Some("columns"),
            form.to_string(),
            "no columns, or csv or ndjson".to_owned(),
        ),
        BeginError::NoHeader(found) => (
            Some("columns"),
            found.clone(),
            "a header row, or columns by number: columns=nat_address=1,nat_port=2".to_owned(),
        ),
        BeginError::NoSubject(names) => (
            Some("columns"),
            names.join(", "),
            "columns=nat_address=NAME,nat_port=NAME".to_owned(),
        ),
    };
    Box::new(Problem {
        parameter: parameter.map(str::to_owned),
        found: Some(shortened(&found)),
        expected: Some(shortened(&expected)),
        ..*problem(StatusCode::BAD_REQUEST, shortened(&error.to_string()))
    })
}

/// 413: more than is allowed.
pub(in super::super) fn too_large(found: u64, most: u64) -> Box<Problem> {
    let detail = format!("read the body: it has {found} bytes or more, at most {most} are allowed");
    problem(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

/// 503: as many as may are being answered.
pub(in super::super) fn busy(most: usize) -> Box<Problem> {
    let detail = format!("answer many lookups: {most} such requests are being answered, try again");
    problem(StatusCode::SERVICE_UNAVAILABLE, detail)
}
