//! `natconn audit`, which asks nobody.

use std::fs;
use std::path::PathBuf;

use audit::{Audit, Entry, Outcome, Settings};

use crate::command::{Run, natconn, run};

/// A folder with three questions; deleted in the end.
struct Asked(PathBuf);

impl Asked {
    fn new(name: &str) -> Self {
        let name = format!("natconn-audit-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let settings = Settings {
            gateway: "gw1".to_owned(),
            ..Settings::new(&folder)
        };
        let audit = Audit::open(settings).unwrap();
        for (caller, case) in [("desk", "A-1"), ("desk", "A-2"), ("proxy\u{1b}[2J", "A-1")] {
            let entry = Entry {
                caller: Some(caller.to_owned()),
                case: Some(case.to_owned()),
                question: Some("nat=203.0.113.7:40123".to_owned()),
                matches: Some(1),
                ..Entry::new("lookup", Outcome::Answered)
            };
            audit.record(vec![entry]).wait().unwrap();
        }
        audit.close().unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("audit-000000001.jsonl")
    }

    fn audit(&self, arguments: &[&str]) -> Run {
        let mut command = natconn(&["audit", arguments[0]]);
        run(command.arg(&self.0).args(&arguments[1..]))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_whole_chain_is_exit_status_0_and_its_last_line_an_anchor() {
    let asked = Asked::new("whole");
    let whole = asked.audit(&["verify"]);
    assert_eq!((whole.code, &*whole.err), (0, ""));
    assert!(
        whole
            .out
            .starts_with("1 file, 6 lines: whole\nlines 1 to 6, "),
        "{}",
        whole.out
    );
    assert!(
        whole.out.contains("can write all of it anew"),
        "{}",
        whole.out
    );
    let head = whole
        .out
        .lines()
        .find_map(|line| line.strip_prefix("last line "));
    let head = head.unwrap();
    let anchored = asked.audit(&["verify", "--head", head]);
    assert_eq!(anchored.code, 0);
    assert!(
        anchored
            .out
            .contains("up to there nothing was written anew"),
        "{}",
        anchored.out
    );

    let zeros = "0".repeat(64);
    let other = asked.audit(&["verify", "--head", &format!("3:{zeros}")]);
    assert_eq!(other.code, 1);
    assert!(
        other.out.contains("not the chain that the anchor is of"),
        "{}",
        other.out
    );
    let wrong = asked.audit(&["verify", "--head", "3"]);
    assert_eq!((wrong.code, &*wrong.out), (2, ""));
    assert!(
        wrong.err.contains("expected SEQUENCE:HASH"),
        "{}",
        wrong.err
    );
}

#[test]
fn what_was_changed_is_exit_status_1() {
    let asked = Asked::new("changed");
    let text = fs::read_to_string(asked.file()).unwrap();
    fs::write(asked.file(), text.replacen("A-2", "A-3", 1)).unwrap();
    let changed = asked.audit(&["verify"]);
    assert_eq!((changed.code, &*changed.err), (1, ""));
    let beginning = "audit-000000001.jsonl, line 4: sequence 4 was changed: found hash ";
    assert!(changed.out.starts_with(beginning), "{}", changed.out);
    assert!(
        changed.out.contains("1 file, 6 lines: 1 finding\n"),
        "{}",
        changed.out
    );
    let json = asked.audit(&["verify", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["whole"], false);
    assert_eq!(json["findings"][0]["line"], 4);
}

#[test]
fn what_is_not_there_is_exit_status_2() {
    let mut command = natconn(&["audit", "verify", "/nonexistent"]);
    let nothing = run(&mut command);
    assert_eq!((nothing.code, &*nothing.out), (2, ""));
    assert_eq!(
        nothing.err,
        "natconn: read /nonexistent: no such file or directory\n"
    );
    let empty = Asked::new("empty");
    for entry in fs::read_dir(&empty.0).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let nothing = empty.audit(&["verify"]);
    assert_eq!(nothing.code, 2);
    assert!(
        nothing
            .err
            .contains("found no audit file and no head\n  hint: "),
        "{}",
        nothing.err
    );
}

#[test]
fn lines_are_listed_the_last_one_first() {
    let asked = Asked::new("listed");
    let all = asked.audit(&["list"]);
    assert_eq!((all.code, &*all.err), (0, ""));
    assert!(all.out.starts_with("SEQUENCE  TIME (UTC)"), "{}", all.out);
    let sequences: Vec<&str> = all
        .out
        .lines()
        .skip(1)
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(sequences, ["6", "5", "4", "3", "2", "1"]);
    assert!(all.out.contains("proxy\\u001b[2J"), "{}", all.out);
    assert!(!all.out.contains('\u{1b}'));

    let some = asked.audit(&["list", "--of-case", "A-1", "--caller", "desk", "--json"]);
    let line: serde_json::Value = serde_json::from_str(&some.out).unwrap();
    assert_eq!(line["sequence"], 3);
    let none = asked.audit(&["list", "--of-case", "A-9"]);
    assert_eq!((none.code, &*none.out), (1, "no line fits\n"));
    let first = asked.audit(&["list", "--requests", "-n", "2"]);
    assert_eq!(
        first.err,
        "natconn: more lines fit than are listed: --after 4 lists the next, --all lists all\n"
    );
    let next = asked.audit(&["list", "--requests", "-n", "2", "--after", "4"]);
    assert_eq!((next.out.lines().count(), &*next.err), (2, ""));
    let later = asked.audit(&["list", "--from", "2100-01-01T00:00:00Z"]);
    assert_eq!(later.code, 1);
    let wrong = asked.audit(&["list", "--from", "2026-01-01"]);
    assert_eq!(wrong.code, 2);
}

#[test]
fn a_damaged_line_is_said_and_read_past() {
    let asked = Asked::new("damaged");
    let text = fs::read_to_string(asked.file()).unwrap();
    fs::write(
        asked.file(),
        text.replacen("{\"sequence\":4", "{\"sequense\":4", 1),
    )
    .unwrap();
    let listed = asked.audit(&["list"]);
    assert_eq!(listed.code, 1);
    assert_eq!(listed.out.lines().count(), 6);
    assert!(
        listed.err.contains("found no line of an audit at byte"),
        "{}",
        listed.err
    );
}
