//! `natconn records`: what lived in a period, a page or all of it.
//!
//! JSON and the table go from page to page by cursor. CSV and NDJSON are passed on
//! as the API streams them.

use super::client::Client;
use super::definition::{Kind, RecordsArguments};
use super::error::Error;
use super::output::{Output, Paint};
use super::query::Query;
use super::rows::Rows;
use super::stream::{StreamFormat, limit, page_limit, stream};
use super::{Outcome, coverage, past};
use crate::api::RecordsPage;

const NOT_ALL: &str = "more records fit than are listed: --limit N lists up to 10000, --all lists \
                       all";

pub(super) async fn run(
    client: &Client,
    arguments: &RecordsArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = Query::new("/api/v1/records")
        .with("from", arguments.from.as_deref())
        .with("to", arguments.to.as_deref())
        .with("internal", arguments.internal.as_deref())
        .with("nat", arguments.nat.as_deref())
        .with("remote", arguments.remote.as_deref())
        .with("protocol", arguments.protocol.as_deref())
        .with("kind", arguments.kind.map(Kind::name))
        .with("zone", arguments.zone);
    let format = StreamFormat::of(arguments.csv, arguments.ndjson);
    if let Some(format) = format {
        let limit = limit(arguments.limit, arguments.all);
        return stream(client, query.with("limit", limit), format, NOT_ALL, output).await;
    }
    let limit = page_limit(arguments.limit, arguments.all);
    pages(client, query.with("limit", limit), arguments, output).await
}

async fn pages(
    client: &Client,
    query: Query,
    arguments: &RecordsArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let mut cursor: Option<String> = None;
    let mut table = Rows::of_the_past();
    let mut outcome = Outcome::NoMatch;
    loop {
        let question = query.clone().with("cursor", cursor.as_deref());
        let json = client.json(&question).await?;
        let page: RecordsPage = client.parse(&question, &json)?;
        if !page.records.is_empty() {
            outcome = Outcome::Match;
        }
        if arguments.json {
            output.bytes(&json)?;
            output.line("")?;
        } else {
            table.write(&page.records, output)?;
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

fn finish(last: &RecordsPage, outcome: Outcome, output: &mut Output) -> Result<(), Error> {
    let look = output.look();
    let consequence = if outcome == Outcome::Match {
        ": records may be missing"
    } else {
        output.line("no record fits")?;
        ": this is not proof"
    };
    if last.cut && last.next_cursor.is_none() {
        output.line("natconnd gave up looking before the end: a shorter period takes less time")?;
    }
    if last.remote_omitted {
        output.line(&look.paint(Paint::Doubtful, past::OMITTED))?;
    }
    for line in coverage::lines(&last.coverage, output.times(), consequence) {
        output.line(&look.paint(Paint::Doubtful, &line))?;
    }
    Ok(())
}
