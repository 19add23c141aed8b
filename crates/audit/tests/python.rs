//! The script in docs/audit.md says of a chain what `verify` says of it.

// What does not work here is a failed test, wherever it is.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use audit::{Audit, Entry, Outcome, Settings, verify};

fn script() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/audit.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("```python\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// A folder, deleted in the end.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_stranger_can_verify() {
    let has_python = Command::new("python3")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if has_python.is_err() && std::env::var_os("NATCONND_REQUIRE_READER_TESTS").is_none() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let name = format!("audit-python-{}", std::process::id());
    let place = Place(std::env::temp_dir().join(name));
    fs::create_dir(&place.0).unwrap();
    let path = place.0.join("verify.py");
    fs::write(&path, script()).unwrap();
    let folder = place.0.join("audit");
    let settings = Settings {
        rotate_bytes: 3000,
        ..Settings::new(&folder)
    };
    let audit = Audit::open(settings).unwrap();
    for number in 0..40 {
        let entry = Entry {
            matches: Some(number),
            reason: Some("\u{1b}[2J \u{2028} \"Köln\" \\ 😀".to_owned()),
            ..Entry::new("lookup", Outcome::Answered)
        };
        audit.record(vec![entry]).wait().unwrap();
    }
    let head = audit.status().head.unwrap();
    let said = || {
        let output = Command::new("python3").arg(&path).arg(&folder).output();
        let output = output.unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), text)
    };
    assert_eq!(said(), (true, format!("whole up to {head}\n")));
    drop(audit);
    assert!(said().0);

    let file = folder.join("audit-000000002.jsonl");
    let bytes = fs::read(&file).unwrap();
    for at in (0..bytes.len()).step_by(97) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&file, changed).unwrap();
        let (is_whole, text) = said();
        assert!(!is_whole, "byte {at}: {text}");
        let found = verify(&folder, None).unwrap().findings[0].clone();
        let place = format!(
            "{}, line {}: ",
            found.file.unwrap(),
            found.line.unwrap_or(0)
        );
        // Only natconn tells a line without its end from one that is none.
        assert!(
            text.starts_with(&place) || text.contains("Traceback"),
            "{place} {text}"
        );
    }
    fs::write(&file, &bytes).unwrap();
    assert!(said().0);
    fs::remove_file(&file).unwrap();
    assert!(!said().0);
}
