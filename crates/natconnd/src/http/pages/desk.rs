//! `/desk`: a box for an address, a log line, a mail or a table, and who it was.
//!
//! What is pasted is read as `/api/v1/lookups` reads it, and each question answered as
//! `/api/v1/lookup` answers it. `/desk/answers` is the paste with the answers beside its
//! lines; the report of one question is in `report`.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_DISPOSITION, HeaderValue, RETRY_AFTER, SET_COOKIE};
use hyper::{Method, Request, Response, StatusCode};
use jiff::tz::TimeZone;
use model::{EndpointSet, Lookup, Timestamp, Verdict};

use super::super::audit::{Audited, Told, of_unwritten};
use super::super::body::Body;
use super::super::coding;
use super::super::inquiry::{Inquiry, Purpose};
use super::super::lookups::{Room, permit_one_more, timezone};
use super::super::permission::role_of;
use super::super::problem::{Refused, problem};
use super::super::response::{TEXT, ok};
use super::super::state::State;
use super::super::{query, when};
use super::present::Present;
use super::report::{LONGEST_LINE, report};
use super::visit::Visit;
use super::{form, never_sniffed, page, purpose, trouble};
use crate::api::Problem;
use crate::bulk::{Batch, BeginError, Clock, Item, Question, Reader, Settings};
use crate::config::Role;
use crate::lookup::{Answered, Asked, TOLERANCE};
use crate::web::{Case, Desk, Section};

/// How many questions of a paste are answered on the page.
const SHOWN: usize = 20;

/// How many matches of each are looked at: enough to see all hosts in most cases. Fewer
/// of them are shown.
const MATCHES: usize = 1000;

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
        let tolerance = tolerance(self.tolerance.trim())?;
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

pub(super) async fn respond(
    state: &Arc<State>,
    mut visit: Visit,
    request: Request<Incoming>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let asked = head.uri.query();
    let path = head.uri.path();
    let answered = async {
        if path == "/desk/report" {
            return report(state, &visit, asked).await;
        }
        let is_sent = head.method == Method::POST;
        let fields = match is_sent {
            true => {
                coding::check(&head.headers)?;
                form::read(body, state.limits.body_timeout).await?
            }
            false => form::fields(asked.unwrap_or_default())?,
        };
        let kept = match is_sent {
            true => keep(&mut visit, &fields)?,
            false => None,
        };
        let form = Form::of_fields(fields);
        let mut response = match path {
            "/desk/answers" => answers(state, &visit, form).await?,
            _ => desk(state, &visit, form).await?,
        };
        if let Some(cookie) = kept {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        state.note(&mut response, Told::written);
        Ok(response)
    };
    answered.await.unwrap_or_else(|problem| {
        let mut response = trouble(state, &visit, Section::Desk, &problem);
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            let soon = HeaderValue::from_static("1");
            response.headers_mut().insert(RETRY_AFTER, soon);
        }
        response
    })
}

/// Takes what a form says it is asked for, and has the browser keep that where it is
/// something else than before.
fn keep(visit: &mut Visit, fields: &[(String, String)]) -> Refused<Option<HeaderValue>> {
    visit.inquiry.purpose.take_fields(fields)?;
    let purpose: &Purpose = &visit.inquiry.purpose;
    if let Some(audited) = &mut visit.audited {
        audited.set_purpose(purpose);
    }
    if *purpose == visit.kept {
        return Ok(None);
    }
    let cookie = purpose::cookie(visit, purpose)?;
    visit.kept = purpose.clone();
    Ok(Some(cookie))
}

/// A tolerance as people write it: a number alone is seconds.
fn tolerance(text: &str) -> Refused<Duration> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match is_number {
        true => when::tolerance(&format!("{text}s")),
        false => when::tolerance(text),
    }
}

/// The desk, with the answers to what is in its form.
async fn desk(state: &Arc<State>, visit: &Visit, form: Form) -> Refused<Response<Body>> {
    let (read, refused) = match cases(state, &visit.inquiry, visit.audited.as_ref(), &form).await {
        Ok(read) => (read, None),
        // It is not the form that is at fault.
        Err(problem) if problem.status >= 500 => return Err(problem),
        Err(problem) => (Read::default(), Some(in_words_of_form(&problem))),
    };
    let status = match refused {
        Some(_) => StatusCode::BAD_REQUEST,
        None if read.lacks_reason => StatusCode::FORBIDDEN,
        None => StatusCode::OK,
    };
    Ok(page(status, &shown(state, visit, form, read, refused)))
}

fn shown(state: &State, visit: &Visit, form: Form, read: Read, refused: Option<String>) -> Desk {
    let caller = &visit.inquiry.caller;
    let mut asking = [Role::Lookup, Role::Browse].into_iter();
    Desk {
        frame: visit.frame(state, Section::Desk),
        needs_reason: asking
            .all(|role| !caller.roles.contains(role) || caller.needs_reason.contains(role)),
        lacks_reason: read.lacks_reason,
        is_asked: !form.text.trim().is_empty(),
        text: form.text,
        timezone: form.timezone,
        tolerance: form.tolerance,
        has_history: state.answers.history().is_some(),
        refused,
        cases: read.cases,
        total: read.total,
        is_endless: read.is_endless,
    }
}

/// What ails a form, with its fields called as they are on the page.
fn in_words_of_form(problem: &Problem) -> String {
    let words = in_words(problem);
    let called = |words: String, name: &str, title: &str| {
        words.replacen(
            &format!("read parameter {name}:"),
            &format!("read “{title}”:"),
            1,
        )
    };
    let words = called(words, "timezone", Desk::TIMEZONE);
    called(words, "tolerance", Desk::TOLERANCE)
}

pub(super) fn in_words(problem: &Problem) -> String {
    match &problem.expected {
        Some(expected) => format!("{}; expected {expected}", problem.detail),
        None => problem.detail.clone(),
    }
}

/// The questions of a form.
#[derive(Default)]
struct Read {
    /// The first ones, answered.
    cases: Vec<Case>,
    /// How many were read.
    total: usize,
    /// Whether there are more.
    is_endless: bool,
    /// Whether a question is not answered for want of a reason; then none is.
    lacks_reason: bool,
}

impl Read {
    /// What is not answered for want of a reason.
    fn without_reason() -> Self {
        Self {
            lacks_reason: true,
            ..Self::default()
        }
    }
}

async fn cases(
    state: &Arc<State>,
    inquiry: &Inquiry,
    audited: Option<&Audited>,
    form: &Form,
) -> Refused<Read> {
    if form.text.trim().is_empty() {
        return Ok(Read::default());
    }
    let mut reader = form.reader(state.answers.now())?;
    let mut asked = Vec::new();
    let mut total = 0;
    let mut is_endless = false;
    let mut asked_so_far = 0;
    while let Some(item) = reader.next_item() {
        let Some(question) = item.what.asked() else {
            continue;
        };
        if total == MOST {
            is_endless = true;
            break;
        }
        total += 1;
        let lacks_reason = |it: &Question| inquiry.lacks_reason(role_of(&it.asked.lookup));
        if question.as_ref().is_ok_and(lacks_reason) {
            return Ok(Read::without_reason());
        }
        if asked.len() < SHOWN {
            let permitted = question.clone().and_then(|question| {
                permit_one_more(inquiry, &mut asked_so_far, &question.asked)?;
                Ok(question)
            });
            asked.push((line(&item), permitted));
        }
    }
    let questions: Vec<Asked> = asked
        .iter()
        .filter_map(|(_, question)| Some(question.as_ref().ok()?.asked.clone()))
        .collect();
    // One question alone is none of many.
    let room = match questions.len() > 1 {
        true => Some(state.bulk.take(inquiry)?),
        false => None,
    };
    let answered = look_up(state, questions, room).await?;
    if let Some(audited) = audited {
        let asked = asked
            .iter()
            .filter_map(|(_, question)| question.as_ref().ok());
        let told = asked.zip(&answered);
        let told = told.map(|(question, answered)| {
            let told = Told::answer(&question.asked.lookup, &answered.answer);
            (question.query(), told)
        });
        let written = audited.record_each(told.collect()).await;
        written.map_err(of_unwritten)?;
    }
    let mut answered = answered.into_iter();
    let cases = asked.into_iter().map(|(line, question)| match question {
        Ok(question) => match answered.next() {
            Some(answered) => case(state, line, &question, &answered),
            None => Case::refused(line, "there was no time to answer it"),
        },
        Err(cause) => Case::refused(line, &cause),
    });
    Ok(Read {
        cases: cases.collect(),
        total,
        is_endless,
        lacks_reason: false,
    })
}

/// An answered question, with a hint where it is about no address of this gateway.
pub(super) fn case(state: &State, line: String, question: &Question, answered: &Answered) -> Case {
    let mut case = Case::answered(line, question, answered);
    let nat = question.asked.lookup.nat.address();
    if let Some(address) = nat
        && answered.answer.verdict == Verdict::None
        && !state.answers.has_nat_address(address)
    {
        case.is_about_stranger(address);
    }
    case
}

/// A line as it is shown beside its answer.
fn line(item: &Item) -> String {
    let text = String::from_utf8_lossy(&item.line);
    // What stands before the answers to a mail, where they are written as text.
    let text = text.trim().trim_start_matches("natconnd:");
    if text.chars().nth(LONGEST_LINE).is_none() {
        return text.to_owned();
    }
    let kept = text.chars().take(LONGEST_LINE - 1);
    kept.chain(['…']).collect()
}

/// Answers questions, none before the table holds what had happened by now, and as long
/// as somebody waits. `room` is what they take of what there is for many.
pub(super) async fn look_up(
    state: &Arc<State>,
    questions: Vec<Asked>,
    room: Option<Room>,
) -> Refused<Vec<Answered>> {
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let is_past: Vec<bool> = questions.iter().map(|it| it.period.is_some()).collect();
    let now = state.answers.now();
    let lag = (!state.catch_up(now).await).then(|| state.answers.lag());
    let present = Present::new();
    let goes_on = present.watch();
    let answered = state
        .look_for_many(move |answers| {
            let answered = answers.lookup_many(&questions, MATCHES, goes_on);
            drop(room);
            answered
        })
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

pub(super) fn broke_off() -> Box<Problem> {
    let detail = "the lookup broke off, see the log";
    problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
}

/// The text of a form with the answers beside its lines, as a file.
async fn answers(state: &Arc<State>, visit: &Visit, form: Form) -> Refused<Response<Body>> {
    let inquiry = visit.inquiry.clone();
    // Whoever gets here has one of the roles.
    if inquiry.permit_any().is_err() {
        let desk = shown(state, visit, form, Read::without_reason(), None);
        return Ok(page(StatusCode::FORBIDDEN, &desk));
    }
    let audited = visit.audited.as_ref();
    let is_audited = audited.is_some();
    let room = state.bulk.take(&inquiry)?;
    let present = Present::new();
    let goes_on = present.watch();
    let mut reader = form.reader(state.answers.now())?;
    let has_caught_up = state.catch_up(state.answers.now()).await;
    let lag = (!has_caught_up).then(|| state.answers.lag());
    let written = state.look_for_many(move |answers| {
        let mut bytes = Vec::new();
        let mut asked_so_far = 0;
        let mut all_told = Vec::new();
        loop {
            let mut batch = Batch::take(&mut reader, query::DEFAULT_LIMIT);
            if batch.is_empty() || !goes_on() {
                drop(room);
                return (bytes, all_told);
            }
            batch.refuse(|asked| permit_one_more(&inquiry, &mut asked_so_far, asked));
            let limit = query::DEFAULT_LIMIT;
            let tell = |question: &Question, answered: &Answered| {
                if is_audited {
                    let told = Told::answer(&question.asked.lookup, &answered.answer);
                    all_told.push((question.query(), told));
                }
            };
            let answered = batch.answer(answers, limit, lag, &goes_on, tell);
            bytes.extend(answered.0);
        }
    });
    let (bytes, all_told) = written.await.ok_or_else(broke_off)?;
    if let Some(audited) = audited {
        let written = audited.record_each(all_told).await;
        written.map_err(of_unwritten)?;
    }
    let mut response = ok(TEXT, bytes);
    state.note(&mut response, Told::written);
    let as_file = HeaderValue::from_static("attachment; filename=\"answers.txt\"");
    let headers = response.headers_mut();
    headers.insert(CONTENT_DISPOSITION, as_file);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(never_sniffed(response))
}
