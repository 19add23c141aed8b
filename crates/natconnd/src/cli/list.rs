//! `natconn list`: the live translations, a page or all of them.
//!
//! JSON and the table go from page to page by cursor. CSV and NDJSON are
//! passed on as the API streams them.

use hyper::header::LINK;

use super::client::Client;
use super::definition::ListArguments;
use super::error::Error;
use super::output::Output;
use super::query::Query;
use super::rows::Rows;
use super::{Outcome, coverage};
use crate::api::Page;

/// The largest page that natconnd gives: it scans its table for each.
const MAX_PAGE: u32 = 10_000;

const NOT_ALL: &str = "more translations fit than are listed: --limit N lists up to 10000, --all \
                       lists all";

pub(super) async fn run(
    client: &Client,
    arguments: &ListArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = Query::new("/api/v1/connections")
        .with_filter(&arguments.filter)
        .with("sort", arguments.sort.as_deref());
    if arguments.csv {
        return stream(client, query, "text/csv", arguments, output).await;
    }
    if arguments.ndjson {
        return stream(client, query, "application/x-ndjson", arguments, output).await;
    }
    pages(client, query, arguments, output).await
}

async fn pages(
    client: &Client,
    query: Query,
    arguments: &ListArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let limit = if arguments.all {
        Some(MAX_PAGE)
    } else {
        arguments.limit
    };
    let query = query.with("limit", limit);
    let mut cursor: Option<String> = None;
    let mut table = Rows::default();
    let mut outcome = Outcome::NoMatch;
    loop {
        let question = query.clone().with("cursor", cursor.as_deref());
        let json = client.json(&question).await?;
        let page: Page = client.parse(&question, &json)?;
        if !page.connections.is_empty() {
            outcome = Outcome::Match;
        }
        if arguments.json {
            output.bytes(&json)?;
            output.line("")?;
        } else {
            table.write(&page.connections, output)?;
        }
        let has_more = page.next_cursor.is_some();
        if arguments.all && has_more {
            if page.next_cursor == cursor {
                return Err(client.unreadable(&question, &json, "its next_cursor stands still"));
            }
            cursor = page.next_cursor;
            output.flush().map_err(Error::Write)?;
            continue;
        }
        if !arguments.json {
            finish(&page, outcome, output)?;
        }
        if has_more {
            output.flush().map_err(Error::Write)?;
            output.remark(NOT_ALL);
        }
        return Ok(outcome);
    }
}

fn finish(last: &Page, outcome: Outcome, output: &mut Output) -> Result<(), Error> {
    let consequence = if outcome == Outcome::Match {
        ": translations may be missing"
    } else {
        output.line("no translation fits")?;
        ": this is not proof"
    };
    for line in coverage::lines(&last.coverage, output.times(), consequence) {
        output.line(&line)?;
    }
    Ok(())
}

async fn stream(
    client: &Client,
    query: Query,
    accept: &'static str,
    arguments: &ListArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    // Without a limit the API streams all there is.
    const DEFAULT_LIMIT: u32 = 100;
    let limit = arguments.limit.unwrap_or(DEFAULT_LIMIT);
    let query = query.with("limit", (!arguments.all).then_some(limit));
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
    if answer.headers().contains_key(LINK) {
        output.remark(NOT_ALL);
    }
    // CSV has a line for the names.
    let rows = lines.saturating_sub(usize::from(arguments.csv));
    Ok(if rows > 0 {
        Outcome::Match
    } else {
        Outcome::NoMatch
    })
}
