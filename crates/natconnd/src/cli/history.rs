//! `natconn history`: what is kept of the past, whether it is whole, and its export.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::client::Client;
use super::definition::{ExportArguments, ExportFormat, HistoryCommand};
use super::error::{Error, printable};
use super::output::{Output, Paint};
use super::query::Query;
use super::times::Times;
use super::{Outcome, coverage, holds};
use crate::amounts::{count, size, span};
use crate::api::{Expired, Gaps, History, VerifiedFile};

pub(super) async fn run(
    client: &Client,
    command: &HistoryCommand,
    output: &mut Output,
) -> Result<Outcome, Error> {
    match command {
        HistoryCommand::Status { json } => status(client, *json, output).await,
        HistoryCommand::Gaps { from, to, json } => {
            let query = Query::new("/api/v1/history/gaps")
                .with("from", from.as_deref())
                .with("to", to.as_deref());
            gaps(client, query, *json, output).await
        }
        HistoryCommand::Verify { json } => verify(client, *json, output).await,
        HistoryCommand::Expire { json, .. } => expire(client, *json, output).await,
        HistoryCommand::Hold(arguments) => holds::hold(client, arguments, output).await,
        HistoryCommand::Holds { json } => holds::list(client, *json, output).await,
        HistoryCommand::Release { case } => holds::release(client, case, output).await,
        HistoryCommand::Export(arguments) => export(client, arguments, output).await,
    }
}

async fn status(client: &Client, is_json: bool, output: &mut Output) -> Result<Outcome, Error> {
    let query = Query::new("/api/v1/history");
    let json = client.json(&query).await?;
    let history: History = client.parse(&query, &json)?;
    if is_json {
        output.bytes(&json)?;
        output.line("")?;
    } else {
        let look = output.look();
        for (name, text, paint) in lines(&history, output.times()) {
            let text = paint.map_or_else(|| text.clone(), |paint| look.paint(paint, &text));
            output.line(&format!("{name:WIDTH$}  {text}"))?;
        }
    }
    Ok(outcome(history.recording && history.damaged.is_empty()))
}

/// The width of the names: that of `bytes a record`.
const WIDTH: usize = 14;

type Line = (&'static str, String, Option<Paint>);

fn lines(history: &History, times: &Times) -> Vec<Line> {
    let recording = match (&history.trouble, history.recording) {
        (None, true) => ("yes".to_owned(), Some(Paint::Good)),
        (Some(trouble), true) => {
            let told = format!("yes, but: {}", printable(trouble));
            (told, Some(Paint::Doubtful))
        }
        (Some(trouble), false) => (format!("NO: {}", printable(trouble)), Some(Paint::Bad)),
        (None, false) => ("NO".to_owned(), Some(Paint::Bad)),
    };
    let mut lines: Vec<Line> = vec![("recording", recording.0, recording.1)];
    let Some(folder) = &history.folder else {
        return lines;
    };
    let kept_for = match (history.keep_for_seconds, history.keep_bytes) {
        (None, None) => "ever".to_owned(),
        (Some(seconds), None) => days(seconds),
        (None, Some(bytes)) => format!("as long as it fits into {}", size(bytes)),
        (Some(seconds), Some(bytes)) => format!("{}, at most {}", days(seconds), size(bytes)),
    };
    let oldest = history.oldest.as_ref();
    lines.extend([
        ("folder", printable(folder), None),
        ("records", history.records.to_string(), None),
        (
            "of them new",
            format!("{} in the journal", history.journal_records),
            None,
        ),
        ("segments", history.segments.to_string(), None),
        ("size", size(history.bytes), None),
        (
            "bytes a record",
            history
                .bytes_per_record
                .map_or_else(|| "-".to_owned(), |bytes| format!("{bytes:.2}")),
            None,
        ),
        (
            "oldest",
            oldest.map_or_else(|| "-".to_owned(), |at| times.words(at)),
            None,
        ),
        ("kept for", kept_for, None),
    ]);
    if history.remote == "omit" {
        let told = "not recorded: hosts at the same NAT endpoint cannot be told apart";
        lines.push(("remote", told.to_owned(), None));
    }
    if history.unrecorded > 0 {
        let told = format!("{} since the start", history.unrecorded);
        lines.push(("not recorded", told, Some(Paint::Doubtful)));
    }
    for file in &history.damaged {
        let told = format!("damaged or missing: {}", printable(file));
        lines.push(("file", told, Some(Paint::Bad)));
    }
    let verified = history.verified_at.as_ref();
    lines.push((
        "verified",
        verified.map_or_else(|| "not yet".to_owned(), |at| times.words(at)),
        None,
    ));
    for hold in &history.holds {
        let told = format!(
            "{}: {}",
            printable(&hold.case),
            count(hold.records, "record")
        );
        lines.push(("hold", told, None));
    }
    lines
}

fn days(seconds: u64) -> String {
    span(std::time::Duration::from_secs(seconds))
}

async fn gaps(
    client: &Client,
    query: Query,
    is_json: bool,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let json = client.json(&query).await?;
    let found: Gaps = client.parse(&query, &json)?;
    if is_json {
        output.bytes(&json)?;
        output.line("")?;
    } else {
        for gap in &found.gaps {
            output.line(&coverage::words(gap, output.times()))?;
        }
        if found.gaps.is_empty() {
            output.line("nothing is missing")?;
        }
    }
    Ok(outcome(found.gaps.is_empty()))
}

async fn verify(client: &Client, is_json: bool, output: &mut Output) -> Result<Outcome, Error> {
    let query = Query::new("/api/v1/history/verify");
    let mut answer = client.stream(&query, "application/x-ndjson").await?;
    let mut rest = Vec::new();
    let (mut whole, mut damaged) = (0_u64, 0_u64);
    // Reading one large file can take longer than an answer may.
    let patience = client.timeout().max(std::time::Duration::from_secs(600));
    while let Some(bytes) = answer.next(patience).await? {
        rest.extend_from_slice(&bytes);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            let file: VerifiedFile = client.parse(&query, &line)?;
            if is_json {
                output.bytes(&line)?;
            }
            match &file.fault {
                None => whole += 1,
                Some(fault) => {
                    damaged += 1;
                    if !is_json {
                        let told = format!("{}: {}", printable(&file.file), printable(fault));
                        output.line(&output.look().paint(Paint::Bad, &told))?;
                    }
                }
            }
            output.flush().map_err(Error::Write)?;
        }
    }
    if !is_json {
        let damage = match damaged {
            0 => "none is damaged".to_owned(),
            1 => "1 is damaged or missing".to_owned(),
            damaged => format!("{damaged} are damaged or missing"),
        };
        output.line(&format!(
            "{} verified, {damage}",
            count(whole + damaged, "file")
        ))?;
    }
    Ok(outcome(damaged == 0))
}

async fn expire(client: &Client, is_json: bool, output: &mut Output) -> Result<Outcome, Error> {
    let query = Query::new("/api/v1/history/expired");
    let json = client.json(&query).await?;
    let expired: Expired = client.parse(&query, &json)?;
    if is_json {
        output.bytes(&json)?;
        output.line("")?;
        return Ok(outcome(!expired.segments.is_empty()));
    }
    for segment in &expired.segments {
        let file = Path::new(&segment.file).file_name().unwrap_or_default();
        output.line(&format!(
            "{}  {}  {}  {}",
            printable(&file.to_string_lossy()),
            output.times().interval(&segment.from, &segment.to),
            count(segment.records, "record"),
            size(segment.bytes),
        ))?;
    }
    let bytes = expired.segments.iter().map(|segment| segment.bytes).sum();
    output.line(&match expired.segments.len() {
        0 => "nothing is due to be deleted".to_owned(),
        files => format!(
            "{} due to be deleted, {}",
            count(files as u64, "segment"),
            size(bytes)
        ),
    })?;
    Ok(outcome(!expired.segments.is_empty()))
}

async fn export(
    client: &Client,
    arguments: &ExportArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let (name, accept) = match arguments.format {
        ExportFormat::Parquet => ("parquet", "application/vnd.apache.parquet"),
        ExportFormat::Csv => ("csv", "text/csv"),
        ExportFormat::Ndjson => ("ndjson", "application/x-ndjson"),
    };
    let query = Query::new("/api/v1/records")
        .with_filter(&arguments.filter)
        .with("from", Some(&arguments.from))
        .with("to", arguments.to.as_deref())
        .with("format", Some(name));
    let mut answer = client.stream(&query, accept).await?;
    let create = |path: &Path| {
        File::create_new(path).map_err(|cause| Error::WriteFile {
            path: path.to_owned(),
            cause,
        })
    };
    let mut file = arguments.output.as_deref().map(create).transpose()?;
    let mut bytes_written = 0_u64;
    // A Parquet file comes only when all of it is written.
    let patience = client.timeout().max(std::time::Duration::from_secs(600));
    while let Some(bytes) = answer.next(patience).await? {
        bytes_written += bytes.len() as u64;
        match &mut file {
            Some(file) => file.write_all(&bytes).map_err(Error::Write)?,
            None => output.bytes(&bytes)?,
        }
    }
    if let Some(file) = &file {
        file.sync_all().map_err(Error::Write)?;
    }
    output.flush().map_err(Error::Write)?;
    let header = |name| {
        answer
            .headers()
            .get(name)
            .map(|value| value.as_bytes().to_vec())
    };
    if header("natconnd-coverage").is_some_and(|coverage| coverage != b"complete") {
        output.remark("something is missing of that time: natconn history gaps tells what");
    }
    if header("natconnd-cut").is_some_and(|cut| cut == b"true") {
        output.remark("the export was cut: there is too much of it; ask for a shorter time");
    }
    Ok(outcome(bytes_written > 0))
}

pub(super) const fn outcome(is_well: bool) -> Outcome {
    if is_well {
        Outcome::Match
    } else {
        Outcome::NoMatch
    }
}
