//! `/api/v1/history/gaps`: times of which something is missing.

use std::sync::Arc;

use hyper::Response;
use model::{Gap, Period, Timestamp};

use super::super::body::Body;
use super::super::problem::{Refused, bad_value};
use super::super::query;
use super::super::state::State;
use super::{blocking, json, open};
use crate::api;

/// The parameters.
pub(in super::super) const PARAMETERS: &[&str] = &["from", "to"];

pub(super) async fn respond(state: &Arc<State>, query: Option<&str>) -> Refused<Response<Body>> {
    let mut period = Period {
        from: Timestamp::MIN,
        to: state.answers.now(),
    };
    query::read(query, PARAMETERS, |name, value| {
        let time = value.parse().map_err(|error: model::TimeError| {
            let cause = error.to_string();
            bad_value(name, value, cause, "a time such as 2026-11-24T13:55:36Z")
        })?;
        match name {
            "from" => period.from = time,
            _ => period.to = time,
        }
        Ok(())
    })?;
    let history = open(state.archive.as_deref())?;
    let gaps = blocking(move || history.gaps(period)).await?;
    json(&api::Gaps {
        gaps: gaps
            .into_iter()
            .map(|gap| {
                // What reaches back for ever is told from 1970 on, or from where it was asked.
                let from = gap.from.max(period.from).max(Timestamp::default());
                let from = if gap.from == Timestamp::MIN {
                    from
                } else {
                    gap.from
                };
                api::Gap::from(&Gap { from, ..gap })
            })
            .collect(),
    })
}
