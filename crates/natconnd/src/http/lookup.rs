//! `/api/v1/lookup`: which internal host is behind this NAT endpoint, or was?

use std::sync::Arc;
use std::time::Instant;

use hyper::{Response, StatusCode};
use model::{Answer, EndpointPattern, Lookup};

use super::audit::Told;
use super::body::Body;
use super::filter::{self, parse};
use super::inquiry::Inquiry;
use super::json;
use super::problem::{Refused, bad_value, problem, to_response};
use super::query::{self, DEFAULT_LIMIT};
use super::response::{JSON, ok};
use super::state::State;
use super::when::When;
use crate::api::Problem;
use crate::lookup::{PastAnswer, PastQuestion};

/// The parameters.
pub(super) const PARAMETERS: &[&str] = &[
    "nat",
    "remote",
    "internal",
    "protocol",
    "kind",
    "zone",
    "limit",
    "at",
    "from",
    "to",
    "tolerance",
];

/// What of an answer does not grow with its matches, in bytes.
const FRAME: usize = 160;

/// A question that cannot be answered at once.
pub(super) enum Later {
    /// About this moment.
    Now(Lookup),
    /// About the past.
    Then(PastQuestion),
}

/// Answers now what an index answers; `Err` gives the question back, with its
/// limit, where the whole table has to be looked at, events are still waiting
/// to be applied, or it is about the past.
pub(super) fn respond(
    state: &State,
    inquiry: &Inquiry,
    query: Option<&str>,
) -> Refused<Result<Response<Body>, (Later, usize)>> {
    let (question, when, limit) = read(query)?;
    if when.is_given() {
        let question = when.question(question, state.answers.now())?;
        inquiry.permit(
            &question.lookup,
            Some((question.period, question.tolerance)),
        )?;
        return Ok(Err((Later::Then(question), limit)));
    }
    inquiry.permit(&question, None)?;
    if !state.answers.is_quick(&question) {
        return Ok(Err((Later::Now(question), limit)));
    }
    let began = Instant::now();
    let told = state.answers.lookup(&question, limit);
    if !told.is_settled {
        return Ok(Err((Later::Now(question), limit)));
    }
    state
        .counters
        .looked_up(told.answer.verdict, began.elapsed());
    Ok(Ok(render(state, &question, &told.answer)))
}

/// Answers a question that cannot be answered at once.
pub(super) async fn respond_later(
    state: Arc<State>,
    (question, limit): (Later, usize),
) -> Response<Body> {
    let began = Instant::now();
    let answered = match question {
        Later::Now(question) => {
            let asked = question.clone();
            let answer = state.lookup_later(question, limit).await;
            answer.map(|answer| {
                state.counters.looked_up(answer.verdict, began.elapsed());
                render(&state, &asked, &answer)
            })
        }
        Later::Then(question) => {
            let asked = question.lookup.clone();
            let answer = state.past(question, limit).await;
            answer.map(|past| {
                let verdict = past.answer.verdict;
                state.counters.looked_back(verdict, began.elapsed());
                render_past(&state, &asked, &past)
            })
        }
    };
    answered.unwrap_or_else(|| to_response(&broke_off()))
}

fn render_past(state: &State, asked: &Lookup, past: &PastAnswer) -> Response<Body> {
    let mut body = Vec::with_capacity(FRAME + json::ROW_LENGTH * past.answer.matches.len());
    json::past_answer(&mut body, past);
    let mut response = ok(JSON, body);
    state.note(&mut response, || Told::answer(asked, &past.answer));
    response
}

fn render(state: &State, asked: &Lookup, answer: &Answer) -> Response<Body> {
    let mut body = Vec::with_capacity(FRAME + json::ROW_LENGTH * answer.matches.len());
    json::answer(&mut body, answer);
    let mut response = ok(JSON, body);
    state.note(&mut response, || Told::answer(asked, answer));
    response
}

fn broke_off() -> Box<Problem> {
    let detail = "the lookup broke off, see the log".to_owned();
    problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
}

pub(super) fn read(query: Option<&str>) -> Refused<(Lookup, When, usize)> {
    read_with(query, PARAMETERS, |_, _| Ok(false))
}

/// Reads a query that may say more than a lookup's: `known` are all its parameters, of
/// which `more` reads those that are not a lookup's, and says false to the others.
pub(super) fn read_with(
    query: Option<&str>,
    known: &'static [&'static str],
    mut more: impl FnMut(&str, &str) -> Refused<bool>,
) -> Refused<(Lookup, When, usize)> {
    let mut question = Lookup::default();
    let mut when = When::default();
    let mut limit = DEFAULT_LIMIT;
    query::read(query, known, |name, value| {
        if more(name, value)? {
            return Ok(());
        }
        if name == "limit" {
            limit = query::limit(value)?;
        } else if !set(&mut question, name, value)? {
            when.set(name, value)?;
        }
        Ok(())
    })?;
    when.check()?;
    if question.nat.is_any() && question.remote.is_any() && question.internal.is_any() {
        return Err(bad_value(
            "nat",
            "",
            "none of nat, remote and internal is given",
            format!(
                "at least one of nat, remote and internal: {}",
                filter::PATTERN
            ),
        ));
    }
    Ok((question, when, limit))
}

/// Reads one parameter into a question; false where it is none of a question's.
pub(super) fn set(question: &mut Lookup, name: &str, value: &str) -> Refused<bool> {
    match name {
        "nat" => question.nat = endpoint(name, value)?,
        "remote" => question.remote = endpoint(name, value)?,
        "internal" => question.internal = endpoint(name, value)?,
        "protocol" => question.protocol = Some(filter::protocol(value)?),
        "kind" => question.kind = Some(filter::kind(value)?),
        "zone" => question.zone = Some(filter::zone(value)?),
        _ => return Ok(false),
    }
    Ok(true)
}

fn endpoint(name: &str, value: &str) -> Refused<EndpointPattern> {
    parse(name, value, filter::PATTERN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_read() {
        let query = "nat=192.0.2.1:7&remote=:443&internal=10.0.0.0/8&protocol=UDP\
                     &kind=destination&zone=3&limit=5&at=1795528536&tolerance=5s";
        let (question, when, limit) = read(Some(query)).unwrap();
        assert_eq!(question.nat, "192.0.2.1:7".parse().unwrap());
        assert_eq!(question.remote, ":443".parse().unwrap());
        assert_eq!(question.internal, "10.0.0.0/8".parse().unwrap());
        assert_eq!(question.protocol, Some(model::Protocol::UDP));
        assert_eq!(question.kind, Some(model::TranslationKind::Destination));
        assert_eq!(question.zone, Some(3));
        assert_eq!(limit, 5);
        assert_eq!(when.at, Some(model::Timestamp(1_795_528_536_000_000_000)));
        assert_eq!(when.tolerance, Some(std::time::Duration::from_secs(5)));
        let (_, when, _) = read(Some("nat=:7&from=1795528536&to=1795528537")).unwrap();
        assert!(when.from < when.to && when.at.is_none());
    }

    #[test]
    fn a_question_about_nothing_is_refused() {
        for query in [None, Some(""), Some("protocol=tcp&limit=1")] {
            let problem = read(query).unwrap_err();
            assert_eq!(problem.parameter.as_deref(), Some("nat"));
            let expected = problem.expected.unwrap_or_default();
            assert!(
                expected.starts_with("at least one of nat, remote and internal: ADDR, "),
                "{expected}"
            );
        }
    }
}
