//! `/docs` and what is below it: the documents of this version.

use hyper::{Response, StatusCode};

use super::super::body::Body;
use super::super::state::State;
use super::{frame, missing, page};
use crate::web::{Docs, Document, Section};

/// The name of the page that leads to the others.
const INDEX: &str = "index";

pub(super) fn respond(state: &State, path: &str) -> Response<Body> {
    let name = match path.strip_prefix("/docs").unwrap_or_default() {
        "" | "/" => INDEX,
        name => name.trim_start_matches('/'),
    };
    match Document::named(name) {
        Some(document) => {
            let shown = Docs::new(frame(state, Section::Docs), document);
            page(StatusCode::OK, &shown)
        }
        None => missing(state, path),
    }
}
