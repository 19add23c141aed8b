//! The tables once, as text or as the API's JSON.

use super::super::Outcome;
use super::super::client::Client;
use super::super::coverage;
use super::super::error::Error;
use super::super::output::{Output, Paint};
use super::columns::lines;
use super::panel::{Order, Panel};
use super::sample::question;
use crate::api::{HostOrder, Usage};

pub async fn json(client: &Client, rows: u16, output: &mut Output) -> Result<Outcome, Error> {
    let query = question(rows, HostOrder::default());
    let json = client.json(&query).await?;
    let usage: Usage = client.parse(&query, &json)?;
    output.bytes(&json)?;
    output.line("")?;
    Ok(outcome(&usage))
}

pub async fn tables(client: &Client, rows: u16, output: &mut Output) -> Result<Outcome, Error> {
    let query = question(rows, HostOrder::default());
    let json = client.json(&query).await?;
    let usage: Usage = client.parse(&query, &json)?;
    let look = output.look();
    for panel in Panel::ALL {
        let cells = panel.rows(&usage, Order::First, "");
        let (heading, lines) = lines(panel.columns(), &cells, None);
        output.line(&look.paint(Paint::Heading, heading.trim_end()))?;
        for line in lines {
            output.line(line.trim_end())?;
        }
        let untold = panel.count(&usage).saturating_sub(cells.len() as u64);
        if untold > 0 {
            output.line(&format!("and {untold} more"))?;
        }
        output.line("")?;
    }
    let translations = usage.translations;
    let at = output.times().words(&usage.taken_at);
    output.line(&format!("{translations} translations, counted {at}"))?;
    for line in coverage::lines(&usage.coverage, output.times(), "") {
        output.line(&line)?;
    }
    Ok(outcome(&usage))
}

/// Whether there was anything to count.
fn outcome(usage: &Usage) -> Outcome {
    if usage.translations > 0 {
        Outcome::Match
    } else {
        Outcome::NoMatch
    }
}
