//! `/health`: what ails natconnd, and how it has fared in the last hour or day.

use std::sync::Arc;

use hyper::{Response, StatusCode};

use super::super::body::Body;
use super::super::problem::{Refused, bad_value, problem};
use super::super::query;
use super::super::state::State;
use super::visit::Visit;
use super::{page, trouble};
use crate::samples::Span;
use crate::web::{HealthPage, Section};

/// The parameters.
const PARAMETERS: &[&str] = &["span"];

pub(super) async fn respond(
    state: &Arc<State>,
    visit: &Visit,
    query: Option<&str>,
) -> Response<Body> {
    let response = health(state, visit, query).await;
    response.unwrap_or_else(|problem| trouble(state, visit, Section::Health, &problem))
}

async fn health(state: &Arc<State>, visit: &Visit, query: Option<&str>) -> Refused<Response<Body>> {
    let span = span(query)?;
    let frame = visit.frame(state, Section::Health);
    let broke_off = |_| {
        let detail = "examine natconnd: the examination broke off";
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    };
    let health = state.examine().await.ok_or(()).map_err(broke_off)?;
    let period = HealthPage::period(&frame, span);
    let answers = Arc::clone(&state.answers);
    let gaps = tokio::task::spawn_blocking(move || answers.gaps(period)).await;
    let gaps = gaps.map_err(|_| broke_off(()))?;
    let samples = state.samples.of(span);
    let shown = HealthPage::new(frame, health, span, &samples, &gaps);
    Ok(page(StatusCode::OK, &shown))
}

fn span(query: Option<&str>) -> Refused<Span> {
    let mut span = Span::Hour;
    query::read(query, PARAMETERS, |name, value| {
        let named = Span::ALL.into_iter().find(|span| span.name() == value);
        span = named.ok_or_else(|| bad_value(name, value, "no such span", "hour or day"))?;
        Ok(())
    })?;
    Ok(span)
}
