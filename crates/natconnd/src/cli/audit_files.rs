//! `natconn audit`: who asked what, and whether the audit is whole.
//!
//! Asks nobody: whoever verifies need not believe natconnd.

use audit::{Kind, Line, Order, ReadError, Report, Span, VerifyError, Wanted};

use super::Outcome;
use super::columns::Columns;
use super::definition::{AuditCommand, AuditListArguments, AuditVerifyArguments};
use super::error::Error;
use super::output::{Output, Paint};
use super::times::Times;
use crate::amounts::count;

/// How many lines are listed unless another number is given.
const USUAL: usize = 100;
/// How many rows are laid out at once.
const AT_ONCE: usize = 100;
/// The longest text of a cell, in characters.
const LONGEST: usize = 80;

pub(super) fn run(command: &AuditCommand, output: &mut Output) -> Result<Outcome, Error> {
    match command {
        AuditCommand::Verify(arguments) => verify(arguments, output),
        AuditCommand::List(arguments) => list(arguments, output),
    }
}

fn verify(arguments: &AuditVerifyArguments, output: &mut Output) -> Result<Outcome, Error> {
    let report = audit::verify(&arguments.folder, arguments.head).map_err(|error| match error {
        VerifyError::File(error) => Error::Audit(error),
        other => Error::NoAudit(other),
    })?;
    if arguments.json {
        output.line(&json(&report).to_string())?;
    } else {
        print(&report, arguments, output)?;
    }
    Ok(match report.is_whole() {
        true => Outcome::Match,
        false => Outcome::NoMatch,
    })
}

fn json(report: &Report) -> serde_json::Value {
    let span = |span: Option<Span>| {
        span.map(|span| {
            serde_json::json!({
                "sequence": span.head.sequence,
                "hash": span.head.hash.to_string(),
                "time": span.time.map(|time| time.to_string()),
            })
        })
    };
    let findings: Vec<_> = report
        .findings
        .iter()
        .map(|finding| {
            serde_json::json!({
                "file": finding.file,
                "line": finding.line,
                "finding": finding.fault.to_string(),
            })
        })
        .collect();
    serde_json::json!({
        "whole": report.is_whole(),
        "files": report.files,
        "lines": report.lines,
        "bytes": report.bytes,
        "first": span(report.first),
        "last": span(report.last),
        "findings": findings,
        "more_findings": report.more_findings,
        "notes": report.notes,
        "more_notes": report.more_notes,
    })
}

fn print(
    report: &Report,
    arguments: &AuditVerifyArguments,
    output: &mut Output,
) -> Result<(), Error> {
    let look = output.look();
    for finding in &report.findings {
        output.line(&look.paint(Paint::Bad, &finding.to_string()))?;
    }
    for note in &report.notes {
        output.line(&format!("note: {note}"))?;
    }
    for (more, what) in [
        (report.more_findings, "finding"),
        (report.more_notes, "note"),
    ] {
        if more > 0 {
            output.line(&format!("and {} more", count(more, what)))?;
        }
    }
    let findings = report.findings.len() as u64 + report.more_findings;
    let judgement = match findings {
        0 => look.paint(Paint::Good, "whole"),
        some => look.paint(Paint::Bad, &count(some, "finding")),
    };
    output.line(&format!(
        "{}, {}: {judgement}",
        count(report.files, "file"),
        count(report.lines, "line"),
    ))?;
    if let (Some(first), Some(last)) = (report.first, report.last) {
        let time = |span: Span| span.time.map_or_else(String::new, |time| time.to_string());
        let interval = output.times().interval(&time(first), &time(last));
        let (from, to) = (first.head.sequence, last.head.sequence);
        output.line(&format!("lines {from} to {to}, {interval}"))?;
        output.line(&format!("last line {}", last.head))?;
    }
    if findings > 0 {
        return Ok(());
    }
    output.line(match arguments.head {
        Some(_) => "it has the line that was noted elsewhere: up to there nothing was written anew",
        None => {
            "whoever may write the folder can write all of it anew: --head with a line that was \
             noted elsewhere shows that"
        }
    })
}

fn list(arguments: &AuditListArguments, output: &mut Output) -> Result<Outcome, Error> {
    let wanted = Wanted {
        from: arguments.from,
        to: arguments.to,
        caller: arguments.caller.clone(),
        case: arguments.of_case.clone(),
        contains: arguments.contains.clone(),
        only_requests: arguments.requests,
        order: match arguments.oldest_first {
            true => Order::OldestFirst,
            false => Order::NewestFirst,
        },
    };
    let limit = match arguments.all {
        true => usize::MAX,
        false => arguments.limit.unwrap_or(USUAL),
    };
    let lines = audit::read(&arguments.folder, wanted, arguments.after);
    let mut lines = lines.map_err(Error::Audit)?;
    let mut table = Columns::default();
    let mut page: Vec<Line> = Vec::new();
    let (mut listed, mut last) = (0, None);
    let mut is_damaged = false;
    while listed < limit {
        let line = match lines.next() {
            None => break,
            Some(Ok(line)) => line,
            Some(Err(ReadError::File(error))) => return Err(Error::Audit(error)),
            Some(Err(error)) => {
                is_damaged = true;
                output.remark(&format!("{error}; natconn audit verify says more"));
                continue;
            }
        };
        listed += 1;
        last = Some(line.sequence);
        if arguments.json {
            output.line(&line.json)?;
        } else {
            page.push(line);
            if page.len() == AT_ONCE {
                write(&mut table, &mut page, output)?;
            }
        }
    }
    write(&mut table, &mut page, output)?;
    if let Some(last) = last.filter(|_| listed == limit)
        && lines.next().is_some()
    {
        output.remark(&format!(
            "more lines fit than are listed: --after {last} lists the next, --all lists all"
        ));
    }
    if listed == 0 && !arguments.json {
        output.line("no line fits")?;
    }
    Ok(match listed > 0 && !is_damaged {
        true => Outcome::Match,
        false => Outcome::NoMatch,
    })
}

/// Writes rows, and forgets them.
fn write(table: &mut Columns, page: &mut Vec<Line>, output: &mut Output) -> Result<(), Error> {
    if page.is_empty() {
        return Ok(());
    }
    let times = output.times().clone();
    let cells = page.drain(..).map(|line| cells(&line, &times)).collect();
    for line in table.lines(headings(&times), cells, output.look()) {
        output.line(&line)?;
    }
    Ok(())
}

fn headings(times: &Times) -> Vec<String> {
    let word = str::to_owned;
    vec![
        word("SEQUENCE"),
        times.heading("TIME"),
        word("CALLER"),
        word("FROM"),
        word("REQUEST"),
        word("OUTCOME"),
        word("MATCHES"),
        word("CASE"),
        word("REASON"),
        word("QUESTION"),
    ]
}

fn cells(line: &Line, times: &Times) -> Vec<String> {
    let text = |name| cell(line.text(name));
    let mut cells = vec![
        line.sequence.to_string(),
        times.cell(&line.time.to_string()),
    ];
    if line.kind == Kind::Request {
        cells.extend(["caller", "from", "request", "outcome"].map(text));
        let matches = line.number("matches");
        cells.push(matches.map_or_else(|| "-".to_owned(), |matches| matches.to_string()));
        cells.extend(["case", "reason", "question"].map(text));
    } else {
        let nothing = || "-".to_owned();
        cells.extend([nothing(), nothing(), line.kind.name().to_owned()]);
        cells.extend([nothing(), nothing(), nothing(), nothing(), told(line)]);
    }
    cells
}

/// What a line says that is told of the audit itself.
fn told(line: &Line) -> String {
    let text = |name| cell(line.text(name));
    let number = |name| line.number(name).unwrap_or(0);
    match line.kind {
        Kind::File => format!("file {} of gateway {}", number("file"), text("gateway")),
        Kind::Removed => format!("file {} is deleted, its time is over", number("file")),
        Kind::Recovered => text("found"),
        Kind::Failed => format!(
            "since {}: {}; {} answered, {} refused",
            text("since"),
            text("error"),
            number("answered"),
            number("refused")
        ),
        _ => "-".to_owned(),
    }
}

/// A text as a cell has room for it.
fn cell(text: Option<&str>) -> String {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return "-".to_owned();
    };
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    audit::shown(&shown)
}
