//! Translations as a table.

use std::net::{IpAddr, SocketAddr};

use super::columns::Columns;
use super::error::{Error, printable};
use super::output::{Look, Output};
use super::times::Times;
use crate::api::Row;

/// A table that is written part by part.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Whether it is about the past, so that how times are known is told as well.
    is_past: bool,
    columns: Columns,
}

impl Rows {
    /// A table of what was.
    pub fn of_the_past() -> Self {
        Self {
            is_past: true,
            ..Self::default()
        }
    }

    /// Writes the next rows; the headings stand before the first of them.
    pub fn write(&mut self, rows: &[Row], output: &mut Output) -> Result<(), Error> {
        let rows = rows.iter().map(|row| (row, None));
        self.write_with(Vec::from_iter(rows), None, output)
    }

    /// The same, with a last column of this heading.
    pub fn write_with(
        &mut self,
        rows: Vec<(&Row, Option<String>)>,
        heading: Option<&str>,
        output: &mut Output,
    ) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let (look, times) = (output.look(), output.times().clone());
        for line in self.lines(rows, heading, look, &times) {
            output.line(&line)?;
        }
        Ok(())
    }

    pub(super) fn lines(
        &mut self,
        rows: Vec<(&Row, Option<String>)>,
        heading: Option<&str>,
        look: Look,
        times: &Times,
    ) -> Vec<String> {
        let mut headings = headings(times, self.is_past);
        headings.extend(heading.map(str::to_owned));
        let cells: Vec<_> = rows
            .into_iter()
            .map(|(row, last)| {
                let mut cells = cells(row, times, self.is_past);
                cells.extend(last);
                cells
            })
            .collect();
        self.columns.lines(headings, cells, look)
    }
}

fn headings(times: &Times, is_past: bool) -> Vec<String> {
    let word = |text: &str| text.to_owned();
    let mut headings = vec![
        word("PROTOCOL"),
        word("KIND"),
        word("INTERNAL"),
        word("NAT"),
        word("REMOTE"),
        word("ZONE"),
        times.heading("FROM"),
        times.heading("UNTIL"),
    ];
    if is_past {
        headings.extend([word("MEASURED BY"), word("END TOLD BY")]);
    }
    headings
}

fn cells(row: &Row, times: &Times, is_past: bool) -> Vec<String> {
    let until = time(
        row.ended_at.as_deref(),
        row.ended_at_source.as_deref(),
        "live",
        times,
    );
    let lives_on = row.end_evidence.as_deref() == Some("checkpoint");
    let mut cells = vec![
        printable(&row.protocol),
        printable(&row.kind),
        endpoint(row.internal_address, row.internal_port),
        endpoint(row.nat_address, row.nat_port),
        remote(row),
        row.zone.to_string(),
        time(
            row.started_at.as_deref(),
            row.started_at_source.as_deref(),
            "unknown",
            times,
        ),
        if lives_on { format!(">{until}") } else { until },
    ];
    if is_past {
        let evidence = row.end_evidence.as_deref().map(printable);
        cells.extend([measured(row), evidence.unwrap_or_else(|| "-".to_owned())]);
    }
    cells
}

/// Who measured begin and end: one word where it was the same.
fn measured(row: &Row) -> String {
    let sources = [&row.started_at_source, &row.ended_at_source];
    let mut words: Vec<_> = sources
        .into_iter()
        .flatten()
        .map(|it| printable(it))
        .collect();
    words.dedup();
    if words.is_empty() {
        return "-".to_owned();
    }
    words.join(", ")
}

/// The far end, where it is known.
pub(super) fn remote(row: &Row) -> String {
    match (row.remote_address, row.remote_port) {
        (Some(address), Some(port)) => endpoint(address, port),
        (Some(address), None) => address.to_string(),
        (None, _) => "omitted".to_owned(),
    }
}

/// An endpoint as people write it: `192.0.2.1:443`, `[2001:db8::1]:443`.
pub(super) fn endpoint(address: IpAddr, port: u16) -> String {
    SocketAddr::from((address, port)).to_string()
}

/// A time; `~` before it where nobody saw it, so that it is only the latest
/// that it can be.
pub(super) fn time(at: Option<&str>, source: Option<&str>, absent: &str, times: &Times) -> String {
    match (at, source) {
        (None, _) => absent.to_owned(),
        (Some(at), Some("estimated")) => format!("~{}", times.cell(at)),
        (Some(at), _) => times.cell(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(internal: &str, port: u16) -> Row {
        Row {
            protocol: "tcp".to_owned(),
            kind: "source".to_owned(),
            internal_address: internal.parse().unwrap(),
            internal_port: port,
            nat_address: "203.0.113.7".parse().unwrap(),
            nat_port: 40123,
            remote_address: Some("198.51.100.1".parse().unwrap()),
            remote_port: Some(443),
            zone: 0,
            started_at: Some("2026-11-23T22:47:00.123Z".to_owned()),
            started_at_source: Some("estimated".to_owned()),
            ended_at: None,
            ended_at_source: None,
            kernel_id: Some(7),
            end_evidence: None,
            internal_packets: None,
            internal_bytes: None,
            remote_packets: None,
            remote_bytes: None,
            mark: None,
        }
    }

    fn lines(rows: &mut Rows, row: &Row, look: Look) -> Vec<String> {
        rows.lines(vec![(row, None)], None, look, &Times::Utc)
    }

    #[test]
    fn later_parts_stay_in_line() {
        let mut rows = Rows::default();
        let mut part = |row: Row| lines(&mut rows, &row, Look::default()).join("\n");
        assert_eq!(
            part(row("192.168.1.2", 5)),
            "\
PROTOCOL  KIND    INTERNAL       NAT                REMOTE            ZONE  FROM (UTC)                UNTIL (UTC)
tcp       source  192.168.1.2:5  203.0.113.7:40123  198.51.100.1:443  0     ~2026-11-23 22:47:00.123  live"
        );
        assert_eq!(
            part(row("10.0.0.1", 1)),
            "tcp       source  10.0.0.1:1     203.0.113.7:40123  198.51.100.1:443  0     \
             ~2026-11-23 22:47:00.123  live"
        );
        assert_eq!(
            part(row("2001:db8::1", 1)),
            "tcp       source  [2001:db8::1]:1  203.0.113.7:40123  198.51.100.1:443  0     \
             ~2026-11-23 22:47:00.123  live"
        );
    }

    #[test]
    fn a_terminal_gets_a_rule_and_a_bold_heading() {
        let look = Look {
            is_terminal: true,
            has_colours: true,
        };
        let lines = lines(&mut Rows::default(), &row("192.168.1.2", 5), look);
        assert!(lines[0].starts_with("\u{1b}[1m PROTOCOL │ KIND   │ INTERNAL"));
        assert!(lines[0].ends_with("UNTIL (UTC)\u{1b}[0m"));
        assert!(lines[1].starts_with("──────────┼────────┼────"));
        assert!(lines[2].starts_with(" tcp      │ source │ 192.168.1.2:5 │"));
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn of_the_past_it_is_told_how_it_is_known() {
        let mut rows = Rows::of_the_past();
        let lived = Row {
            started_at_source: Some("kernel".to_owned()),
            ended_at: Some("2026-11-24T22:47:00.123Z".to_owned()),
            ended_at_source: Some("received".to_owned()),
            end_evidence: Some("checkpoint".to_owned()),
            remote_address: None,
            remote_port: None,
            ..row("192.168.1.2", 5)
        };
        let asked = Some("exact".to_owned());
        let lines = rows.lines(
            vec![(&lived, asked)],
            Some("ASKED"),
            Look::default(),
            &Times::Utc,
        );
        assert_eq!(
            lines.join("\n"),
            "\
PROTOCOL  KIND    INTERNAL       NAT                REMOTE   ZONE  FROM (UTC)               UNTIL (UTC)               MEASURED BY       END TOLD BY  ASKED
tcp       source  192.168.1.2:5  203.0.113.7:40123  omitted  0     2026-11-23 22:47:00.123  >2026-11-24 22:47:00.123  kernel, received  checkpoint   exact"
        );
    }
}
