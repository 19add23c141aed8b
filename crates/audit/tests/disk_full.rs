//! A disk that is full, one that is read-only, and both as they should be again.
//!
//! It is a small tmpfs in a mount namespace of a child, which is this test itself, run
//! again with a folder in its environment.

// What does not work here is a failed test, wherever it is.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use audit::{Audit, Entry, Kind, Order, Outcome, Settings, Wanted, read, verify};

const FOLDER: &str = "AUDIT_FULL_FOLDER";

fn entry(number: u64) -> Entry {
    Entry {
        matches: Some(number),
        question: Some("x".repeat(1000)),
        ..Entry::new("lookup", Outcome::Answered)
    }
}

fn fill(ballast: &Path) {
    let chunk = vec![1; 4 << 10];
    let mut file = fs::File::create(ballast).unwrap();
    while std::io::Write::write_all(&mut file, &chunk).is_ok() {}
}

fn numbers(folder: &Path) -> Vec<u64> {
    let wanted = Wanted {
        order: Order::OldestFirst,
        ..Wanted::default()
    };
    let lines = read(folder, wanted, None).unwrap();
    let entries = lines.filter_map(|line| line.unwrap().entry());
    entries.filter_map(|entry| entry.matches).collect()
}

/// What is recorded, and how often not, until it works again.
struct Tally {
    audit: Audit,
    next: u64,
    recorded: Vec<u64>,
    failed: u64,
}

impl Tally {
    fn record(&mut self) -> Result<(), String> {
        let number = self.next;
        self.next += 1;
        let outcome = self.audit.record(vec![entry(number)]).wait();
        match outcome {
            Ok(()) => self.recorded.push(number),
            Err(_) => {
                self.failed += 1;
                self.audit.refused_unrecorded();
            }
        }
        outcome.map_err(|error| error.to_string())
    }
}

fn is_full(folder: &Path, rotate_bytes: u64) {
    let settings = Settings {
        rotate_bytes,
        ..Settings::new(folder.join("audit"))
    };
    let mut tally = Tally {
        audit: Audit::open(settings.clone()).unwrap(),
        next: 0,
        recorded: Vec::new(),
        failed: 0,
    };
    for _ in 0..50 {
        tally.record().unwrap();
    }
    let ballast = folder.join("ballast");
    fill(&ballast);
    // What is left of the last page may take some more.
    while tally.failed == 0 {
        if let Err(error) = tally.record() {
            assert!(error.contains("No space left"), "{error}");
        }
        assert!(tally.next < 100_000, "the disk does not fill up");
    }
    for _ in 0..20 {
        tally.record().unwrap_err();
        let status = tally.audit.status();
        assert!(!status.is_writable && status.failing_since.is_some());
        assert!(status.last_error.unwrap().contains("No space left"));
        assert_eq!(status.unrecorded, tally.failed);
    }
    // Whoever verifies meanwhile finds nothing wrong.
    let report = verify(&settings.folder, None).unwrap();
    assert!(report.is_whole(), "{report:#?}");
    // A start meanwhile is possible, and says so.
    drop(tally.audit);
    tally.audit = Audit::open(settings.clone()).unwrap();
    assert!(!tally.audit.status().is_writable);
    let failed_before = std::mem::take(&mut tally.failed);
    for _ in 0..5 {
        tally.record().unwrap_err();
    }
    fs::remove_file(&ballast).unwrap();
    for _ in 0..50 {
        tally.record().unwrap();
    }
    let status = tally.audit.status();
    assert!(status.is_writable && status.failing_since.is_none());
    tally.audit.close().unwrap();
    assert!(failed_before > 20);
    // What was half written is taken back, and nothing had to be mended.
    assert_eq!(status.recovery, None);
    let others = fs::read_dir(&settings.folder).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().contains(".torn-")
    });
    assert_eq!(others.count(), 0);
    assert_eq!(numbers(&settings.folder), tally.recorded);
    let report = verify(&settings.folder, status.head).unwrap();
    assert!(report.is_whole(), "{report:#?}");
    let failed: Vec<_> = read(&settings.folder, Wanted::default(), None)
        .unwrap()
        .map(Result::unwrap)
        .filter(|line| line.kind == Kind::Failed)
        .collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].number("unrecorded"), Some(5));
    assert_eq!(failed[0].number("refused"), Some(5));
}

fn is_read_only(folder: &Path) {
    let settings = Settings::new(folder.join("audit"));
    let remount = |how: &str| {
        let status = Command::new("mount")
            .args(["-o", how, "tmpfs"])
            .arg(folder)
            .status()
            .unwrap();
        assert!(status.success());
    };
    let audit = Audit::open(settings.clone()).unwrap();
    audit.record(vec![entry(1)]).wait().unwrap();
    audit.close().unwrap();
    drop(audit);
    remount("remount,ro");
    let audit = Audit::open(settings.clone()).unwrap();
    let error = audit.record(vec![entry(2)]).wait().unwrap_err();
    assert!(error.to_string().contains("Read-only"), "{error}");
    audit.answered_unrecorded();
    assert!(!audit.status().is_writable);
    remount("remount,rw");
    audit.record(vec![entry(3)]).wait().unwrap();
    audit.close().unwrap();
    assert_eq!(numbers(&settings.folder), [1, 3]);
    let report = verify(&settings.folder, None).unwrap();
    assert!(report.is_whole(), "{report:#?}");
    let told = report
        .notes
        .iter()
        .find(|note| note.contains("nothing could be written"));
    assert!(
        told.unwrap().contains("1 requests were answered"),
        "{report:#?}"
    );
}

#[test]
fn child() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = PathBuf::from(folder);
        is_full(&folder.join("one"), 1 << 20);
        is_full(&folder.join("two"), 20_000);
        is_read_only(&folder);
        println!("the child is done");
    }
}

#[test]
fn nothing_is_recorded_while_the_disk_is_full_and_all_is_whole() {
    let name = format!("audit-full-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    let script = "mount -t tmpfs -o size=1m tmpfs \"$1\" && mkdir \"$1/one\" \"$1/two\" \
                  && exec \"$2\" --exact child --nocapture";
    let output = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
        ])
        .arg(&folder)
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, &folder)
        .output()
        .unwrap();
    fs::remove_dir(&folder).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let has_begun = stdout.contains("running 1 test");
    if !has_begun && std::env::var_os("NATCONND_REQUIRE_KERNEL_TESTS").is_none() {
        eprintln!("skipped: there is no mount namespace: {stderr}");
        return;
    }
    assert!(stdout.contains("the child is done"), "{stdout}\n{stderr}");
}
