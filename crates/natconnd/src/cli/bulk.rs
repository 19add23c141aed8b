//! `natconn lookup --file`: many lines, and the internal endpoint beside each.
//!
//! What natconnd says of the lines is passed on as it comes; what the lines are, natconnd
//! knows. A bar on standard error shows how far it is, where a person looks on and the answers
//! go elsewhere.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Outcome;
use super::client::{Answer, Client};
use super::definition::{Kind, LookupArguments};
use super::error::{AskError, Error};
use super::file_choice::LineFormat;
use super::input::{Progress, Source};
use super::output::Output;
use super::query::Query;

/// How long natconnd may take for some lines; it looks back for a minute at most.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

const STYLE: &str = "{bar:40} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left";
const STYLE_WITHOUT_END: &str = "{spinner} {bytes}, {bytes_per_sec}";

pub(super) async fn run(
    client: &Client,
    file: &Path,
    arguments: &LookupArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let query = query(arguments);
    let (source, input) = Source::open(file)?;
    let patience = client.timeout().max(PATIENCE);
    let progress = std::sync::Arc::clone(&source.progress);
    let bar = bar(source.length);
    let asked = client
        .upload(&query, input, patience, || progress.is_idle())
        .await;
    let passed = match asked {
        Ok(answer) => pass_on(answer, patience, &progress, &bar, output).await,
        Err(error) => Err(error),
    };
    bar.finish_and_clear();
    output.flush().map_err(Error::Write)?;
    let tally = passed.map_err(|error| source.failure().unwrap_or(error))?;
    conclude(tally, output)
}

fn query(arguments: &LookupArguments) -> Query {
    let many = &arguments.many;
    let list = |values: &[String]| (!values.is_empty()).then(|| values.join(","));
    Query::new("/api/v1/lookups")
        .with("format", many.format.map(LineFormat::name))
        .with("columns", list(&many.columns))
        .with("nat", list(&many.nat_networks))
        .with("remote", arguments.remote.as_deref())
        .with("protocol", arguments.protocol_option.as_deref())
        .with("kind", arguments.kind.map(Kind::name))
        .with("zone", arguments.zone)
        .with("tolerance", arguments.tolerance.as_deref())
        .with("timezone", many.timezone.as_deref())
        .with("year", many.year)
        .with("limit", arguments.limit)
}

/// A bar for a person who looks on, while the answers go elsewhere: between them it would
/// only be in the way.
fn bar(length: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() || io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let style = if length.is_some() {
        STYLE
    } else {
        STYLE_WITHOUT_END
    };
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        // A bar that looks otherwise is one as well.
        Err(_) => bar,
    }
}

/// Passes the answers on as they come; gives what natconnd says of all of them.
async fn pass_on(
    mut answer: Answer,
    patience: Duration,
    progress: &Progress,
    bar: &ProgressBar,
    output: &mut Output,
) -> Result<Option<String>, Error> {
    let mut silent = Duration::ZERO;
    loop {
        bar.set_position(progress.sent());
        match answer.next(TICK).await {
            Ok(Some(bytes)) => {
                silent = Duration::ZERO;
                output.bytes(&bytes)?;
                output.flush().map_err(Error::Write)?;
            }
            Ok(None) => break,
            Err(Error::Ask { cause, .. }) if matches!(*cause, AskError::Silent(_)) => {
                silent += TICK;
                if progress.is_idle() {
                    silent = Duration::ZERO;
                } else if silent >= patience {
                    return Err(answer.fault(AskError::TimedOut(patience)));
                }
            }
            Err(error) => return Err(error),
        }
    }
    let tally = answer.trailers().and_then(|it| it.get("natconnd-tally"));
    Ok(tally.and_then(|it| Some(it.to_str().ok()?.to_owned())))
}

fn conclude(tally: Option<String>, output: &mut Output) -> Result<Outcome, Error> {
    let tally = tally.unwrap_or_default();
    let count = |name: &str| -> u64 {
        let mut pairs = tally
            .split(',')
            .filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.find(|(known, _)| *known == name);
        value.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
    };
    let (one, several, none) = (count("one"), count("several"), count("none"));
    let errors = count("errors");
    if io::stderr().is_terminal() {
        output.remark(&format!(
            "{} lines: one host {one}, several {several}, none {none}, not asked {errors}",
            count("lines")
        ));
    } else if errors > 0 {
        output.remark(&format!(
            "{errors} of {} lines could not be asked about: their column error says why",
            count("lines")
        ));
    }
    Ok(if one + several > 0 {
        Outcome::Match
    } else {
        Outcome::NoMatch
    })
}
