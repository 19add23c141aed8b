//! `/desk`: a box for an address, a log line, a mail or a table, and who it was.
//!
//! What is pasted is read as `/api/v1/lookups` reads it, and each question answered as
//! `/api/v1/lookup` answers it. `/desk/answers` is the paste with the answers beside its
//! lines, `/desk/report` one question and all that belongs to its answer, for printing.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONTENT_DISPOSITION, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use jiff::tz::TimeZone;
use model::{EndpointSet, Lookup, Timestamp};

use super::super::body::Body;
use super::super::lookups::timezone;
use super::super::problem::{Refused, problem};
use super::super::response::{TEXT, ok};
use super::super::state::State;
use super::super::{lookup, when};
use super::{form, frame, never_sniffed, page, trouble};
use crate::api::Problem;
use crate::bulk::{Batch, BeginError, Clock, Item, Question, Reader, Settings};
use crate::lookup::{Answered, Asked, TOLERANCE};
use crate::web::{Case, Desk, Report, Section};

/// How many questions of a paste are answered on the page.
const SHOWN: usize = 20;

/// How many matches of each.
const MATCHES: usize = 20;

/// How many questions of a paste are read at all.
const MOST: usize = 10_000;

/// What is in the form.
#[derive(Clone, Debug)]
struct Form {
    text: String,
    timezone: String,
    tolerance: String,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            text: String::new(),
            timezone: "UTC".to_owned(),
            tolerance: format!("{}s", TOLERANCE.as_secs()),
        }
    }
}

impl Form {
    fn of_fields(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match &*name {
                "q" | "text" => form.text = value,
                "timezone" if !value.trim().is_empty() => form.timezone = value,
                "tolerance" if !value.trim().is_empty() => form.tolerance = value,
                _ => {}
            }
        }
        form
    }

    /// How its text is to be read at `now`.
    fn settings(&self, now: Timestamp) -> Refused<Settings> {
        let zone: TimeZone = timezone(self.timezone.trim())?;
        let tolerance: Duration = when::tolerance(self.tolerance.trim())?;
        Ok(Settings {
            form: None,
            columns: Vec::new(),
            nat: EndpointSet::default(),
            defaults: Lookup::default(),
            tolerance,
            clock: Clock {
                zone,
                year: None,
                now,
            },
        })
    }

    fn reader(&self, now: Timestamp) -> Refused<Reader> {
        let mut reader = Reader::new(self.settings(now)?);
        reader.feed(self.text.as_bytes());
        reader.finish();
        let begun = reader.begin();
        begun.map_err(|error: BeginError| problem(StatusCode::BAD_REQUEST, error.to_string()))?;
        Ok(reader)
    }
}

pub(super) async fn respond(state: &Arc<State>, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let query = head.uri.query();
    let path = head.uri.path();
    let answered = async {
        if path == "/desk/report" {
            return report(state, query).await;
        }
        let fields = match head.method {
            Method::POST => form::read(body).await?,
            _ => form::fields(query.unwrap_or_default())?,
        };
        let form = Form::of_fields(fields);
        if path == "/desk/answers" {
            return answers(state, &form).await;
        }
        Ok(desk(state, form).await)
    };
    let response = answered.await;
    response.unwrap_or_else(|problem| trouble(state, Section::Desk, &problem))
}

/// The desk, with the answers to what is in its form.
async fn desk(state: &Arc<State>, form: Form) -> Response<Body> {
    let (cases, total, refused) = match cases(state, &form).await {
        Ok((cases, total)) => (cases, total, None),
        Err(problem) => (Vec::new(), 0, Some(in_words(&problem))),
    };
    let status = match refused {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let desk = Desk {
        frame: frame(state, Section::Desk),
        is_asked: !form.text.trim().is_empty(),
        text: form.text,
        timezone: form.timezone,
        tolerance: form.tolerance,
        has_history: state.answers.history().is_some(),
        refused,
        cases,
        total,
    };
    page(status, &desk)
}

pub(super) fn in_words(problem: &Problem) -> String {
    match &problem.expected {
        Some(expected) => format!("{}; expected {expected}", problem.detail),
        None => problem.detail.clone(),
    }
}

/// The first questions of a form with their answers, and how many questions it has.
async fn cases(state: &Arc<State>, form: &Form) -> Refused<(Vec<Case>, usize)> {
    if form.text.trim().is_empty() {
        return Ok((Vec::new(), 0));
    }
    let mut reader = form.reader(state.answers.now())?;
    let mut asked = Vec::new();
    let mut total = 0;
    while total < MOST
        && let Some(item) = reader.next_item()
    {
        let Some(question) = item.what.asked() else {
            continue;
        };
        total += 1;
        if asked.len() < SHOWN {
            asked.push((line(&item), question.clone()));
        }
    }
    let questions: Vec<Asked> = asked
        .iter()
        .filter_map(|(_, question)| Some(question.as_ref().ok()?.asked.clone()))
        .collect();
    let mut answered = look_up(state, questions).await?.into_iter();
    let cases = asked.into_iter().map(|(line, question)| match question {
        Ok(question) => match answered.next() {
            Some(answered) => Case::answered(line, &question, &answered),
            None => Case::refused(line, "there was no time to answer it"),
        },
        Err(cause) => Case::refused(line, &cause),
    });
    Ok((cases.collect(), total))
}

/// A line as it is shown beside its answer.
fn line(item: &Item) -> String {
    const LONGEST: usize = 300;
    let text = String::from_utf8_lossy(&item.line);
    // What stands before the answers to a mail, where they are written as text.
    let text = text.trim().trim_start_matches("natconnd:");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Answers questions, none before the table holds what had happened by now.
async fn look_up(state: &Arc<State>, questions: Vec<Asked>) -> Refused<Vec<Answered>> {
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let is_past: Vec<bool> = questions.iter().map(|it| it.period.is_some()).collect();
    let now = state.answers.now();
    let lag = (!state.catch_up(now).await).then(|| state.answers.lag());
    let answered = state
        .look_for_many(move |answers| answers.lookup_many(&questions, MATCHES, || true))
        .await;
    let mut answered = answered.ok_or_else(broke_off)?;
    if let Some(lag) = lag {
        for answered in &mut answered {
            let coverage = std::mem::take(&mut answered.answer.coverage);
            answered.answer.coverage = coverage.with(lag);
        }
    }
    for (one, is_past) in answered.iter().zip(is_past) {
        let took = state.answers.now().since(now);
        match is_past {
            true => state.counters.looked_back(one.answer.verdict, took),
            false => state.counters.looked_up(one.answer.verdict, took),
        }
    }
    Ok(answered)
}

fn broke_off() -> Box<Problem> {
    let detail = "the lookup broke off, see the log";
    problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
}

/// The text of a form with the answers beside its lines, as a file.
async fn answers(state: &Arc<State>, form: &Form) -> Refused<Response<Body>> {
    let mut reader = form.reader(state.answers.now())?;
    let has_caught_up = state.catch_up(state.answers.now()).await;
    let lag = (!has_caught_up).then(|| state.answers.lag());
    let written = state.look_for_many(move |answers| {
        let mut bytes = Vec::new();
        loop {
            let batch = Batch::take(&mut reader);
            if batch.is_empty() {
                return bytes;
            }
            bytes.extend(batch.answer(answers, MATCHES, lag, || true).0);
        }
    });
    let bytes = written.await.ok_or_else(broke_off)?;
    let mut response = ok(TEXT, bytes);
    let as_file = HeaderValue::from_static("attachment; filename=\"answers.txt\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, as_file);
    Ok(never_sniffed(response))
}

/// One question as `/api/v1/lookup` takes it, and all that belongs to its answer.
async fn report(state: &Arc<State>, query: Option<&str>) -> Refused<Response<Body>> {
    let (question, when, _) = lookup::read(query)?;
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
    let question = Question {
        asked: asked.clone(),
        assumed: crate::bulk::Assumed::default(),
    };
    let answered = look_up(state, vec![asked]).await?.pop();
    let answered = answered.ok_or_else(broke_off)?;
    let report = Report {
        frame: frame(state, Section::Desk),
        case: Case::answered(String::new(), &question, &answered),
        health: state.examine().await.ok_or_else(broke_off)?,
        has_history: state.answers.history().is_some(),
    };
    Ok(page(StatusCode::OK, &report))
}
