//! `natconn lookup`: who is behind this NAT endpoint?

use std::net::IpAddr;

use super::client::Client;
use super::definition::LookupArguments;
use super::error::Error;
use super::output::{Output, Paint};
use super::query::Query;
use super::rows::Rows;
use super::{Outcome, coverage, hint};
use crate::api::{LookupAnswer, Row};

/// How many hosts a sentence names.
const NAMED: usize = 5;

/// What no match proves where nothing is missing.
const NOBODY: &str = "nobody is behind it now, nor was in the last moments";

pub(super) async fn run(
    client: &Client,
    arguments: &LookupArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = query(arguments)?;
    let json = client.json(&query).await?;
    let answer: LookupAnswer = client.parse(&query, &json)?;
    if arguments.json {
        output.bytes(&json)?;
        output.line("")?;
    } else {
        write(arguments, &answer, output)?;
    }
    Ok(if answer.matches.is_empty() {
        Outcome::NoMatch
    } else {
        Outcome::Match
    })
}

fn query(arguments: &LookupArguments) -> Result<Query, Error> {
    let (word, option) = (arguments.protocol_word(), &arguments.protocol_option);
    if let (Some(word), Some(option)) = (word, option) {
        return Err(Error::TwoProtocols {
            word: word.to_owned(),
            option: option.clone(),
        });
    }
    let (remote, internal) = (&arguments.remote, &arguments.internal);
    if arguments.nat().is_none() && remote.is_none() && internal.is_none() {
        return Err(Error::NothingToLookUp);
    }
    Ok(Query::new("/api/v1/lookup")
        .with("nat", arguments.nat())
        .with("remote", arguments.remote.as_deref())
        .with("internal", arguments.internal.as_deref())
        .with("protocol", arguments.protocol())
        .with("kind", arguments.kind.map(super::definition::Kind::name))
        .with("zone", arguments.zone)
        .with("limit", arguments.limit))
}

fn write(
    arguments: &LookupArguments,
    answer: &LookupAnswer,
    output: &mut Output,
) -> Result<(), Error> {
    if !answer.matches.is_empty() {
        Rows::default().write(&answer.matches, output)?;
        output.line("")?;
    }
    let paint = match &*answer.verdict {
        "one" => Paint::Good,
        _ => Paint::Doubtful,
    };
    let look = output.look();
    output.line(&look.paint(paint, &verdict(arguments, answer)))?;
    if answer.verdict == "several" && arguments.remote.is_none() {
        output.line("--remote ADDR:PORT, the far end, tells them apart")?;
    }
    if answer.cut {
        output.line("more translations fit than are shown: --limit N shows up to 10000")?;
    }
    let consequence = if answer.matches.is_empty() {
        ": this is not proof"
    } else {
        ": others may fit too"
    };
    for line in coverage::lines(&answer.coverage, output.times(), consequence) {
        output.line(&look.paint(Paint::Doubtful, &line))?;
    }
    if answer.matches.is_empty() {
        if answer.coverage.complete && !answer.cut {
            output.line(&format!("nothing is missing from this answer: {NOBODY}"))?;
        }
        let endpoints = [
            arguments.nat(),
            arguments.remote.as_deref(),
            arguments.internal.as_deref(),
        ];
        for note in endpoints
            .into_iter()
            .flatten()
            .filter_map(hint::for_address)
        {
            output.line(&look.paint(Paint::Doubtful, &note))?;
        }
    }
    Ok(())
}

/// What the matches say, as a sentence.
fn verdict(arguments: &LookupArguments, answer: &LookupAnswer) -> String {
    let question = question(arguments);
    if answer.matches.is_empty() {
        return format!("no match for {question}");
    }
    let hosts = hosts(&answer.matches);
    let are_over = answer.matches.iter().all(|row| row.ended_at.is_some());
    match &*hosts {
        [host] if answer.verdict != "several" => {
            let verb = if are_over { "was" } else { "is" };
            format!("{host} {verb} behind {question}")
        }
        hosts => {
            let verb = if are_over { "were" } else { "are" };
            let count = if answer.cut {
                "several".to_owned()
            } else {
                hosts.len().to_string()
            };
            let names: Vec<_> = hosts.iter().take(NAMED).map(IpAddr::to_string).collect();
            let more = if answer.cut || hosts.len() > NAMED {
                ", …"
            } else {
                ""
            };
            let names = names.join(", ");
            format!("{count} hosts {verb} behind {question}: {names}{more}")
        }
    }
}

/// The internal hosts in the order of their first match.
fn hosts(matches: &[Row]) -> Vec<IpAddr> {
    let mut hosts = Vec::new();
    for row in matches {
        if !hosts.contains(&row.internal_address) {
            hosts.push(row.internal_address);
        }
    }
    hosts
}

fn question(arguments: &LookupArguments) -> String {
    let mut words = Vec::new();
    words.extend(arguments.protocol().map(str::to_owned));
    words.push(arguments.nat().unwrap_or("any NAT endpoint").to_owned());
    let mut conditions = Vec::new();
    conditions.extend(
        arguments
            .remote
            .as_ref()
            .map(|remote| format!("remote {remote}")),
    );
    conditions.extend(
        arguments
            .internal
            .as_ref()
            .map(|host| format!("internal {host}")),
    );
    conditions.extend(arguments.kind.map(|kind| format!("kind {}", kind.name())));
    conditions.extend(arguments.zone.map(|zone| format!("zone {zone}")));
    if !conditions.is_empty() {
        words.push(format!("with {}", conditions.join(", ")));
    }
    words.join(" ")
}
