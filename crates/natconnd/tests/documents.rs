//! What the documents point at is there, and they keep to the glossary.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

type Finding = String;

#[test]
fn links_lead_somewhere() {
    none(
        documents()
            .iter()
            .flat_map(|(path, text)| broken_links(path, text)),
    );
}

#[test]
fn files_that_are_named_exist() {
    none(
        documents()
            .iter()
            .flat_map(|(path, text)| missing_files(path, text)),
    );
}

#[test]
fn words_are_those_of_the_glossary() {
    let judged = documents()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("GLOSSARY.md"));
    none(judged.flat_map(|(path, text)| wrong_words(&path, &text)));
}

/// Other documents' tables may begin rows with one label of two metrics.
#[test]
fn the_readmes_tables_tell_nothing_twice() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    none(rows_told_twice(Path::new("README.md"), &readme).into_iter());
}

/// The table of the README has each of natconn's commands.
#[test]
fn the_readme_names_every_command() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_natconn"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let commands: Vec<&str> = commands
        .lines()
        .map_while(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|command| !command.is_empty() && *command != "help")
        .collect();
    assert!(commands.len() > 8, "{commands:?}");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for command in commands {
        let row = format!("\n| `natconn {command}");
        assert!(readme.contains(&row), "README.md lacks natconn {command}");
    }
}

#[test]
fn every_threat_has_a_test_that_there_is() {
    let text = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| A"));
    let mut count = 0;
    for row in rows {
        let (file, name) = shown_by(row).unwrap_or_else(|| panic!("no test is named: {row}"));
        let code = fs::read_to_string(root().join("crates").join(file)).unwrap();
        assert!(
            code.contains(&format!("fn {name}(")),
            "{file} has no {name}"
        );
        count += 1;
    }
    assert!(count > 30, "{count}");
}

/// The file and the name of the test in a row's last cell.
fn shown_by(row: &str) -> Option<(&str, &str)> {
    let cell = row.trim_end_matches('|').rsplit('|').next()?;
    let mut words = cell.split('`').skip(1).step_by(2);
    words.next().zip(words.next())
}

#[test]
fn every_rule_finds_what_breaks_it() {
    let path = Path::new("docs/a.md");
    let found = |text: &str| broken_links(path, text).len();
    assert_eq!(
        found("[a](nowhere.md) [b](config.md#a) [c](https://example.net)"),
        1
    );
    assert_eq!(found("[a](../README.md), [b](/README.md)"), 1);

    let found = |text: &str| missing_files(path, text).len();
    assert_eq!(
        found("`crates/model/src/gone.rs` `http/route.rs` `model::Filter`"),
        1
    );
    assert_eq!(
        found("`docs/gone.md` `docs/config.md` `/etc/natconnd/natconnd.toml`"),
        1
    );

    let found = |text: &str| rows_told_twice(path, text).len();
    assert_eq!(found("| `a` | b |\n| `c` | b |\n| `a` | d |\n"), 1);
    assert_eq!(found("| `a` | b |\n\nelsewhere\n\n| `a` | d |\n"), 0);

    let found = |text: &str| wrong_words(path, text).len();
    assert_eq!(found("The flow, a Session\nand mappings."), 3);
    assert_eq!(found("flowtable workflow"), 0);
}

/// Fails with all findings at once.
fn none(findings: impl Iterator<Item = Finding>) {
    let findings: Vec<_> = findings.collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

fn broken_links(path: &Path, text: &str) -> Vec<Finding> {
    let folder = path.parent().unwrap();
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| target.split('#').next().unwrap())
        .filter(|target| !target.is_empty() && !target.contains("://"))
        // The benchmark writes its results there.
        .filter(|target| !target.starts_with("bench/"))
        .filter(|target| target.starts_with('/') || !root().join(folder).join(target).exists())
        .map(|target| format!("{}: the link to {target} leads nowhere", path.display()))
        .collect()
}

/// Where a path in backticks may begin.
const BEGINNINGS: [&str; 3] = ["", "crates", "crates/natconnd/src"];

fn missing_files(path: &Path, text: &str) -> Vec<Finding> {
    let is_file = |word: &&str| {
        let is_path = !word.contains(char::is_whitespace) && word.contains('/');
        let is_ours = ["crates/", "docs/", "packaging/", "tools/"]
            .iter()
            .any(|folder| word.starts_with(folder));
        is_path && !word.starts_with('/') && (is_ours || word.ends_with(".rs"))
    };
    let exists = |word: &str| {
        let mut places = BEGINNINGS
            .iter()
            .map(|beginning| root().join(beginning).join(word));
        places.any(|place| place.exists())
    };
    let quoted = text
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2));
    quoted
        .filter(is_file)
        .filter(|word| !exists(word))
        .map(|word| format!("{}: there is no {word}", path.display()))
        .collect()
}

/// Rows of one table that begin with the same code.
fn rows_told_twice(path: &Path, text: &str) -> Vec<Finding> {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let Some(row) = line.strip_prefix("| ") else {
            told.clear();
            continue;
        };
        let first = row.split(" |").next().unwrap_or(row);
        if first.starts_with('`') && !told.insert(first) {
            found.push(format!("{}: a table tells {first} twice", path.display()));
        }
    }
    found
}

/// What others call a connection or a translation.
const WRONG_WORDS: [&str; 8] = [
    "flow", "flows", "session", "sessions", "mapping", "mappings", "binding", "bindings",
];

fn wrong_words(path: &Path, text: &str) -> Vec<Finding> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| WRONG_WORDS.contains(&word.to_lowercase().as_str()))
        .map(|word| format!("{}: \"{word}\" is not our word", path.display()))
        .collect()
}

/// Every document that is written by hand, by its path from the root.
fn documents() -> Vec<(PathBuf, String)> {
    let documents: Vec<_> = ["", "docs"]
        .into_iter()
        .flat_map(|folder| {
            let entries = fs::read_dir(root().join(folder)).unwrap();
            entries.map(move |entry| Path::new(folder).join(entry.unwrap().file_name()))
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let text = fs::read_to_string(root().join(&path)).unwrap();
            (path, text)
        })
        .collect();
    assert!(documents.len() > 8, "only {} documents", documents.len());
    documents
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
