//! Translations as a table.
//!
//! Plain columns where no person looks on, so that other commands can read
//! them; a rule under the headings on a terminal. A long list comes in
//! several parts, each as wide as those before it or wider.

use std::net::{IpAddr, SocketAddr};

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentLineStyle, LineStyle, Table, TableStyle, Width};

use super::error::{Error, printable};
use super::output::{Look, Output, Paint};
use super::times::Times;
use crate::api::Row;

const COLUMNS: usize = 8;

/// Lines between columns and under the headings, none around.
const RULED: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction('│'))
    .header_separator(LineStyle::none().fill('─').junction('┼'))
    .content_lines(ContentLineStyle::none().junction('│'));

/// A table that is written part by part.
#[derive(Debug, Default)]
pub(super) struct Rows {
    widths: [u16; COLUMNS],
    has_heading: bool,
}

impl Rows {
    /// Writes the next rows; the headings stand before the first of them.
    pub fn write(&mut self, rows: &[Row], output: &mut Output) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let (look, times) = (output.look(), output.times().clone());
        for line in self.lines(rows, look, &times) {
            output.line(&line)?;
        }
        Ok(())
    }

    pub(super) fn lines(&mut self, rows: &[Row], look: Look, times: &Times) -> Vec<String> {
        let headings = headings(times);
        let cells: Vec<_> = rows.iter().map(|row| cells(row, times)).collect();
        for row in cells.iter().chain([&headings]) {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                let length = u16::try_from(cell.chars().count()).unwrap_or(u16::MAX);
                *width = length.max(*width);
            }
        }
        let has_heading = std::mem::replace(&mut self.has_heading, true);
        let mut table = Table::new();
        table.load_style(if look.is_terminal { RULED } else { NOTHING });
        if !has_heading {
            table.set_header(headings);
        }
        table.add_rows(cells);
        let padding = if look.is_terminal { (1, 1) } else { (0, 2) };
        for (column, width) in table.column_iter_mut().zip(self.widths) {
            column.set_padding(padding);
            let width = Width::Fixed(width.saturating_add(padding.0 + padding.1));
            column.set_constraint(ColumnConstraint::LowerBoundary(width));
        }
        let lines = table.lines().map(|line| line.trim_end().to_owned());
        lines
            .enumerate()
            .map(|(index, line)| match index {
                0 if !has_heading => look.paint(Paint::Heading, &line),
                _ => line,
            })
            .collect()
    }
}

fn headings(times: &Times) -> [String; COLUMNS] {
    let from = times.heading("FROM");
    let until = times.heading("UNTIL");
    let word = |text: &str| text.to_owned();
    [
        word("PROTOCOL"),
        word("KIND"),
        word("INTERNAL"),
        word("NAT"),
        word("REMOTE"),
        word("ZONE"),
        from,
        until,
    ]
}

fn cells(row: &Row, times: &Times) -> [String; COLUMNS] {
    [
        printable(&row.protocol),
        printable(&row.kind),
        endpoint(row.internal_address, row.internal_port),
        endpoint(row.nat_address, row.nat_port),
        endpoint(row.remote_address, row.remote_port),
        row.zone.to_string(),
        time(
            row.started_at.as_deref(),
            row.started_at_source.as_deref(),
            "unknown",
            times,
        ),
        time(
            row.ended_at.as_deref(),
            row.ended_at_source.as_deref(),
            "live",
            times,
        ),
    ]
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
            remote_address: "198.51.100.1".parse().unwrap(),
            remote_port: 443,
            zone: 0,
            started_at: Some("2026-11-23T22:47:00.123Z".to_owned()),
            started_at_source: Some("estimated".to_owned()),
            ended_at: None,
            ended_at_source: None,
            kernel_id: Some(7),
        }
    }

    #[test]
    fn later_parts_stay_in_line() {
        let mut rows = Rows::default();
        let mut part = |row: Row| rows.lines(&[row], Look::default(), &Times::Utc).join("\n");
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
        let lines = Rows::default().lines(&[row("192.168.1.2", 5)], look, &Times::Utc);
        assert!(lines[0].starts_with("\u{1b}[1m PROTOCOL │ KIND   │ INTERNAL"));
        assert!(lines[0].ends_with("UNTIL (UTC)\u{1b}[0m"));
        assert!(lines[1].starts_with("──────────┼────────┼────"));
        assert!(lines[2].starts_with(" tcp      │ source │ 192.168.1.2:5 │"));
        assert_eq!(lines.len(), 3);
    }
}
