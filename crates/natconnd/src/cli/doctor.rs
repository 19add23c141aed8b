//! `natconn doctor`: what ails natconnd, and what helps.

use super::Outcome;
use super::client::Client;
use super::definition::DoctorArguments;
use super::error::Error;
use super::output::{Output, Paint};
use super::query::Query;
use crate::api::{Finding, Health, Severity};
use crate::doctor::{Unreachable, examine};

pub(super) async fn run(
    client: &Client,
    arguments: &DoctorArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = Query::new("/api/v1/health");
    let (health, json) = match client.json(&query).await {
        Ok(json) => (client.parse(&query, &json)?, json.to_vec()),
        Err(error) => {
            let unreachable = unreachable(client, &error).ok_or(error)?;
            let health = examine(unreachable);
            let json = serde_json::to_vec(&health).map_err(|error| Error::Write(error.into()))?;
            (health, json)
        }
    };
    if arguments.json {
        output.bytes(&json)?;
        output.line("")?;
    } else {
        print(&health, arguments.all, output)?;
    }
    Ok(if health.state <= Severity::Note {
        Outcome::Match
    } else {
        Outcome::NoMatch
    })
}

/// Why this machine's natconnd did not answer; `None` where somebody did, or
/// where it is another machine's, about which this one can say nothing.
fn unreachable(client: &Client, error: &Error) -> Option<Unreachable> {
    let is_forbidden = error.is_nobody().filter(|_| client.is_local())?;
    Some(Unreachable {
        message: error.to_string(),
        is_forbidden,
    })
}

/// The width of the severities: that of `failure` and `warning`.
const WIDTH: usize = 7;

/// What is amiss with all there is to say of it, then what is well in one line,
/// or with `all` in a line each.
fn print(health: &Health, all: bool, output: &mut Output) -> Result<(), Error> {
    let is_told = |finding: &&Finding| all || finding.severity != Severity::Ok;
    for finding in health.findings.iter().filter(is_told) {
        print_finding(finding, output)?;
    }
    let well: Vec<&str> = health
        .findings
        .iter()
        .filter(|finding| !is_told(finding))
        .map(|finding| &*finding.check)
        .collect();
    if !well.is_empty() {
        let word = painted(Severity::Ok, output);
        output.line(&format!("{word}  {}", well.join(", ")))?;
    }
    Ok(())
}

fn print_finding(finding: &Finding, output: &mut Output) -> Result<(), Error> {
    let word = painted(finding.severity, output);
    let look = output.look();
    output.line(&format!("{word}  {}: {}", finding.check, finding.finding))?;
    let indent = " ".repeat(WIDTH + 2);
    if let Some(hint) = &finding.hint {
        output.line(&format!("{indent}hint: {hint}"))?;
    }
    if let Some(command) = &finding.command {
        let command = look.paint(Paint::Heading, command);
        output.line(&format!("{indent}run:  {command}"))?;
    }
    Ok(())
}

fn painted(severity: Severity, output: &Output) -> String {
    let paint = match severity {
        Severity::Ok => Paint::Good,
        Severity::Note => Paint::Faint,
        Severity::Warning => Paint::Doubtful,
        Severity::Failure => Paint::Bad,
    };
    let word = format!("{:WIDTH$}", severity.name());
    output.look().paint(paint, &word)
}
