//! `natconn list`: the live translations, a page or all of them.
//!
//! JSON and the table go from page to page by cursor. CSV and NDJSON are
//! passed on as the API streams them.

use super::client::Client;
use super::definition::ListArguments;
use super::error::Error;
use super::output::Output;
use super::query::Query;
use super::rows::Rows;
use super::stream::{StreamFormat, limit, page_limit, stream};
use super::{Outcome, coverage};
use crate::api::Page;

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
    let format = StreamFormat::of(arguments.csv, arguments.ndjson);
    if let Some(format) = format {
        let limit = limit(arguments.limit, arguments.all);
        return stream(client, query.with("limit", limit), format, NOT_ALL, output).await;
    }
    pages(client, query, arguments, output).await
}

async fn pages(
    client: &Client,
    query: Query,
    arguments: &ListArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let limit = page_limit(arguments.limit, arguments.all);
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
