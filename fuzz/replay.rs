//! Runs a fuzz target without a fuzzer, over the inputs that are kept.
//!
//! Part of the unit tests of each crate that has targets, so that what a fuzzer
//! once found is tried by every `make test`, on stable Rust.

use std::fs;
use std::path::{Path, PathBuf};

/// How many damaged copies of one input are tried.
const DAMAGED: usize = 200;

/// Runs a target over its seeds, its regressions, and damaged copies of both.
pub fn replay(target: &str, run: fn(&[u8])) {
    let inputs: Vec<_> = ["seeds", "regressions"]
        .into_iter()
        .flat_map(|kind| inputs(&root().join(kind).join(target)))
        .collect();
    assert!(!inputs.is_empty(), "fuzz/seeds/{target} has no inputs");
    for (path, bytes) in inputs {
        // Shown where what follows panics.
        println!("{}", path.display());
        run(&bytes);
        for (change, bytes) in damaged(&bytes) {
            println!("{} {change}", path.display());
            run(&bytes);
        }
    }
}

/// The files of a folder that may not be there.
fn inputs(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let bytes = fs::read(&path).expect("the input can be read");
            (path, bytes)
        })
        .collect()
}

/// Copies that lack their end, or have one byte that is another.
fn damaged(bytes: &[u8]) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
    let step = (4 * bytes.len() / DAMAGED).max(1);
    (0..bytes.len()).step_by(step).flat_map(move |at| {
        let cut = (format!("cut at {at}"), bytes[..at].to_vec());
        let changed = [0, 0xff, bytes[at] ^ 1].map(|value| {
            let mut other = bytes.to_vec();
            other[at] = value;
            (format!("with {value:#04x} at {at}"), other)
        });
        [cut].into_iter().chain(changed)
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}
