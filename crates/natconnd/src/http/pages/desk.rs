//! `/desk`: a box for an address, a log line, a mail or a table, and who it was.
//!
//! What is pasted is read as `/api/v1/lookups` reads it, and each question answered as
//! `/api/v1/lookup` answers it. `/desk/answers` is the paste with the answers beside its
//! lines, `/desk/report` one question and all that belongs to its answer, for printing.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_DISPOSITION, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use jiff::tz::TimeZone;
use model::{EndpointSet, Lookup, Timestamp};

use super::super::body::Body;
use super::super::lookups::{busy, timezone};
use super::super::problem::{Refused, problem};
use super::super::query::DEFAULT_LIMIT;
use super::super::response::{TEXT, ok};
use super::super::state::State;
use super::super::when::{self, When};
use super::super::{lookup, query};
use super::{form, frame, never_sniffed, page, trouble};
use crate::api::Problem;
use crate::bulk::{Assumed, Batch, BeginError, Clock, Item, Question, Reader, Settings};
use crate::lookup::{Answered, Asked, TOLERANCE};
use crate::web::{Case, Desk, LIMIT, Report, Section};

/// How many questions of a paste are answered on the page.
const SHOWN: usize = 20;

/// How many questions of a paste are counted.
const MOST: usize = 10_000;

/// What can be said of a report beside what a lookup asks.
const OF_REPORT: &[&str] = &[
    "nat",
    "remote",
    "internal",
    "protocol",
    "kind",
    "zone",
    "at",
    "from",
    "to",
    "tolerance",
    "assumed",
    "line",
];

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
            Method::POST => form::read(body, state.limits.body_timeout).await?,
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
        most: MOST,
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
            Some(answered) => case(state, line, &question, &answered),
            None => Case::refused(line, "there was no time to answer it"),
        },
        Err(cause) => Case::refused(line, &cause),
    });
    Ok((cases.collect(), total))
}

fn case(state: &State, line: String, question: &Question, answered: &Answered) -> Case {
    let address = question.asked.lookup.nat.address();
    let is_ours = address.is_some_and(|address| state.answers.has_nat_address(address));
    Case::answered(line, question, answered, is_ours)
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
    let client = Client::default();
    let is_there = client.is_there();
    let answered = state
        .look_for_many(move |answers| answers.lookup_many(&questions, LIMIT, is_there))
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
    let permit = Arc::clone(&state.bulk).try_acquire_owned();
    let permit = permit.map_err(|_| busy(state.limits.bulk_requests))?;
    let has_caught_up = state.catch_up(state.answers.now()).await;
    let lag = (!has_caught_up).then(|| state.answers.lag());
    let client = Client::default();
    let is_there = client.is_there();
    let written = state.look_for_many(move |answers| {
        let mut bytes = Vec::new();
        loop {
            let batch = Batch::take(&mut reader);
            if batch.is_empty() || !is_there() {
                drop(permit);
                return bytes;
            }
            bytes.extend(batch.answer(answers, DEFAULT_LIMIT, lag, &is_there).0);
        }
    });
    let bytes = written.await.ok_or_else(broke_off)?;
    let mut response = ok(TEXT, bytes);
    let headers = response.headers_mut();
    let as_file = HeaderValue::from_static("attachment; filename=\"answers.txt\"");
    headers.insert(CONTENT_DISPOSITION, as_file);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(never_sniffed(response))
}

/// Whoever waits for an answer: gone once this is dropped.
#[derive(Default)]
struct Client(Arc<AtomicBool>);

impl Client {
    /// Tells whether it still waits.
    fn is_there(&self) -> impl Fn() -> bool + Send + use<> {
        let is_gone = Arc::clone(&self.0);
        move || !is_gone.load(Relaxed)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// One question as `/api/v1/lookup` takes it, and all that belongs to its answer. `assumed`
/// and `line` are what the desk knew of it.
async fn report(state: &Arc<State>, query: Option<&str>) -> Refused<Response<Body>> {
    let (question, line) = read_report(query, state.answers.now())?;
    let answered = look_up(state, vec![question.asked.clone()]).await?.pop();
    let answered = answered.ok_or_else(broke_off)?;
    let report = Report {
        frame: frame(state, Section::Desk),
        case: case(state, line, &question, &answered),
        health: state.examine().await.ok_or_else(broke_off)?,
        has_history: state.answers.history().is_some(),
    };
    Ok(page(StatusCode::OK, &report))
}

fn read_report(query: Option<&str>, now: Timestamp) -> Refused<(Question, String)> {
    let mut lookup = Lookup::default();
    let mut when = When::default();
    let mut assumed = Assumed::default();
    let mut line = String::new();
    query::read(query, OF_REPORT, |name, value| {
        match name {
            "line" => value.clone_into(&mut line),
            "assumed" => {
                assumed.year = value.contains("year");
                assumed.zone = value.contains("zone");
            }
            _ if lookup::set(&mut lookup, name, value)? => {}
            _ => drop(when.set(name, value)?),
        }
        Ok(())
    })?;
    when.check()?;
    if lookup.nat.is_any() && lookup.remote.is_any() && lookup.internal.is_any() {
        let detail = "make a report: none of nat, remote and internal is given";
        return Err(problem(StatusCode::BAD_REQUEST, detail));
    }
    let asked = if when.is_given() {
        let past = when.question(lookup, now)?;
        Asked {
            lookup: past.lookup,
            period: Some(past.period),
            tolerance: past.tolerance,
        }
    } else {
        Asked {
            lookup,
            ..Asked::default()
        }
    };
    Ok((Question { asked, assumed }, line))
}
