//! Cells to lines of a given width.

/// What stands in a row, fit for a terminal.
pub type Cell = String;

/// One column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    heading: &'static str,
    alignment: Alignment,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Alignment {
    /// Left; can be cut where there is too little room.
    Text,
    /// Left, short.
    Word,
    /// Right.
    Number,
}

/// Between columns.
const GAP: usize = 1;

/// No text is cut to less.
const LEAST: usize = 7;

impl Column {
    /// An address, which can be cut.
    pub const fn text(heading: &'static str) -> Self {
        Self {
            heading,
            alignment: Alignment::Text,
        }
    }

    /// A short word.
    pub const fn word(heading: &'static str) -> Self {
        Self {
            heading,
            alignment: Alignment::Word,
        }
    }

    /// A number.
    pub const fn number(heading: &'static str) -> Self {
        Self {
            heading,
            alignment: Alignment::Number,
        }
    }
}

/// The headings and the rows as lines of at most `width` characters where that can
/// be had by cutting texts; all of it where `width` is `None`.
///
/// The first column that can be cut takes what room is left.
pub fn lines(
    columns: &[Column],
    rows: &[Vec<Cell>],
    width: Option<usize>,
) -> (String, Vec<String>) {
    let longest = |index: usize| {
        let cells = rows.iter().filter_map(|row| row.get(index));
        cells.map(|cell| length(cell)).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| longest(index).max(column.heading.len()))
        .collect();
    if let Some(width) = width {
        fit(columns, &mut widths, width);
    }
    let headings: Vec<Cell> = columns
        .iter()
        .map(|column| column.heading.to_owned())
        .collect();
    let lines = rows.iter().map(|row| line(columns, &widths, row)).collect();
    (line(columns, &widths, &headings), lines)
}

/// Widens the first text to fill the width, or narrows texts to fit into it.
fn fit(columns: &[Column], widths: &mut [usize], width: usize) {
    let gaps = GAP * columns.len().saturating_sub(1);
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + gaps;
    let is_text = |index: &usize| columns[*index].alignment == Alignment::Text;
    if let Some(first) = (0..columns.len()).find(is_text)
        && total(widths) < width
    {
        widths[first] += width - total(widths);
    }
    while total(widths) > width {
        let widest = (0..columns.len())
            .filter(is_text)
            .max_by_key(|index| widths[*index]);
        match widest {
            Some(widest) if widths[widest] > LEAST => widths[widest] -= 1,
            _ => return,
        }
    }
}

fn line(columns: &[Column], widths: &[usize], cells: &[Cell]) -> String {
    let mut line = String::new();
    for ((column, width), cell) in columns.iter().zip(widths).zip(cells) {
        if !line.is_empty() {
            line.push_str(&" ".repeat(GAP));
        }
        let cell = cut(cell, *width);
        match column.alignment {
            Alignment::Number => line.push_str(&format!("{cell:>width$}")),
            Alignment::Text | Alignment::Word => line.push_str(&format!("{cell:<width$}")),
        }
    }
    line
}

/// The end of a text, which tells one address from the next better than its
/// beginning does.
fn cut(text: &str, width: usize) -> String {
    let surplus = length(text).saturating_sub(width);
    if surplus == 0 {
        return text.to_owned();
    }
    let end: String = text.chars().skip(surplus + 1).collect();
    format!("…{end}")
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::text("HOST"),
        Column::word("PROTO"),
        Column::number("PORTS"),
    ];

    fn rows() -> Vec<Vec<Cell>> {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        vec![
            row(["192.168.100.200", "tcp", "64512"]),
            row(["2001:db8::1234:5678", "udplite", "7"]),
        ]
    }

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let (heading, lines) = lines(COLUMNS, &rows(), None);
        assert_eq!(heading, "HOST                PROTO   PORTS");
        assert_eq!(
            lines,
            [
                "192.168.100.200     tcp     64512",
                "2001:db8::1234:5678 udplite     7",
            ]
        );
    }

    #[test]
    fn texts_take_the_room_that_is_left_and_give_it_back() {
        let (heading, wide) = lines(COLUMNS, &rows(), Some(40));
        assert_eq!(heading, "HOST                       PROTO   PORTS");
        assert!(wide.iter().all(|line| line.chars().count() == 40));
        let (_, narrow) = lines(COLUMNS, &rows(), Some(24));
        assert_eq!(
            narrow,
            ["…8.100.200 tcp     64512", "…1234:5678 udplite     7"]
        );
        // Numbers and words are never cut.
        let (_, narrowest) = lines(COLUMNS, &rows(), Some(1));
        assert_eq!(
            narrowest,
            ["…00.200 tcp     64512", "…4:5678 udplite     7"]
        );
    }
}
