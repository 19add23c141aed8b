//! The answer: a status, and headers that a proxy hands on.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

use super::super::body::Body;
use super::super::response::HTML;
use super::super::text;
use super::unreadable::Unreadable;
use crate::lookup::{Behind, Identified};

const ADDRESS: HeaderName = HeaderName::from_static("x-internal-address");
const PORT: HeaderName = HeaderName::from_static("x-internal-port");
const VERDICT: HeaderName = HeaderName::from_static("x-nat-verdict");
const COVERAGE: HeaderName = HeaderName::from_static("x-nat-coverage");
const REASON: HeaderName = HeaderName::from_static("x-nat-reason");

/// The longest address as text, with room to spare.
const ADDRESS_LENGTH: usize = 48;

/// Says who is behind a client.
pub(super) fn identified(told: &Identified, requires_one: bool) -> Response<Body> {
    let mut headers = HeaderMap::with_capacity(4);
    if let Behind::One(address, port) = told.behind {
        let mut written = Vec::with_capacity(ADDRESS_LENGTH);
        text::address(&mut written, address);
        let address = HeaderValue::from_maybe_shared(Bytes::from(written));
        headers.insert(ADDRESS, address.expect("an address is visible ASCII"));
        if let Some(port) = port {
            headers.insert(PORT, port.into());
        }
    }
    headers.insert(VERDICT, HeaderValue::from_static(verdict(told.behind)));
    headers.insert(COVERAGE, HeaderValue::from_static(coverage(told)));
    let is_refused = requires_one && !matches!(told.behind, Behind::One(..));
    response(headers, is_refused)
}

/// The word for who is behind a client.
pub(super) const fn verdict(behind: Behind) -> &'static str {
    match behind {
        Behind::One(..) => "one",
        Behind::Several => "several",
        Behind::Nobody => "none",
        Behind::NotNat => "not-nat",
    }
}

/// The word for whether something may be missing.
pub(super) const fn coverage(told: &Identified) -> &'static str {
    match told.is_complete {
        true => "complete",
        false => "gaps",
    }
}

/// Says that nobody was looked for, and why.
pub(super) fn unreadable(unreadable: &Unreadable, requires_one: bool) -> Response<Body> {
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(VERDICT, HeaderValue::from_static("none"));
    let reason = HeaderValue::try_from(unreadable.to_string());
    headers.insert(REASON, reason.expect("its words are visible ASCII"));
    response(headers, requires_one)
}

/// A refusal has a body, because some proxies hand it on to the client.
fn response(mut headers: HeaderMap, is_refused: bool) -> Response<Body> {
    let (status, body) = if is_refused {
        headers.insert(CONTENT_TYPE, HTML);
        (StatusCode::FORBIDDEN, Bytes::from_static(b"Forbidden"))
    } else {
        (StatusCode::NO_CONTENT, Bytes::new())
    };
    let mut response = Response::new(Body::Full(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
