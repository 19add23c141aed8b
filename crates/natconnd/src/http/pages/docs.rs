//! `/docs` and what is below it: the documents of this version.

use hyper::{Response, StatusCode};

use super::super::body::Body;
use super::super::inquiry::Inquiry;
use super::super::state::State;
use super::{frame_for_all, missing, page};
use crate::web::{Docs, Document, Section};

/// The name of the page that leads to the others.
const INDEX: &str = "index";

pub(super) fn respond(state: &State, inquiry: &Inquiry, path: &str) -> Response<Body> {
    let name = match path.strip_prefix("/docs").unwrap_or_default() {
        "" | "/" => INDEX,
        name => name.trim_start_matches('/'),
    };
    match Document::named(name) {
        Some(document) => {
            let shown = Docs::new(frame_for_all(state, inquiry, Section::Docs), document);
            page(StatusCode::OK, &shown)
        }
        None => missing(state, inquiry, path),
    }
}
