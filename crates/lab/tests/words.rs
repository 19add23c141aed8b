//! Holds the whole repository to rules that no compiler knows.
//!
//! Names that say nothing, files that are too long, and assertions that
//! assert nothing. Each rule has a test that sees it find something.

#![allow(clippy::unwrap_used, reason = "all of this file is tests")]

use std::fs;
use std::path::{Path, PathBuf};

/// What breaks a rule: where, and what it is.
type Finding = String;

#[test]
fn files_are_named_after_what_they_hold() {
    none(files().iter().filter_map(|path| file_name(path)));
}

#[test]
fn files_are_short_enough_to_read() {
    none(rust_files().filter_map(|(path, text)| length(&path, &text)));
}

#[test]
fn declarations_say_what_they_are() {
    none(rust_files().flat_map(|(path, text)| declarations(&path, &text)));
}

#[test]
fn nothing_is_left_undone_or_ignored() {
    none(rust_files().flat_map(|(path, text)| left_undone(&path, &text)));
}

#[test]
fn no_test_looks_at_a_pattern_and_asserts_nothing() {
    none(rust_files().flat_map(|(path, text)| bare_patterns(&path, &text)));
}

#[test]
fn every_rule_finds_what_breaks_it() {
    let path = Path::new("src/utils.rs");
    assert!(file_name(path).is_some());
    assert!(file_name(Path::new("src/helpers/mod.rs")).is_some());
    assert!(file_name(Path::new("src/listing.rs")).is_none());

    assert!(length(path, &"\n".repeat(601)).is_some());
    assert!(length(path, &"\n".repeat(600)).is_none());

    let found = |line: &str| declarations(path, line).len();
    assert_eq!(found("pub(crate) struct TableManager {"), 1);
    assert_eq!(found("enum ConnectionInfo<'a> {"), 1);
    assert_eq!(found("    pub async fn process_event() {"), 1);
    assert_eq!(found("fn do_it() {"), 1);
    assert_eq!(found("struct HelperName;"), 0);
    assert_eq!(found("let Information = fn_do();"), 0);

    let undone = concat!(
        "#[ign",
        "ore]\nfn test() { to",
        "do!() }\n// TO",
        "DO later"
    );
    assert_eq!(left_undone(path, undone).len(), 3);
    assert_eq!(
        left_undone(path, concat!("// TO", "DO #12: later")).len(),
        0
    );

    let bare = |text: &str| bare_patterns(path, text).len();
    assert_eq!(bare("    matches!(it, Some(_));"), 1);
    assert_eq!(
        bare("    matches!(\n        it,\n        Some(_)\n    );"),
        1
    );
    assert_eq!(bare("    matches!(it, Some(_))\n}"), 0);
    assert_eq!(bare("    assert!(matches!(it, Some(_)));"), 0);
    assert_eq!(bare("    let is =\n        matches!(it, Some(_));"), 0);
}

/// Fails with all findings at once.
fn none(findings: impl Iterator<Item = Finding>) {
    let findings: Vec<_> = findings.collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// Names under which anything can be put, and then is.
const EMPTY_NAMES: [&str; 10] = [
    "util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "shared",
    "stuff",
];

fn file_name(path: &Path) -> Option<Finding> {
    let names = path.iter().filter_map(|part| Path::new(part).file_stem());
    names
        .filter_map(|name| name.to_str())
        .find(|name| EMPTY_NAMES.contains(&name.to_lowercase().as_str()))
        .map(|name| format!("{}: \"{name}\" does not say what it holds", path.display()))
}

fn length(path: &Path, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    (lines > 600).then(|| format!("{}: {lines} lines, at most 600", path.display()))
}

/// Ends of type names that add nothing to the name before them.
const EMPTY_ENDS: [&str; 6] = ["Manager", "Handler", "Helper", "Info", "Data", "Impl"];

/// Beginnings of function names that add nothing to the name behind them.
const EMPTY_BEGINNINGS: [&str; 2] = ["do_", "process_"];

fn declarations(path: &Path, text: &str) -> Vec<Finding> {
    let is_empty = |keyword: &str, name: &str| match keyword {
        "struct" | "enum" | "trait" | "type" => EMPTY_ENDS.iter().any(|end| name.ends_with(end)),
        "fn" => EMPTY_BEGINNINGS
            .iter()
            .any(|beginning| name.starts_with(beginning)),
        _ => false,
    };
    lines_where(path, text, |line| {
        let mut words = line
            .split_whitespace()
            .skip_while(|word| is_qualifier(word));
        let keyword = words.next().unwrap_or_default();
        let name = words
            .next()
            .and_then(|word| word.split(|letter| !is_of_name(letter)).next())
            .unwrap_or_default();
        // A trait's own type has the name that the trait gives it.
        let is_of_trait = keyword == "type" && line.starts_with(' ');
        !is_of_trait && is_empty(keyword, name)
    })
}

/// Whether a word may stand between the line's begin and `struct` or `fn`.
fn is_qualifier(word: &str) -> bool {
    word.starts_with("pub") || ["async", "const", "unsafe", "extern"].contains(&word)
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn left_undone(path: &Path, text: &str) -> Vec<Finding> {
    // In pieces, so that this file does not find itself.
    let undone = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("#[ign", "ore"),
    ];
    let note = concat!("TO", "DO");
    lines_where(path, text, |line| {
        undone.iter().any(|what| line.contains(what))
            || (line.contains(&format!("// {note}")) && !line.contains(&format!("{note} #")))
    })
}

fn bare_patterns(path: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before = ';';
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let code = line.trim_start();
        let begins_statement = matches!(before, ';' | '{' | '}');
        if begins_statement && code.starts_with("matches!(") && is_statement(&text[offset..]) {
            let number = text[..offset].lines().count() + 1;
            findings.push(format!("{}:{number}: {}", path.display(), code.trim_end()));
        }
        if let Some(last) = line.trim_end().chars().next_back() {
            before = last;
        }
        offset += line.len();
    }
    findings
}

/// Whether a semicolon stands behind the first pair of parentheses.
fn is_statement(code: &str) -> bool {
    let mut depth = 0;
    for (at, letter) in code.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 1 => return code[at + 1..].starts_with(';'),
            ')' => depth -= 1,
            _ => {}
        }
    }
    false
}

fn lines_where(path: &Path, text: &str, is_wrong: impl Fn(&str) -> bool) -> Vec<Finding> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| is_wrong(line))
        .map(|(at, line)| format!("{}:{}: {}", path.display(), at + 1, line.trim()))
        .collect()
}

fn rust_files() -> impl Iterator<Item = (PathBuf, String)> {
    files()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let text = fs::read_to_string(root().join(&path)).unwrap();
            (path, text)
        })
}

/// Every file of the repository, by its path from the root.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    walk(&root(), &mut files);
    assert!(files.len() > 20, "only {files:?} in {}", root().display());
    files
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == ".git" || name == "target" {
            continue;
        }
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            walk(&path, files);
        } else {
            files.push(path.strip_prefix(root()).unwrap().to_owned());
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
