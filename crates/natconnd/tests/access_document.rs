//! What docs/access.md says to copy is what natconnd takes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// A listener of the name that most examples have.
const OFFICE: &str = "\n[listener.office]\nlisten = [\"192.0.2.1:8443\"]\n\
                      certificate = \"/c\"\nkey = \"/k\"\n";

fn blocks(language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/access.md");
    let text = fs::read_to_string(path).unwrap();
    let begin = format!("```{language}\n");
    let blocks = text.split(&*begin).skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.collect()
}

/// The same on any machine: its users and groups are root's.
fn anywhere(block: &str) -> String {
    let mut text = block.to_owned();
    for name in ["alice", "abuse", "netops"] {
        text = text.replace(&format!("[\"{name}\"]"), "[\"root\"]");
    }
    if text.contains("\"office\"") && !text.contains("[listener.office]") {
        text.push_str(OFFICE);
    }
    text
}

#[test]
fn every_piece_of_configuration_is_right() {
    let blocks = blocks("toml");
    assert!(blocks.len() >= 9, "{}", blocks.len());
    for (number, block) in blocks.iter().enumerate() {
        let name = format!("natconnd-access-{}-{number}.toml", std::process::id());
        let file = std::env::temp_dir().join(name);
        fs::write(&file, anywhere(block)).unwrap();
        // Which looks at no other file: the certificates are nowhere.
        let mut command = Command::new(env!("CARGO_BIN_EXE_natconn"));
        let checked = command.args(["config", "check"]).arg(&file).output();
        let checked = checked.unwrap();
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{block}\n{said}");
        assert!(said.is_empty(), "{block}\n{said}");
        fs::remove_file(&file).unwrap();
    }
}
