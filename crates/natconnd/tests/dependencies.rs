//! What natconnd is made of changes on purpose only: `packaging/dependencies.txt` lists every
//! crate of others with its version, its licence, and what it is there for.
//!
//! `BLESS=1` writes the list again, and whoever commits it has read the difference. Nobody
//! else is asked: cargo knows all of it from the lock file and the sources that it has.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The one that is judged, so that the list is the same wherever it is written.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

const HEAD: &str = "\
# The crates of others that natconnd is made of, and why each is there. \"make bless\" writes
# this file; a change of it belongs into the commit that wants it. The reasons for the first
# step of each way are in ARCHITECTURE.md.
#
# linked: its code is in the binaries   builds: it runs while they are built   tests: neither
#
# use     crate, version, licence, and the shortest way from a crate of natconnd's
";

#[test]
fn the_list_of_dependencies_is_what_is_there() {
    let listed = list(&metadata());
    let path = root().join("packaging/dependencies.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &listed).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let lines = |text: &str| -> BTreeSet<String> { text.lines().map(str::to_owned).collect() };
    let (new, old) = (lines(&listed), lines(&written));
    assert!(
        written == listed,
        "packaging/dependencies.txt is not what is there; where that is meant, make bless writes \
         it again\nnew: {:#?}\ngone: {:#?}",
        new.difference(&old),
        old.difference(&new)
    );
}

#[test]
fn a_crate_that_comes_or_changes_is_seen() {
    let metadata = metadata();
    let mut changed = metadata.clone();
    let packages = changed["packages"].as_array_mut().unwrap();
    let one = packages.iter_mut().find(|it| it["name"] == "ring").unwrap();
    one["license"] = "GPL-3.0-only".into();
    assert_ne!(list(&metadata), list(&changed));
    let listed = list(&metadata);
    let count = listed.lines().filter(|line| !line.starts_with('#')).count();
    assert!(count > 100, "{listed}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What cargo knows, without asking anybody.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(["--filter-platform", PLATFORM])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{told}\n  hint: cargo fetch --locked"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a crate is there for; the first that fits counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Use {
    Linked,
    Builds,
    Tests,
}

impl Use {
    fn word(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Builds => "builds",
            Self::Tests => "tests ",
        }
    }
}

/// A crate as cargo's list has it.
struct Crate<'m> {
    name: &'m str,
    version: &'m str,
    licence: &'m str,
    is_ours: bool,
    is_macro: bool,
    /// Those that it depends on, by kind.
    needs: Vec<(&'m str, Use)>,
}

fn crates(metadata: &Value) -> BTreeMap<&str, Crate<'_>> {
    let text = |value: &'_ Value| -> Option<String> { value.as_str().map(str::to_owned) };
    let mut crates = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let targets = package["targets"].as_array().unwrap();
        let is_macro = |target: &Value| target["kind"][0] == "proc-macro";
        let one = Crate {
            name: package["name"].as_str().unwrap(),
            version: package["version"].as_str().unwrap(),
            licence: package["license"].as_str().unwrap_or("none named"),
            is_ours: text(&package["source"]).is_none(),
            is_macro: targets.iter().any(is_macro),
            needs: Vec::new(),
        };
        crates.insert(package["id"].as_str().unwrap(), one);
    }
    for node in metadata["resolve"]["nodes"].as_array().unwrap() {
        let needs = node["deps"].as_array().unwrap().iter().flat_map(|needed| {
            let id = needed["pkg"].as_str().unwrap();
            let kinds = needed["dep_kinds"].as_array().unwrap().iter();
            kinds.map(move |kind| match kind["kind"].as_str() {
                None => (id, Use::Linked),
                Some("build") => (id, Use::Builds),
                Some(_) => (id, Use::Tests),
            })
        });
        let id = node["id"].as_str().unwrap();
        crates.get_mut(id).unwrap().needs = needs.collect();
    }
    crates
}

/// The list, in alphabetical order.
fn list(metadata: &Value) -> String {
    let crates = crates(metadata);
    let found = ways(&crates);
    let mut lines = BTreeMap::new();
    for (id, (used, way)) in &found {
        let one = &crates[id];
        if one.is_ours {
            continue;
        }
        let way: Vec<&str> = way.iter().map(|id| crates[id].name).collect();
        let (name, version, licence) = (one.name, one.version, one.licence);
        let line = format!(
            "{}  {name} {version}, {licence}, {}",
            used.word(),
            way.join(" > ")
        );
        lines.insert((name, version), line);
    }
    let mut text = HEAD.to_owned();
    for line in lines.values() {
        writeln!(text, "{line}").unwrap();
    }
    text
}

/// What each crate is used for, and the shortest way to it, without itself: first of all from
/// the program by what is linked, then by the rest.
fn ways<'m>(crates: &BTreeMap<&'m str, Crate<'m>>) -> BTreeMap<&'m str, (Use, Vec<&'m str>)> {
    let program = crates
        .iter()
        .find(|(_, it)| it.is_ours && it.name == "natconnd");
    let ours = crates.iter().filter(|(_, it)| it.is_ours);
    let mut found: BTreeMap<&str, (Use, Vec<&str>)> = BTreeMap::new();
    for most in [Use::Linked, Use::Builds, Use::Tests] {
        // What is tried by the lab is a test of the program.
        let starts: Vec<&str> = match most {
            Use::Tests => ours.clone().map(|(id, _)| *id).collect(),
            _ => program.iter().map(|(id, _)| **id).collect(),
        };
        let mut seen = BTreeSet::new();
        let mut waiting: VecDeque<(&str, Vec<&str>)> =
            starts.into_iter().map(|id| (id, Vec::new())).collect();
        while let Some((id, way)) = waiting.pop_front() {
            if !seen.insert(id) {
                continue;
            }
            found.entry(id).or_insert_with(|| (most, way.clone()));
            let one = &crates[id];
            let further = [&way[..], &[id]].concat();
            for (needed, kind) in &one.needs {
                let kind = if crates[needed].is_macro {
                    (*kind).max(Use::Builds)
                } else {
                    *kind
                };
                if kind <= most {
                    waiting.push_back((needed, further.clone()));
                }
            }
        }
    }
    found
}
