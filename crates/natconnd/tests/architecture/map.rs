//! The tables of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::sources::root;

type Names = BTreeSet<String>;

/// What the tables say, by the name in their first column.
#[derive(Debug)]
pub struct Map {
    /// Of each crate: what it depends on, and what its tests do besides.
    pub crates: BTreeMap<String, [Names; 2]>,
    /// Of each module of natconnd: the modules and the crates that it knows.
    pub modules: BTreeMap<String, [Names; 2]>,
    /// Of each foreign crate: who depends on it, and whose tests do.
    pub dependencies: BTreeMap<String, [Names; 2]>,
}

impl Map {
    /// Reads ARCHITECTURE.md.
    pub fn read() -> Self {
        Self::parse(&fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap())
    }

    /// Finds the three tables in a document, by their headings.
    pub fn parse(text: &str) -> Self {
        Self {
            crates: table(text, "| crate |"),
            modules: table(text, "| module of natconnd |"),
            dependencies: table(text, "| dependency |"),
        }
    }
}

fn table(text: &str, heading: &str) -> BTreeMap<String, [Names; 2]> {
    let rows: BTreeMap<_, _> = text
        .lines()
        .skip_while(|line| !line.starts_with(heading))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let mut cells = line.split('|').skip(1).map(names);
            let mut next = || cells.next().unwrap_or_default();
            let name = next().pop_first().unwrap_or_default();
            (name, [next(), next()])
        })
        .collect();
    assert!(!rows.is_empty(), "ARCHITECTURE.md has no table {heading}");
    rows
}

/// What stands in backticks.
fn names(cell: &str) -> Names {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}
