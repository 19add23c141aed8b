//! Holds the code to the tables in ARCHITECTURE.md: who may know whom, and why
//! each dependency is there.
//!
//! The tables are read from the document, so neither can change without the
//! other. Each rule has a test that sees it find something.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod map;
mod paths;
mod sources;

use std::collections::BTreeSet;

use map::Map;
use paths::{Named, paths, words};
use sources::{Dependencies, Source};

/// What breaks a rule, and where.
type Finding = String;

#[test]
fn crates_depend_on_each_other_as_the_map_says() {
    none(crate_arrows(&Map::read(), &Dependencies::read()));
}

#[test]
fn modules_know_each_other_as_the_map_says() {
    none(module_arrows(&Map::read(), &sources::of_crate("natconnd")));
}

#[test]
fn every_dependency_has_a_reason() {
    none(reasons(&Map::read(), &Dependencies::read()));
}

#[test]
fn model_and_table_are_pure() {
    none(impurities(&sources::of_crate("model")));
    none(impurities(&sources::of_crate("table")));
}

#[test]
fn unsafe_is_in_one_file() {
    none(outside_of_its_file(&sources::all()));
}

/// Fails with all findings at once, each one once.
fn none(findings: Vec<Finding>) {
    let distinct: BTreeSet<_> = findings.into_iter().collect();
    let text = Vec::from_iter(distinct).join("\n");
    assert!(
        text.is_empty(),
        "\n{text}\n  hint: change the code, or the table in ARCHITECTURE.md\n"
    );
}

fn crate_arrows(map: &Map, dependencies: &Dependencies) -> Vec<Finding> {
    let is_ours = |name: &&String| map.crates.contains_key(*name);
    let mut findings = Vec::new();
    for (name, used) in &dependencies.0 {
        let Some([allowed, allowed_in_tests]) = map.crates.get(name) else {
            findings.push(format!("crate {name} is not on the map"));
            continue;
        };
        for other in used.built.iter().filter(is_ours) {
            if !allowed.contains(other) {
                findings.push(format!("{name} depends on {other}"));
            }
        }
        for other in used.in_tests.iter().filter(is_ours) {
            if !allowed.contains(other) && !allowed_in_tests.contains(other) {
                findings.push(format!("{name} depends on {other} in its tests"));
            }
        }
        for other in allowed.difference(&used.built) {
            findings.push(format!("{name} does not depend on {other}"));
        }
    }
    findings
}

/// Knowing too much is a finding, and so is an arrow on the map that the code
/// does not need.
fn module_arrows(map: &Map, sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut unused = map.modules.clone();
    for source in sources {
        let module = source.module();
        let from = *module.first().unwrap_or(&"lib");
        let allowed = map.modules.get(from).cloned().unwrap_or_default();
        for named in paths(&source.text, &module) {
            let (column, to) = match &named {
                Named::Ours(path) => (0, path.first()),
                // The binaries are crates of their own.
                Named::Other(path) if path[0] == "natconnd" => (0, path.get(1)),
                Named::Other(path) => (1, path.first()),
            };
            let is_on_map = |name: &&String| match column {
                0 => map.modules.contains_key(*name) && **name != from,
                _ => map.crates.contains_key(*name),
            };
            let Some(to) = to.filter(is_on_map) else {
                continue;
            };
            if let Some(arrows) = unused.get_mut(from) {
                arrows[column].remove(to);
            }
            if !allowed[column].contains(to) {
                findings.push(format!("{}: {from} knows {to}", source.path));
            }
        }
        if !map.modules.contains_key(from) && from != "lib" {
            findings.push(format!("{}: {from} is not on the map", source.path));
        }
    }
    for (from, arrows) in &unused {
        for to in arrows.iter().flatten() {
            findings.push(format!("{from} does not know {to}"));
        }
    }
    findings
}

fn reasons(map: &Map, dependencies: &Dependencies) -> Vec<Finding> {
    let mut used: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    for (name, of_crate) in &dependencies.0 {
        let built = of_crate.built.iter().map(|other| ("in", other));
        let in_tests = of_crate.in_tests.iter().map(|other| ("in tests of", other));
        used.extend(
            built
                .chain(in_tests)
                .filter(|(_, other)| !map.crates.contains_key(*other))
                .map(|(how, other)| (other.as_str(), how, name.as_str())),
        );
    }
    let mut explained = BTreeSet::new();
    for (other, [built, in_tests]) in &map.dependencies {
        explained.extend(
            built
                .iter()
                .map(|name| (other.as_str(), "in", name.as_str())),
        );
        explained.extend(
            in_tests
                .iter()
                .map(|name| (other.as_str(), "in tests of", name.as_str())),
        );
    }
    let missing = used.difference(&explained).map(|(other, how, name)| {
        format!("dependency {other} {how} {name} has no reason in ARCHITECTURE.md")
    });
    let stale = explained.difference(&used).map(|(other, how, name)| {
        format!("dependency {other} {how} {name} has a reason, but is not there")
    });
    missing.chain(stale).collect()
}

/// Clocks, files, sockets, threads, the environment.
fn impurities(sources: &[Source]) -> Vec<Finding> {
    let is_impure = |path: &[String]| {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        matches!(
            words[..],
            ["std", "fs" | "io" | "env" | "os" | "process" | "thread", ..]
        ) || words.last() == Some(&"now")
            || words.iter().any(|word| {
                [
                    "Instant",
                    "SystemTime",
                    "TcpListener",
                    "TcpStream",
                    "UdpSocket",
                ]
                .contains(word)
            })
    };
    let mut findings = Vec::new();
    for source in sources {
        for named in paths(&source.text, &source.module()) {
            let (Named::Ours(path) | Named::Other(path)) = named;
            if is_impure(&path) {
                findings.push(format!("{}: names {}", source.path, path.join("::")));
            }
        }
    }
    findings
}

const UNSAFE_FILE: &str = "crates/ctnetlink/src/sys.rs";

fn outside_of_its_file(sources: &[Source]) -> Vec<Finding> {
    let is_unsafe = |source: &&Source| {
        source.path != UNSAFE_FILE
            && words(&source.text).any(|word| ["unsafe", "unsafe_code"].contains(&word))
    };
    let found = sources.iter().filter(is_unsafe);
    found
        .map(|source| format!("{}: unsafe outside of {UNSAFE_FILE}", source.path))
        .collect()
}

#[test]
fn every_rule_finds_what_breaks_it() {
    let map = Map::parse(
        "| crate | may depend on | in its tests also |\n|---|---|---|\n\
         | `model` | – | – |\n| `table` | `model` | `lab` |\n| `lab` | – | – |\n\n\
         | module of natconnd | may know | of the other crates |\n|---|---|---|\n\
         | `http` | `lookup` | `model` |\n| `lookup` | – | – |\n| `mirror` | – | `table` |\n\
         | `bin/natconn` | – | – |\n\n\
         | dependency | in | in tests of | why |\n|---|---|---|---|\n\
         | `serde` | `model` | – | words |\n| `gone` | `table` | – | words |\n",
    );
    let dependencies = Dependencies::parse(&[
        ("model", "[dependencies]\nserde.workspace = true"),
        (
            "table",
            "[dependencies]\nlab.workspace = true\nrand = \"1\"",
        ),
        ("lab", "[dev-dependencies]\nmodel = { path = \"../model\" }"),
    ]);
    assert_eq!(
        crate_arrows(&map, &dependencies),
        [
            "lab depends on model in its tests",
            "table depends on lab",
            "table does not depend on model",
        ]
    );
    assert_eq!(
        reasons(&map, &dependencies),
        [
            "dependency rand in table has no reason in ARCHITECTURE.md",
            "dependency gone in table has a reason, but is not there",
        ]
    );

    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let http = source(
        "crates/natconnd/src/http/json.rs",
        "use crate::lookup::A; use super::super::mirror::B; fn f(t: table::Table) {}",
    );
    let bin = source(
        "crates/natconnd/src/bin/natconn.rs",
        "natconnd::http::run()",
    );
    let new = source("crates/natconnd/src/news.rs", "");
    assert_eq!(
        module_arrows(&map, &[http, bin, new]),
        [
            "crates/natconnd/src/http/json.rs: http knows mirror",
            "crates/natconnd/src/http/json.rs: http knows table",
            "crates/natconnd/src/bin/natconn.rs: bin/natconn knows http",
            "crates/natconnd/src/news.rs: news is not on the map",
            "http does not know model",
            "mirror does not know table",
        ]
    );

    let impure = source(
        "crates/table/src/slab.rs",
        "use std::{fs, time::{Duration, Instant}}; fn f() { jiff::Timestamp::now() }",
    );
    assert_eq!(impurities(&[impure]).len(), 3);

    let text = "fn f() { unsafe { g() } }";
    assert_eq!(
        outside_of_its_file(&[source("crates/table/src/slab.rs", text)]).len(),
        1
    );
    assert_eq!(outside_of_its_file(&[source(UNSAFE_FILE, text)]).len(), 0);
    let harmless = "// unsafe\nconst A: &str = \"unsafe\";";
    assert_eq!(
        outside_of_its_file(&[source("crates/table/src/slab.rs", harmless)]).len(),
        0
    );
}
