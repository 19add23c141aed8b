//! `natconn records`: what lived in a period, a page or all of it.
//!
//! JSON and the table go from page to page by cursor. CSV and NDJSON are passed on
//! as the API streams them.

use super::client::Client;
use super::definition::{Kind, RecordsArguments};
use super::error::Error;
use super::output::{Output, Paint};
use super::pages::{Paged, Shown, pages};
use super::query::Query;
use super::rows::Rows;
use super::stream::{StreamFormat, limit, stream};
use super::{Outcome, coverage, past};
use crate::api::{RecordsPage, Row};

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
    let shown = Shown {
        limit: arguments.limit,
        is_all: arguments.all,
        is_json: arguments.json,
        not_all: NOT_ALL,
    };
    pages::<RecordsPage>(client, query, shown, Rows::of_the_past(), output).await
}

impl Paged for RecordsPage {
    fn rows(&self) -> &[Row] {
        &self.records
    }

    fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }

    fn conclude(&self, outcome: Outcome, output: &mut Output) -> Result<(), Error> {
        let look = output.look();
        let consequence = if outcome == Outcome::Match {
            ": records may be missing"
        } else {
            output.line("no record fits")?;
            ": this is not proof"
        };
        if self.cut && self.next_cursor.is_none() {
            output.line(
                "natconnd gave up looking before the end: a shorter period takes less time",
            )?;
        }
        if self.remote_omitted {
            output.line(&look.paint(Paint::Doubtful, past::OMITTED))?;
        }
        for line in coverage::lines(&self.coverage, output.times(), consequence) {
            output.line(&look.paint(Paint::Doubtful, &line))?;
        }
        Ok(())
    }
}
