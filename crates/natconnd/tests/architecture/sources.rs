//! What there is to be looked at: sources and manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// One Rust file.
pub struct Source {
    /// From the root of the repository.
    pub path: String,
    pub text: String,
}

impl Source {
    /// The path of its module: `crates/natconnd/src/http/json.rs` is
    /// `["http", "json"]`. A binary is one word, `["bin/natconn"]`.
    pub fn module(&self) -> Vec<&str> {
        let (_, path) = self.path.split_once("/src/").unwrap_or_default();
        let path = path.trim_end_matches(".rs");
        if path.starts_with("bin/") {
            return vec![path];
        }
        let mut module: Vec<&str> = path.split('/').collect();
        module.pop_if(|last| ["mod", "lib"].contains(last));
        module
    }
}

/// All Rust files of the workspace's crates, tests included.
pub fn all() -> Vec<Source> {
    below("crates")
}

/// The Rust files of one crate that are built into it.
pub fn of_crate(name: &str) -> Vec<Source> {
    below(&format!("crates/{name}/src"))
}

fn below(folder: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    walk(Path::new(folder), &mut sources);
    assert!(sources.len() > 5, "only {} files", sources.len());
    sources
}

fn walk(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            walk(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(Source {
                path: path.to_str().unwrap().to_owned(),
                text: fs::read_to_string(entry.path()).unwrap(),
            });
        }
    }
}

/// The direct dependencies of each crate of the workspace.
pub struct Dependencies(pub BTreeMap<String, OfCrate>);

/// The direct dependencies of one crate.
pub struct OfCrate {
    pub built: BTreeSet<String>,
    pub in_tests: BTreeSet<String>,
}

impl Dependencies {
    /// Reads the manifests.
    pub fn read() -> Self {
        let manifests: Vec<(String, String)> = fs::read_dir(root().join("crates"))
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let name = entry.file_name().into_string().unwrap();
                let manifest = fs::read_to_string(entry.path().join("Cargo.toml"));
                (name, manifest.unwrap())
            })
            .collect();
        let manifests: Vec<(&str, &str)> = manifests
            .iter()
            .map(|(name, manifest)| (name.as_str(), manifest.as_str()))
            .collect();
        Self::parse(&manifests)
    }

    /// Takes manifests by the names of their crates.
    pub fn parse(manifests: &[(&str, &str)]) -> Self {
        let of_crate = |manifest: &str| {
            let manifest: toml::Table = manifest.parse().unwrap();
            let names = |section: &str| {
                let section = manifest.get(section).and_then(toml::Value::as_table);
                section
                    .into_iter()
                    .flat_map(|it| it.keys().cloned())
                    .collect()
            };
            OfCrate {
                built: names("dependencies"),
                in_tests: names("dev-dependencies"),
            }
        };
        Self(
            manifests
                .iter()
                .map(|&(name, manifest)| (name.to_owned(), of_crate(manifest)))
                .collect(),
        )
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
