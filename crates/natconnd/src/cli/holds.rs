//! `natconn history hold`, `holds` and `release`: what cases need beyond its time.

use hyper::Method;

use super::client::Client;
use super::definition::HoldArguments;
use super::error::{Error, printable};
use super::history::outcome;
use super::output::{Output, Paint};
use super::query::Query;
use super::{Outcome, coverage};
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
    tell(&held, output)?;
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
            tell(held, output)?;
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
    tell(&held, output)?;
    Ok(Outcome::Match)
}

/// What a case holds, and what was not known of the time that was asked about.
fn tell(hold: &Hold, output: &mut Output) -> Result<(), Error> {
    let case = printable(&hold.case);
    let records = match hold.records {
        0 => "nothing".to_owned(),
        records => count(records, "record"),
    };
    let Some(coverage) = &hold.coverage else {
        let known = match hold.records {
            0 => "",
            _ => ", held before it was noted what is missing",
        };
        return output.line(&format!("case {case} holds {records}{known}"));
    };
    if coverage.complete {
        let known = "nothing is missing of the time that was asked about";
        return output.line(&format!("case {case} holds {records}: {known}"));
    }
    output.line(&format!("case {case} holds {records}"))?;
    let look = output.look();
    for line in coverage::lines(coverage, output.times(), ": records may be missing") {
        output.line(&format!("  {}", look.paint(Paint::Doubtful, &line)))?;
    }
    Ok(())
}
