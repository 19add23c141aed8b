//! `natconn list`: the live translations, a page or all of them.
//!
//! JSON and the table go from page to page by cursor. CSV and NDJSON are
//! passed on as the API streams them.

use super::client::Client;
use super::definition::ListArguments;
use super::error::Error;
use super::output::Output;
use super::pages::{Paged, Shown, pages};
use super::query::Query;
use super::rows::Rows;
use super::stream::{StreamFormat, limit, stream};
use super::{Outcome, coverage};
use crate::api::{Page, Row};

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
    let shown = Shown {
        limit: arguments.limit,
        is_all: arguments.all,
        is_json: arguments.json,
        not_all: NOT_ALL,
    };
    pages::<Page>(client, query, shown, Rows::default(), output).await
}

impl Paged for Page {
    fn rows(&self) -> &[Row] {
        &self.connections
    }

    fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }

    fn conclude(&self, outcome: Outcome, output: &mut Output) -> Result<(), Error> {
        let consequence = if outcome == Outcome::Match {
            ": translations may be missing"
        } else {
            output.line("no translation fits")?;
            ": this is not proof"
        };
        for line in coverage::lines(&self.coverage, output.times(), consequence) {
            output.line(&line)?;
        }
        Ok(())
    }
}
