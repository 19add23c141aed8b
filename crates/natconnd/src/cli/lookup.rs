//! `natconn lookup`: who is behind this NAT endpoint, or was?

use std::net::IpAddr;

use super::client::Client;
use super::definition::LookupArguments;
use super::error::Error;
use super::output::{Output, Paint};
use super::query::Query;
use super::rows::Rows;
use super::times::Times;
use super::{Outcome, coverage, hint, past};
use crate::api::{LookupAnswer, LookupMatch};

/// How many hosts a sentence names.
const NAMED: usize = 5;

/// What no match proves where nothing is missing.
const NOBODY: &str = "nobody is behind it now, nor was in the last moments";

/// The same of the past.
const NOBODY_THEN: &str = "nobody was behind it then";

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
        .with("limit", arguments.limit)
        .with("at", arguments.at.as_deref())
        .with("from", arguments.from.as_deref())
        .with("to", arguments.to.as_deref())
        .with("tolerance", arguments.tolerance.as_deref()))
}

fn write(
    arguments: &LookupArguments,
    answer: &LookupAnswer,
    output: &mut Output,
) -> Result<(), Error> {
    if !answer.matches.is_empty() {
        write_rows(answer, output)?;
        output.line("")?;
    }
    let paint = match &*answer.verdict {
        "one" => Paint::Good,
        _ => Paint::Doubtful,
    };
    let look = output.look();
    output.line(&look.paint(paint, &verdict(arguments, answer, output.times())))?;
    if let Some(line) = exactly(answer) {
        output.line(&line)?;
    }
    if let Some(line) = past::gateway(answer) {
        output.line(&line)?;
    }
    if answer.remote_omitted {
        output.line(&look.paint(Paint::Doubtful, past::OMITTED))?;
    } else if answer.verdict == "several" && arguments.remote.is_none() {
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
            let nobody = match answer.period {
                None => NOBODY,
                Some(_) => NOBODY_THEN,
            };
            output.line(&format!("nothing is missing from this answer: {nobody}"))?;
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

fn write_rows(answer: &LookupAnswer, output: &mut Output) -> Result<(), Error> {
    let is_past = answer.period.is_some();
    let rows = answer.matches.iter().map(|found| {
        let asked = is_past.then(|| past::asked(answer, found));
        (&found.row, asked)
    });
    let mut table = if is_past {
        Rows::of_the_past()
    } else {
        Rows::default()
    };
    table.write_with(rows.collect(), is_past.then_some("ASKED"), output)
}

/// Who fits without the tolerance, where the others do not.
fn exactly(answer: &LookupAnswer) -> Option<String> {
    answer.period.as_ref().filter(|_| !answer.cut)?;
    let exact = answer.matches.iter().filter(|it| it.distance_ms == Some(0));
    let all = hosts(answer.matches.iter());
    match &*hosts(exact) {
        [] if !all.is_empty() => Some("nobody was at that very time: the clocks may differ".into()),
        [host] if all.len() > 1 => Some(format!("at that very time only {host} was")),
        _ => None,
    }
}

/// What the matches say, as a sentence.
fn verdict(arguments: &LookupArguments, answer: &LookupAnswer, times: &Times) -> String {
    let mut question = question(arguments);
    if let Some(period) = past::period(answer, times) {
        let tolerance = answer
            .period
            .as_ref()
            .map_or(0, |period| period.tolerance_ms);
        question = match tolerance {
            0 => format!("{question} {period}"),
            tolerance => format!("{question} {period} (± {})", past::span(tolerance)),
        };
    }
    if answer.matches.is_empty() {
        return format!("no match for {question}");
    }
    let hosts = hosts(answer.matches.iter());
    let are_over =
        answer.period.is_some() || answer.matches.iter().all(|row| row.ended_at.is_some());
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
fn hosts<'a>(matches: impl Iterator<Item = &'a LookupMatch>) -> Vec<IpAddr> {
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
