//! `/api/v1/connections`: the list, as pages or as one stream.
//!
//! JSON comes in pages. CSV and NDJSON without a `limit` are the whole list,
//! streamed page by page, so neither side holds all of it. A stream is not a
//! picture of one moment: rows may begin and end while it is written, but each
//! row that stays is in it exactly once.

use std::future::Future;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue, LINK};
use hyper::{Request, Response, StatusCode};
use model::{Coverage, Match};

use super::audit::{Audited, Told};
use super::body::{Body, Chunk, ChunkSender, chunks};
use super::format::Format;
use super::link::link;
use super::problem::{Refused, bad_value, problem, shortened, to_response};
use super::query::{self, DEFAULT_LIMIT, MAX_LIMIT};
use super::response::{ok, response};
use super::room::{self, Held};
use super::state::State;
use super::{csv, cursor, filter, json};
use crate::lookup::{Order, Page, SortKey, Wanted};

/// Where it answers.
pub(super) const PATH: &str = "/api/v1/connections";

/// The parameters.
pub(super) const PARAMETERS: &[&str] = &[
    "q", "protocol", "kind", "zone", "internal", "nat", "remote", "sort", "limit", "cursor",
    "format",
];

/// `complete` or `gaps`, for formats that have no place for the coverage.
pub(super) const COVERAGE: HeaderName = HeaderName::from_static("natconnd-coverage");

/// What a request asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Listing {
    pub wanted: Wanted,
    pub order: Order,
    pub after: Option<Match>,
    pub limit: Option<usize>,
    pub format: Option<Format>,
}

pub(super) fn respond(
    state: &Arc<State>,
    audited: Option<Audited>,
    request: &Request<Incoming>,
) -> impl Future<Output = Response<Body>> + Send + 'static {
    let state = Arc::clone(state);
    let accepted = Format::of_headers(request.headers());
    let query = request.uri().query().unwrap_or_default().to_owned();
    async move {
        let listing = match read(&query) {
            Ok(listing) => listing,
            Err(problem) => return to_response(&problem),
        };
        let format = listing.format.unwrap_or(accepted);
        let limit = match (format, listing.limit) {
            (_, Some(limit)) => Some(limit),
            (Format::Json, None) => Some(DEFAULT_LIMIT),
            (Format::Csv | Format::Ndjson, None) => None,
        };
        let answered = match limit {
            Some(limit) => one_page(&state, listing, &query, format, limit).await,
            None => whole_list(state, audited, listing, format).await,
        };
        answered.unwrap_or_else(|| {
            let detail = "list the connections: the scan of the table broke off";
            to_response(&problem(StatusCode::INTERNAL_SERVER_ERROR, detail))
        })
    }
}

pub(super) fn read(query: &str) -> Refused<Listing> {
    let mut listing = Listing::default();
    let mut sort = None;
    let mut from = None;
    query::read(Some(query), PARAMETERS, |name, value| {
        match name {
            "sort" => sort = Some(read_sort(value)?),
            "limit" => listing.limit = Some(query::limit(value)?),
            "cursor" => from = Some(read_cursor(value)?),
            "format" => listing.format = Some(Format::of_parameter(value)?),
            name => {
                filter::set(&mut listing.wanted, name, value)?;
            }
        }
        Ok(())
    })?;
    listing.order = sort.unwrap_or_default();
    if let Some((order, after)) = from {
        if sort.is_some_and(|sort| sort != order) {
            let other = sort_name(order);
            let cause = format!("the cursor belongs to a list in the order {other}");
            let found = sort_name(listing.order);
            return Err(bad_value(
                "sort",
                &found,
                cause,
                format!("{other}, or no sort"),
            ));
        }
        listing.order = order;
        listing.after = Some(after);
    }
    Ok(listing)
}

const SORT_NAMES: [(SortKey, &str); 4] = [
    (SortKey::StartedAt, "started_at"),
    (SortKey::Internal, "internal"),
    (SortKey::Nat, "nat"),
    (SortKey::Remote, "remote"),
];

fn read_sort(value: &str) -> Refused<Order> {
    let (name, descending) = match value.strip_prefix('-') {
        Some(name) => (name, true),
        None => (value, false),
    };
    match SORT_NAMES.iter().find(|(_, known)| *known == name) {
        Some((key, _)) => Ok(Order {
            key: *key,
            descending,
        }),
        None => {
            let cause = format!("\"{}\" is no order", shortened(value));
            let expected = "started_at, internal, nat or remote; - before it for descending";
            Err(bad_value("sort", value, cause, expected))
        }
    }
}

fn sort_name(order: Order) -> String {
    let name = SORT_NAMES.iter().find(|(key, _)| *key == order.key);
    let sign = if order.descending { "-" } else { "" };
    format!("{sign}{}", name.map_or("", |(_, name)| name))
}

pub(super) fn read_cursor(value: &str) -> Refused<(Order, Match)> {
    cursor::decode(value).ok_or_else(|| {
        let cause = format!("\"{}\" is no cursor", shortened(value));
        bad_value(
            "cursor",
            value,
            cause,
            "the next_cursor of a page, unchanged",
        )
    })
}

/// The cursor after a page, where more follows.
pub(super) fn next_cursor(order: Order, page: &Page) -> Option<String> {
    let last = page.matches.last().filter(|_| page.has_more)?;
    Some(cursor::encode(order, last))
}

/// One page, as every format has it.
async fn one_page(
    state: &Arc<State>,
    listing: Listing,
    query: &str,
    format: Format,
    limit: usize,
) -> Option<Response<Body>> {
    let (body, next, told) = state
        .scan(move |answers| {
            let Listing {
                wanted,
                order,
                after,
                ..
            } = listing;
            let page = answers.list(&wanted, order, after.as_ref(), limit);
            let next = next_cursor(order, &page);
            let mut body = Vec::with_capacity(json::ROW_LENGTH * page.matches.len());
            match format {
                Format::Json => {
                    json::page(&mut body, &page.matches, next.as_deref(), &page.coverage);
                }
                Format::Csv | Format::Ndjson => {
                    rows(&mut body, format, true, &page.matches);
                }
            }
            let told = Told::rows(page.matches.len(), &page.coverage);
            (body, next, (told, page.coverage))
        })
        .await?;
    let (told, coverage) = told;
    let mut response = ok(format.content_type(), body);
    state.note(&mut response, || told);
    response
        .headers_mut()
        .insert(COVERAGE, coverage_word(&coverage));
    if let Some(link) = next.and_then(|next| link(PATH, query, &next)) {
        response.headers_mut().insert(LINK, link);
    }
    Some(response)
}

/// The list from its first row to its last, as a stream.
async fn whole_list(
    state: Arc<State>,
    audited: Option<Audited>,
    listing: Listing,
    format: Format,
) -> Option<Response<Body>> {
    // The first page comes before the head: a scan that fails is a status,
    // and the coverage is known by then.
    let (listing, first) = next_part(&state, listing, format, true).await?;
    let coverage = coverage_word(&first.coverage);
    let (sender, body) = chunks();
    let mut response = response(StatusCode::OK, format.content_type(), body);
    state.note(&mut response, Told::begun);
    tokio::spawn(async move {
        // Where the client goes away, or a scan fails, nobody is left to be
        // told; the body that lacks its end says so.
        let mut count = 0;
        let whole = send_parts(&state, listing, format, first, &sender, &mut count).await;
        if let Some(audited) = audited {
            audited.record_end(count, whole.is_some()).await;
        }
    });
    response.headers_mut().insert(COVERAGE, coverage);
    Some(response)
}

/// Some rows of a stream.
struct Part {
    bytes: Vec<u8>,
    rows: u64,
    held: Held,
    has_more: bool,
    coverage: Coverage,
}

async fn send_parts(
    state: &Arc<State>,
    mut listing: Listing,
    format: Format,
    mut part: Part,
    sender: &ChunkSender,
    count: &mut u64,
) -> Option<()> {
    loop {
        *count += part.rows;
        let has_more = part.has_more;
        if !part.bytes.is_empty() {
            let chunk = Chunk::Held(part.bytes, part.held);
            sender.send(chunk).await.ok()?;
        }
        if !has_more {
            return sender.send(Chunk::End).await.ok();
        }
        (listing, part) = next_part(state, listing, format, false).await?;
    }
}

/// Scans for the next rows, once there is room for them, and moves `listing` behind them.
async fn next_part(
    state: &Arc<State>,
    mut listing: Listing,
    format: Format,
    is_first: bool,
) -> Option<(Listing, Part)> {
    let held = room::hold(json::ROW_LENGTH * MAX_LIMIT).await?;
    state
        .scan(move |answers| {
            let after = listing.after.as_ref();
            let page = answers.list(&listing.wanted, listing.order, after, MAX_LIMIT);
            let mut bytes = Vec::with_capacity(json::ROW_LENGTH * page.matches.len());
            rows(&mut bytes, format, is_first, &page.matches);
            listing.after = page.matches.last().copied().or(listing.after);
            let part = Part {
                bytes,
                rows: page.matches.len() as u64,
                held,
                // A page that is empty cannot be followed by another.
                has_more: page.has_more && !page.matches.is_empty(),
                coverage: page.coverage,
            };
            (listing, part)
        })
        .await
}

pub(super) fn rows(out: &mut Vec<u8>, format: Format, is_first: bool, matches: &[Match]) {
    if format == Format::Csv && is_first {
        out.extend_from_slice(csv::HEADER.as_bytes());
    }
    for found in matches {
        match format {
            Format::Csv => csv::row(out, found),
            Format::Json | Format::Ndjson => {
                json::row(out, found);
                out.push(b'\n');
            }
        }
    }
}

pub(super) fn coverage_word(coverage: &Coverage) -> HeaderValue {
    HeaderValue::from_static(if coverage.is_complete() {
        "complete"
    } else {
        "gaps"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_and_written() {
        for name in ["started_at", "-started_at", "nat", "-remote", "internal"] {
            assert_eq!(sort_name(read_sort(name).unwrap()), name);
        }
        for bad in ["", "-", "--nat", "port"] {
            assert!(read_sort(bad).is_err(), "{bad}");
        }
    }
}
