//! Columns of text under headings.
//!
//! Plain where no person looks on, so that other commands can read them; a rule under
//! the headings on a terminal. A long list comes in several parts, each as wide as those
//! before it or wider.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentLineStyle, LineStyle, Table, TableStyle, Width};

use super::output::{Look, Paint};

/// Lines between columns and under the headings, none around.
const RULED: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction('│'))
    .header_separator(LineStyle::none().fill('─').junction('┼'))
    .content_lines(ContentLineStyle::none().junction('│'));

/// Columns that are written part by part.
#[derive(Debug, Default)]
pub(super) struct Columns {
    widths: Vec<u16>,
    has_heading: bool,
}

impl Columns {
    /// The lines of the next rows; the headings stand before the first of them.
    pub fn lines(
        &mut self,
        headings: Vec<String>,
        cells: Vec<Vec<String>>,
        look: Look,
    ) -> Vec<String> {
        self.widths.resize(headings.len(), 0);
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
        for (column, width) in table.column_iter_mut().zip(&self.widths) {
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
