//! What was measured, as a table for people and for `RESULTS.md`.
//!
//! Ratios come first: they travel from machine to machine. Absolute figures
//! follow as context.

use std::fmt::Write;

use anyhow::{Result, ensure};

use crate::samples::Samples;

/// What the project has promised about a ratio.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }

    fn text(self, digits: usize) -> String {
        match self {
            Self::AtMost(limit) => format!("≤ {limit:.digits$}"),
            Self::AtLeast(limit) => format!("≥ {limit:.digits$}"),
        }
    }
}

/// One promise and how it stands.
struct Promise {
    what: String,
    bound: Bound,
    measured: Samples,
    digits: usize,
}

/// Something that must hold in every round.
struct Demand {
    what: String,
    found: String,
    rounds: usize,
    holds: bool,
}

/// A table of absolute figures.
struct Figures {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Everything that was measured.
#[derive(Default)]
pub struct Report {
    demands: Vec<Demand>,
    promises: Vec<Promise>,
    figures: Vec<Figures>,
}

impl Report {
    /// Adds a promise, written with `digits` digits after the point.
    pub fn promise(&mut self, what: &str, bound: Bound, measured: Samples, digits: usize) {
        self.promises.push(Promise {
            what: what.to_owned(),
            bound,
            measured,
            digits,
        });
    }

    /// Adds something that must hold in every one of `rounds`, what was found
    /// in all of them, and whether it holds.
    pub fn demand(&mut self, what: &str, found: impl ToString, rounds: usize, holds: bool) {
        self.demands.push(Demand {
            what: what.to_owned(),
            found: found.to_string(),
            rounds,
            holds,
        });
    }

    /// An error that names the demands which do not hold, if there are any.
    pub fn ensure_demands_hold(&self) -> Result<()> {
        let broken = self.demands.iter().filter(|demand| !demand.holds);
        let broken: Vec<_> = broken
            .map(|demand| format!("{}: found {}", demand.what, demand.found))
            .collect();
        ensure!(broken.is_empty(), "does not hold: {}", broken.join("; "));
        Ok(())
    }

    /// Begins a table of figures.
    pub fn figures(&mut self, title: &str, head: &[&str]) {
        let head = head.iter().map(|&word| word.to_owned()).collect();
        self.figures.push(Figures {
            title: title.to_owned(),
            head,
            rows: Vec::new(),
        });
    }

    /// Adds a row to the table begun last.
    pub fn row(&mut self, cells: Vec<String>) {
        if let Some(figures) = self.figures.last_mut() {
            figures.rows.push(cells);
        }
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.promises.is_empty() && self.figures.is_empty()
    }

    /// All of it in Markdown, which reads well on a terminal too.
    pub fn render(&self) -> String {
        let mut text = String::new();
        if !self.demands.is_empty() {
            let head = ["what must hold", "rounds", "found", "holds"];
            let rows: Vec<_> = self.demands.iter().map(Demand::cells).collect();
            text += "## Demands\n\n";
            text += &table(&head.map(str::to_owned), &rows);
        }
        if !self.promises.is_empty() {
            let head = [
                "what",
                "at least",
                "measured: median (least–greatest)",
                "rounds",
                "holds",
            ];
            let rows: Vec<_> = self.promises.iter().map(Promise::cells).collect();
            text += "## Ratios\n\n";
            text += &table(&head.map(str::to_owned), &rows);
        }
        if !self.figures.is_empty() {
            text += "\n## Context\n\n\
                     Absolute figures of this machine, in this run. They do not travel: another\n\
                     processor, kernel or neighbour on the host gives others.\n";
        }
        for figures in &self.figures {
            let _ = write!(
                text,
                "\n### {}\n\n{}",
                figures.title,
                table(&figures.head, &figures.rows)
            );
        }
        text
    }
}

impl Demand {
    fn cells(&self) -> Vec<String> {
        let holds = if self.holds { "yes" } else { "**no**" };
        vec![
            self.what.clone(),
            self.rounds.to_string(),
            self.found.clone(),
            holds.to_owned(),
        ]
    }
}

impl Promise {
    fn cells(&self) -> Vec<String> {
        let digits = self.digits;
        let measured = &self.measured;
        let (value, holds) = match measured.len() {
            0 => ("not measured".to_owned(), "?"),
            _ if self.bound.holds(measured.median()) => (format!("{measured:.digits$}"), "yes"),
            _ => (format!("{measured:.digits$}"), "**no**"),
        };
        let bound = self.bound.text(digits);
        vec![
            self.what.clone(),
            bound,
            value,
            measured.len().to_string(),
            holds.to_owned(),
        ]
    }
}

/// A table in Markdown, with its columns aligned.
pub fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .chain([&head[column]])
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let cells = cells
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:width$}"));
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    [line(head), line(&rule)]
        .into_iter()
        .chain(rows.iter().map(|row| line(row)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_judged_by_its_median() {
        let mut report = Report::default();
        let samples = |values: &[f64]| values.iter().copied().collect();
        report.promise("kept", Bound::AtMost(1.5), samples(&[1.4, 1.5, 9.0]), 1);
        report.promise("broken", Bound::AtLeast(0.95), samples(&[0.9]), 2);
        report.promise("open", Bound::AtMost(1.0), Samples::default(), 1);
        let text = report.render();
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[4].contains("1.5 (1.4–9.0)") && lines[4].contains("yes"),
            "{text}"
        );
        assert!(
            lines[5].contains("≥ 0.95") && lines[5].contains("**no**"),
            "{text}"
        );
        assert!(lines[6].contains("not measured"), "{text}");
    }

    #[test]
    fn a_demand_that_does_not_hold_is_an_error() {
        let mut report = Report::default();
        report.demand("kept", 0, 50, true);
        report.ensure_demands_hold().expect("all hold");
        report.demand("broken", 3, 50, false);
        let error = report.ensure_demands_hold().expect_err("one does not");
        assert_eq!(error.to_string(), "does not hold: broken: found 3");
        assert!(report.render().contains("**no**"));
    }
}
