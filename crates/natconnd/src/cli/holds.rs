//! `natconn history hold`, `holds` and `release`: what cases need beyond its time.

use hyper::Method;

use super::Outcome;
use super::client::Client;
use super::definition::HoldArguments;
use super::error::{Error, printable};
use super::history::outcome;
use super::output::Output;
use super::query::Query;
use crate::amounts::count;
use crate::api::{Hold, Holds};

/// The path of all holds.
const HOLDS: &str = "/api/v1/history/holds";

pub(super) async fn hold(
    client: &Client,
    arguments: &HoldArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = Query::below(HOLDS, &arguments.case)
        .with("nat", arguments.nat.as_deref())
        .with("remote", arguments.remote.as_deref())
        .with("internal", arguments.internal.as_deref())
        .with("protocol", arguments.protocol.as_deref())
        .with("at", arguments.at.as_deref())
        .with("from", arguments.from.as_deref())
        .with("to", arguments.to.as_deref())
        .with("tolerance", arguments.tolerance.as_deref());
    let json = client.change(Method::PUT, &query).await?;
    let held: Hold = client.parse(&query, &json)?;
    output.line(&held_by(&held))?;
    Ok(outcome(held.records > 0))
}

pub(super) async fn list(
    client: &Client,
    is_json: bool,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = Query::new(HOLDS);
    let json = client.json(&query).await?;
    let found: Holds = client.parse(&query, &json)?;
    if is_json {
        output.bytes(&json)?;
        output.line("")?;
    } else if found.holds.is_empty() {
        output.line("no case holds anything")?;
    } else {
        for held in &found.holds {
            output.line(&held_by(held))?;
        }
    }
    Ok(outcome(!found.holds.is_empty()))
}

pub(super) async fn release(
    client: &Client,
    case: &str,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = Query::below(HOLDS, case);
    let json = client.change(Method::DELETE, &query).await?;
    let held: Hold = client.parse(&query, &json)?;
    output.line(&held_by(&held))?;
    Ok(Outcome::Match)
}

fn held_by(hold: &Hold) -> String {
    let case = printable(&hold.case);
    match hold.records {
        0 => format!("case {case} holds nothing"),
        records => format!("case {case} holds {}", count(records, "record")),
    }
}
