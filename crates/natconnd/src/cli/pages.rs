//! Lists that come page by page: one page, or all by following their cursors.

use serde::de::DeserializeOwned;

use super::Outcome;
use super::client::Client;
use super::error::Error;
use super::output::Output;
use super::query::Query;
use super::rows::Rows;
use super::stream::page_limit;
use crate::api::Row;

/// A page of a list.
pub(super) trait Paged: DeserializeOwned {
    /// Its rows.
    fn rows(&self) -> &[Row];

    /// Where the next page begins; nothing on the last one.
    fn next_cursor(&self) -> Option<&str>;

    /// Writes what there is to say below the table, this being the last page.
    fn conclude(&self, outcome: Outcome, output: &mut Output) -> Result<(), Error>;
}

/// How a list is shown.
pub(super) struct Shown {
    /// How many rows were asked for.
    pub limit: Option<u32>,
    /// Whether all were.
    pub is_all: bool,
    /// As the API has it, and not as a table.
    pub is_json: bool,
    /// What is said where more would follow.
    pub not_all: &'static str,
}

/// Shows a page, or all of them in one table.
pub(super) async fn pages<P: Paged>(
    client: &Client,
    query: Query,
    shown: Shown,
    mut table: Rows,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = query.with("limit", page_limit(shown.limit, shown.is_all));
    let mut cursor: Option<String> = None;
    let mut outcome = Outcome::NoMatch;
    loop {
        let question = query.clone().with("cursor", cursor.as_deref());
        let json = client.json(&question).await?;
        let page: P = client.parse(&question, &json)?;
        if !page.rows().is_empty() {
            outcome = Outcome::Match;
        }
        if shown.is_json {
            output.bytes(&json)?;
            output.line("")?;
        } else {
            table.write(page.rows(), output)?;
        }
        let next = page.next_cursor();
        if shown.is_all && next.is_some() {
            if next == cursor.as_deref() {
                return Err(client.unreadable(&question, &json, "its next_cursor stands still"));
            }
            cursor = next.map(str::to_owned);
            output.flush().map_err(Error::Write)?;
            continue;
        }
        if !shown.is_json {
            page.conclude(outcome, output)?;
        }
        if next.is_some() {
            output.flush().map_err(Error::Write)?;
            output.remark(shown.not_all);
        }
        return Ok(outcome);
    }
}
