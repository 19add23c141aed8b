//! `/desk/report`: one question and all that belongs to its answer, for printing.
//!
//! The question is said as for `/api/v1/lookup`. Beside it may stand the line that it was
//! read from, and what was assumed to read it.

use std::sync::Arc;

use hyper::{Response, StatusCode};

use super::super::audit::Told;
use super::super::body::Body;
use super::super::lookup;
use super::super::permission::role_of;
use super::super::problem::{Refused, bad_value, shortened};
use super::super::query;
use super::super::state::State;
use super::desk::{broke_off, case, look_up};
use super::visit::Visit;
use super::{page, purpose};
use crate::bulk::{Assumed, Question};
use crate::lookup::Asked;
use crate::web::{Report, Section};

/// The longest line that a report shows, in characters.
pub(super) const LONGEST_LINE: usize = 300;

/// What a report takes beyond what a lookup takes.
const OF_REPORT: [&str; 2] = ["assumed", "line"];

/// The parameters.
const PARAMETERS: &[&str] = &{
    let mut all = [OF_REPORT[0]; lookup::PARAMETERS.len() + 2];
    all[1] = OF_REPORT[1];
    let mut at = 0;
    while at < lookup::PARAMETERS.len() {
        all[at + 2] = lookup::PARAMETERS[at];
        at += 1;
    }
    all
};

pub(super) async fn report(
    state: &Arc<State>,
    visit: &Visit,
    query: Option<&str>,
) -> Refused<Response<Body>> {
    let (question, line) = read(state, query)?;
    let asked = &question.asked;
    let role = role_of(&asked.lookup);
    if visit.inquiry.lacks_reason(role) {
        return Ok(purpose::ask(state, visit, role));
    }
    let when = asked.period.map(|period| (period, asked.tolerance));
    visit.inquiry.permit(&asked.lookup, when)?;
    let answered = look_up(state, vec![question.asked.clone()], None).await?;
    let answered = answered.into_iter().next().ok_or_else(broke_off)?;
    let report = Report {
        frame: visit.frame(state, Section::Desk),
        case: case(state, line, &question, &answered),
        health: state.examine().await.ok_or_else(broke_off)?,
        has_history: state.answers.history().is_some(),
    };
    let mut response = page(StatusCode::OK, &report);
    state.note(&mut response, || {
        Told::answer(&question.asked.lookup, &answered.answer)
    });
    Ok(response)
}

/// What is asked, and the line that it comes from.
fn read(state: &State, query: Option<&str>) -> Refused<(Question, String)> {
    let mut assumed = Assumed::default();
    let mut line = String::new();
    let (question, when, _) = lookup::read_with(query, PARAMETERS, |name, value| {
        match name {
            "assumed" => assumed = read_assumed(value)?,
            "line" => line = read_line(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let asked = match when.is_given() {
        false => Asked {
            lookup: question,
            ..Asked::default()
        },
        true => {
            let past = when.question(question, state.answers.now())?;
            Asked {
                lookup: past.lookup,
                period: Some(past.period),
                tolerance: past.tolerance,
            }
        }
    };
    Ok((Question { asked, assumed }, line))
}

fn read_assumed(value: &str) -> Refused<Assumed> {
    let mut assumed = Assumed::default();
    query::list(value, |word| {
        match word {
            "zone" => assumed.zone = true,
            "year" => assumed.year = true,
            _ => {
                let cause = format!("\"{}\" is nothing that is assumed", shortened(word));
                return Err(bad_value("assumed", word, cause, "zone, year or both"));
            }
        }
        Ok(())
    })?;
    Ok(assumed)
}

fn read_line(value: &str) -> Refused<String> {
    let length = value.chars().count();
    if length > LONGEST_LINE {
        let cause = format!("it has {length} characters");
        let expected = format!("at most {LONGEST_LINE} characters");
        return Err(bad_value("line", value, cause, expected));
    }
    Ok(value.to_owned())
}
