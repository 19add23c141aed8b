//! `/api/v1/records`: everything that fits and lived in a period, as pages, as one
//! stream, or as a Parquet file (`export`).
//!
//! JSON comes in pages, CSV and NDJSON without a `limit` as a stream of pages, so
//! that neither side holds all of it. A stream that cannot go on breaks off
//! visibly; a page says that it is cut.

use std::future::Future;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{ACCEPT, HeaderName, HeaderValue, LINK};
use hyper::{Request, Response, StatusCode};
use model::{Lookup, Match};

use super::audit::{Audited, Told};
use super::body::{Body, Chunk, ChunkSender, chunks};
use super::connections::{COVERAGE, coverage_word, rows};
use super::format::Format;
use super::inquiry::Inquiry;
use super::link::link;
use super::problem::{Refused, bad_value, problem, shortened, to_response};
use super::query::{self, DEFAULT_LIMIT};
use super::response::{ok, response};
use super::room::{self, Held};
use super::state::State;
use super::when::When;
use super::{cursor, export, json, lookup};
use crate::lookup::{PastQuestion, RecordsPage};

/// Where it answers.
pub(super) const PATH: &str = "/api/v1/records";

/// The parameters.
pub(super) const PARAMETERS: &[&str] = &[
    "nat", "remote", "internal", "protocol", "kind", "zone", "from", "to", "limit", "cursor",
    "format",
];

/// `true` where looking was given up before the page was full.
pub(super) const CUT: HeaderName = HeaderName::from_static("natconnd-cut");

/// Rows of one part of a stream: each part looks at history anew, and is held in
/// memory.
const PART: usize = 20_000;

/// What a request asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Listing {
    pub lookup: Lookup,
    pub when: When,
    pub after: Option<Match>,
    pub limit: Option<usize>,
    pub shape: Option<Shape>,
}

/// What records are written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Rows of text.
    Rows(Format),
    /// A file as history has them.
    Parquet,
}

impl Shape {
    fn of_parameter(value: &str) -> Refused<Self> {
        match value {
            "parquet" => Ok(Self::Parquet),
            value => match Format::of_parameter(value) {
                Ok(format) => Ok(Self::Rows(format)),
                Err(mut problem) => {
                    problem.expected = Some("json, csv, ndjson or parquet".to_owned());
                    Err(problem)
                }
            },
        }
    }

    fn of_headers(headers: &hyper::HeaderMap) -> Self {
        let is_parquet = headers
            .get(ACCEPT)
            .is_some_and(|value| value == "application/vnd.apache.parquet");
        if is_parquet {
            Self::Parquet
        } else {
            Self::Rows(Format::of_headers(headers))
        }
    }
}

pub(super) fn respond(
    state: &Arc<State>,
    inquiry: &Inquiry,
    audited: Option<Audited>,
    request: &Request<Incoming>,
) -> impl Future<Output = Response<Body>> + Send + 'static {
    let state = Arc::clone(state);
    let accepted = Shape::of_headers(request.headers());
    let query = request.uri().query().unwrap_or_default().to_owned();
    let asked = asked(&state, inquiry, &query);
    async move {
        let answered = match asked {
            Ok((question, listing)) => {
                let shape = listing.shape.unwrap_or(accepted);
                answer(&state, audited, question, listing, shape, &query).await
            }
            Err(problem) => return to_response(&problem),
        };
        answered.unwrap_or_else(|| {
            let detail = "list the records: looking back broke off, see the log";
            to_response(&problem(StatusCode::INTERNAL_SERVER_ERROR, detail))
        })
    }
}

fn asked(state: &State, inquiry: &Inquiry, query: &str) -> Refused<(PastQuestion, Listing)> {
    let listing = read(query)?;
    let mut when = listing.when;
    // A list is of a period, and its reader knows what clock that is by.
    when.tolerance = Some(std::time::Duration::ZERO);
    let question = when.question(listing.lookup.clone(), state.answers.now())?;
    inquiry.within_period(question.period, question.tolerance)?;
    Ok((question, listing))
}

pub(super) fn read(query: &str) -> Refused<Listing> {
    let mut listing = Listing::default();
    query::read(Some(query), PARAMETERS, |name, value| {
        match name {
            "limit" => listing.limit = Some(query::limit(value)?),
            "cursor" => listing.after = Some(read_cursor(value)?),
            "format" => listing.shape = Some(Shape::of_parameter(value)?),
            name => {
                if !lookup::set(&mut listing.lookup, name, value)? {
                    listing.when.set(name, value)?;
                }
            }
        }
        Ok(())
    })?;
    listing.when.check()?;
    Ok(listing)
}

pub(super) fn read_cursor(value: &str) -> Refused<Match> {
    cursor::decode_record(value).ok_or_else(|| {
        let cause = format!("\"{}\" is no cursor of records", shortened(value));
        let expected = "the next_cursor of a page, unchanged";
        bad_value("cursor", value, cause, expected)
    })
}

async fn answer(
    state: &Arc<State>,
    audited: Option<Audited>,
    question: PastQuestion,
    listing: Listing,
    shape: Shape,
    query: &str,
) -> Option<Response<Body>> {
    match (shape, listing.limit) {
        (Shape::Parquet, _) => export::respond(state, question).await,
        (Shape::Rows(format), Some(limit)) => {
            one_page(state, question, listing.after, query, format, limit).await
        }
        (Shape::Rows(Format::Json), None) => {
            let limit = DEFAULT_LIMIT;
            one_page(state, question, listing.after, query, Format::Json, limit).await
        }
        (Shape::Rows(format), None) => {
            whole_list(state, audited, question, listing.after, format).await
        }
    }
}

pub(super) async fn page(
    state: &Arc<State>,
    question: &PastQuestion,
    after: Option<Match>,
    limit: usize,
) -> Option<RecordsPage> {
    let has_caught_up = state.catch_up_with(question).await;
    let question = question.clone();
    let lookup = question.lookup.clone();
    let look =
        move |answers: &crate::lookup::Answers| answers.records(&question, after.as_ref(), limit);
    let mut page = state.look_back(&lookup, look).await?;
    if !has_caught_up {
        page.coverage = page.coverage.with(state.answers.lag());
    }
    Some(page)
}

/// One page, as every format has it.
async fn one_page(
    state: &Arc<State>,
    question: PastQuestion,
    after: Option<Match>,
    query: &str,
    format: Format,
    limit: usize,
) -> Option<Response<Body>> {
    let page = page(state, &question, after, limit).await?;
    let next = page.next.as_ref().map(cursor::encode_record);
    let mut body = Vec::with_capacity(json::ROW_LENGTH * page.matches.len());
    match format {
        Format::Json => json::records_page(&mut body, &page, next.as_deref()),
        Format::Csv | Format::Ndjson => rows(&mut body, format, true, &page.matches),
    }
    let mut response = ok(format.content_type(), body);
    state.note(&mut response, || {
        Told::rows(page.matches.len(), &page.coverage)
    });
    let headers = response.headers_mut();
    headers.insert(COVERAGE, coverage_word(&page.coverage));
    headers.insert(CUT, boolean(page.is_cut));
    if let Some(link) = next.and_then(|next| link(PATH, query, &next)) {
        headers.insert(LINK, link);
    }
    Some(response)
}

/// The list from its first row to its last, as a stream.
async fn whole_list(
    state: &Arc<State>,
    audited: Option<Audited>,
    question: PastQuestion,
    after: Option<Match>,
    format: Format,
) -> Option<Response<Body>> {
    // The first part comes before the head: what fails is a status, and the
    // coverage is known by then.
    let held = room_of_part().await?;
    let first = page(state, &question, after, PART).await?;
    let coverage = coverage_word(&first.coverage);
    let (sender, body) = chunks();
    let mut response = response(StatusCode::OK, format.content_type(), body);
    state.note(&mut response, Told::begun);
    let state = Arc::clone(state);
    tokio::spawn(async move {
        // Where the client goes away, or looking back fails, nobody is left to be
        // told; the body that lacks its end says so.
        let mut count = 0;
        let whole = send_parts(
            &state,
            &question,
            format,
            (first, held),
            &sender,
            &mut count,
        )
        .await;
        if let Some(audited) = audited {
            audited.record_end(count, whole.is_some()).await;
        }
    });
    response.headers_mut().insert(COVERAGE, coverage);
    Some(response)
}

/// Room for one part, rows and text, once there is any.
async fn room_of_part() -> Option<Held> {
    room::hold(json::ROW_LENGTH * PART).await
}

async fn send_parts(
    state: &Arc<State>,
    question: &PastQuestion,
    format: Format,
    (mut part, mut held): (RecordsPage, Held),
    sender: &ChunkSender,
    count: &mut u64,
) -> Option<()> {
    let mut is_first = true;
    let was_complete = part.coverage.is_complete();
    loop {
        if was_complete && !part.coverage.is_complete() {
            // The head has said that nothing is missing, and now something is.
            return None;
        }
        let mut bytes = Vec::with_capacity(json::ROW_LENGTH * part.matches.len());
        rows(&mut bytes, format, is_first, &part.matches);
        is_first = false;
        *count += part.matches.len() as u64;
        if !bytes.is_empty() {
            sender.send(Chunk::Held(bytes, held)).await.ok()?;
        }
        match part.next {
            Some(_) => {
                held = room_of_part().await?;
                part = page(state, question, part.next, PART).await?;
            }
            // It gave up, and does not know where to go on: this is not the end.
            None if part.is_cut => return None,
            None => return sender.send(Chunk::End).await.ok(),
        }
    }
}

pub(super) const fn boolean(value: bool) -> HeaderValue {
    HeaderValue::from_static(if value { "true" } else { "false" })
}
