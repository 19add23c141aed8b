//! Lists as the API sends them: how long, and passed on row by row.

use hyper::header::LINK;

use super::Outcome;
use super::client::Client;
use super::error::Error;
use super::output::Output;
use super::query::Query;

/// The largest page that natconnd gives: it looks at everything for each.
const MAX_PAGE: u32 = 10_000;

/// Rows where nobody says how many, as the API has it for pages.
const DEFAULT_LIMIT: u32 = 100;

/// What rows are written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StreamFormat {
    /// With a line for the names.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl StreamFormat {
    /// What the options say, where they say it.
    pub const fn of(csv: bool, ndjson: bool) -> Option<Self> {
        match (csv, ndjson) {
            (true, _) => Some(Self::Csv),
            (false, true) => Some(Self::Ndjson),
            (false, false) => None,
        }
    }
}

/// The rows of a stream; without a limit the API sends all there is.
pub(super) fn limit(limit: Option<u32>, is_all: bool) -> Option<u32> {
    (!is_all).then(|| limit.unwrap_or(DEFAULT_LIMIT))
}

/// The rows of a page; without a limit the API chooses.
pub(super) const fn page_limit(limit: Option<u32>, is_all: bool) -> Option<u32> {
    if is_all { Some(MAX_PAGE) } else { limit }
}

/// Passes on what the API sends; `not_all` is said where more would follow.
pub(super) async fn stream(
    client: &Client,
    query: Query,
    format: StreamFormat,
    not_all: &str,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let accept = match format {
        StreamFormat::Csv => "text/csv",
        StreamFormat::Ndjson => "application/x-ndjson",
    };
    let mut answer = client.stream(&query, accept).await?;
    let mut lines = 0_usize;
    while let Some(bytes) = answer.next(client.timeout()).await? {
        lines += bytes.iter().filter(|&&byte| byte == b'\n').count();
        output.bytes(&bytes)?;
    }
    output.flush().map_err(Error::Write)?;
    let coverage = answer.headers().get("natconnd-coverage");
    if coverage.is_some_and(|coverage| coverage != "complete") {
        output.remark("events were lost, translations may be missing: natconn status tells more");
    }
    if answer
        .headers()
        .get("natconnd-cut")
        .is_some_and(|cut| cut == "true")
    {
        output.remark("natconnd gave up looking before the end");
    }
    if answer.headers().contains_key(LINK) {
        output.remark(not_all);
    }
    let names = usize::from(format == StreamFormat::Csv);
    Ok(if lines.saturating_sub(names) > 0 {
        Outcome::Match
    } else {
        Outcome::NoMatch
    })
}
