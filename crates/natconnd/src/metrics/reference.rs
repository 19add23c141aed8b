//! The tables of docs/metrics.md, made of the definitions.

use super::metric::{Definition, Metric};
use super::{health, history, http, ident, kernel, label, lookup, mirror, process, trail, usage};
use label::{Label, Values};

/// The metrics of a part, for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// When there are any, where that is not always.
    pub condition: Option<&'static str>,
    /// The metrics, in the order of `/metrics`.
    pub definitions: Vec<Definition>,
}

/// All metrics, in the order of `/metrics`.
pub fn groups() -> Vec<Group> {
    vec![
        group("Process", None, process::METRICS),
        group("Kernel", None, kernel::METRICS),
        group("Mirror and table", None, mirror::METRICS),
        group("Lookups", None, lookup::METRICS),
        group("HTTP", None, http::METRICS),
        group(
            "TLS",
            Some("for listeners that speak it (`listener.NAME.certificate`)"),
            super::tls::METRICS,
        ),
        group(
            "History",
            Some("where `history.folder` is set"),
            history::METRICS,
        ),
        group(
            "Usage",
            Some("once the table has been counted, some moments after the first scrape"),
            usage::METRICS,
        ),
        group("Health", None, health::METRICS),
        group("Audit", Some("where `audit.folder` is set"), trail::METRICS),
        group("Ident", Some("where `ident.listen` is set"), ident::METRICS),
    ]
}

fn group<T>(title: &'static str, condition: Option<&'static str>, metrics: &[Metric<T>]) -> Group {
    Group {
        title,
        condition,
        definitions: metrics.iter().map(Metric::definition).collect(),
    }
}

/// The metrics and their labels as Markdown.
pub fn reference() -> String {
    let groups = groups();
    let tables = groups.iter().map(table);
    let tables: Vec<String> = tables.chain([labels(&groups)]).collect();
    tables.join("\n")
}

fn table(group: &Group) -> String {
    let mut text = format!("### {}\n\n", group.title);
    if let Some(condition) = group.condition {
        text += &format!("Only {condition}.\n\n");
    }
    text += "| metric | type | unit | labels | series | meaning |\n|---|---|---|---|---|---|\n";
    for it in &group.definitions {
        let labels: Vec<String> = it
            .labels
            .iter()
            .map(|it| format!("`{}`", it.name))
            .collect();
        let cells = [
            format!("`{}`", it.name),
            it.kind.name().to_owned(),
            it.unit.map_or("", super::Unit::name).to_owned(),
            labels.join(", "),
            series(it),
            it.meaning.to_owned(),
        ];
        text += &row(&cells);
    }
    text
}

/// How many time series there are at most.
fn series(definition: &Definition) -> String {
    match (definition.is_of_processors(), definition.series()) {
        (false, series) => series.to_string(),
        (true, 1) => "processors".to_owned(),
        (true, series) => format!("{series} × processors"),
    }
}

/// Each label once, and for each use of a name that means something else.
fn labels(groups: &[Group]) -> String {
    let definitions = groups.iter().flat_map(|group| &group.definitions);
    let used = definitions.flat_map(|it| it.labels.iter().map(move |label| (label, it)));
    let mut found: Vec<(&Label, Vec<String>)> = Vec::new();
    for (label, definition) in used {
        let name = format!("`{}`", definition.name);
        match found.iter_mut().find(|(known, _)| *known == label) {
            Some((_, names)) => names.push(name),
            None => found.push((label, vec![name])),
        }
    }
    let mut text = String::from("### Labels\n\n| label | of | is | values |\n|---|---|---|---|\n");
    for (label, names) in found {
        let of = match &names[..] {
            [first, .., _] if names.len() > 3 => format!("{first} and {} more", names.len() - 1),
            names => names.join(", "),
        };
        let values = match label.values {
            Values::Words(words) => {
                let words = words().into_iter();
                let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
                words.join(", ")
            }
            Values::Processors => "a number".to_owned(),
            Values::Found => "what was found".to_owned(),
        };
        text += &row(&[
            format!("`{}`", label.name),
            of,
            label.meaning.to_owned(),
            values,
        ]);
    }
    text
}

fn row(cells: &[String]) -> String {
    let cells = cells.iter().map(|cell| match &**cell {
        "" => " |".to_owned(),
        cell => format!(" {cell} |"),
    });
    format!("|{}\n", cells.collect::<String>())
}
