//! `/live`: connections as they are.
//!
//! What is typed is read as `/api/v1/connections` reads it, so that a page and the list
//! for programs never differ. Where `follow` is given, a script goes on from there with
//! `/api/v1/events`.

use std::sync::Arc;

use hyper::{Response, StatusCode};

use super::super::audit::Told;
use super::super::body::Body;
use super::super::connections::{self, Listing};
use super::super::problem::{Refused, bad_value, problem};
use super::super::state::State;
use super::desk::in_words;
use super::visit::Visit;
use super::{form, page, trouble};
use crate::lookup::Page;
use crate::web::{Live, LiveForm, Row, Section, gap_in_words};

/// How many rows a page may have.
const LIMITS: [usize; 3] = [50, 100, 200];

pub(super) async fn respond(
    state: &Arc<State>,
    visit: &Visit,
    query: Option<&str>,
) -> Response<Body> {
    let fields = match form::fields(query.unwrap_or_default()) {
        Ok(fields) => fields,
        Err(problem) => return trouble(state, visit, Section::Live, &problem),
    };
    let form = LiveForm::of_fields(fields);
    let mut shown = Live {
        frame: visit.frame(state, Section::Live),
        refused: None,
        rows: Vec::new(),
        total: 0,
        live: 0,
        next: None,
        gaps: Vec::new(),
        form,
    };
    let listing = match read(&shown.form) {
        Ok(listing) => listing,
        Err(problem) => {
            shown.refused = Some(in_words(&problem));
            return page(StatusCode::BAD_REQUEST, &shown);
        }
    };
    let order = listing.order;
    let limit = listing.limit.unwrap_or(LIMITS[0]);
    let scanned = state.scan(move |answers| {
        let after = listing.after.as_ref();
        let page = answers.list(&listing.wanted, order, after, limit);
        (page, answers.live())
    });
    let Some((list, live)) = scanned.await else {
        let detail = "list the connections: the scan of the table broke off";
        let broken = problem(StatusCode::INTERNAL_SERVER_ERROR, detail);
        return trouble(state, visit, Section::Live, &broken);
    };
    let Page { matches, total, .. } = &list;
    shown.next = connections::next_cursor(order, &list);
    shown.rows = matches.iter().map(Row::new).collect();
    shown.total = *total;
    shown.live = live;
    shown.gaps = list.coverage.gaps().iter().map(gap_in_words).collect();
    let mut response = page(StatusCode::OK, &shown);
    state.note(&mut response, || {
        Told::rows(list.matches.len(), &list.coverage)
    });
    response
}

fn read(form: &LiveForm) -> Refused<Listing> {
    let listing = connections::read(&form.query())?;
    match listing.limit {
        Some(limit) if !LIMITS.contains(&limit) => {
            let cause = format!("a page does not have {limit} rows");
            Err(bad_value("limit", &form.limit, cause, "50, 100 or 200"))
        }
        _ => Ok(listing),
    }
}
