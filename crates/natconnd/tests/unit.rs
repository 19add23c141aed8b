//! The shipped unit and the build keep what they promise of confinement.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// What systemd says a unit exposes, from 0.0 for nothing to 10.0.
fn exposure(unit: &Path) -> f64 {
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(unit)
        .output()
        .expect("systemd-analyze; Debian's package systemd has it");
    let said = String::from_utf8_lossy(&output.stdout);
    let number = said
        .lines()
        .find(|line| line.contains("exposure level"))
        .and_then(|line| line.split(": ").nth(1)?.split(' ').next()?.parse().ok());
    number.unwrap_or_else(|| panic!("{output:?}"))
}

#[test]
fn the_units_exposure_is_two_at_most() {
    let unit = file("packaging/natconnd.service");
    let found = exposure(&unit);
    assert!(found <= 2.0, "{found}");
    // It can be told from a unit that protects less.
    let text = fs::read_to_string(&unit).unwrap();
    let folder = std::env::temp_dir().join(format!("natconnd-unit-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let lax = folder.join("natconnd.service");
    let protects = |line: &&str| !line.starts_with("Protect") && !line.starts_with("Private");
    let lines: Vec<&str> = text.lines().filter(protects).collect();
    fs::write(&lax, lines.join("\n")).unwrap();
    assert!(exposure(&lax) > 2.5);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_unit_gives_one_capability_and_a_user_of_its_own() {
    let text = fs::read_to_string(file("packaging/natconnd.service")).unwrap();
    let values = |name: &str| -> Vec<&str> {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        lines
            .filter(|(found, _)| *found == name)
            .map(|(_, value)| value)
            .collect()
    };
    assert_eq!(values("AmbientCapabilities"), ["CAP_NET_ADMIN"]);
    assert_eq!(values("CapabilityBoundingSet"), ["CAP_NET_ADMIN"]);
    assert_eq!(values("User"), ["natconnd"]);
    let users = fs::read_to_string(file("packaging/sysusers.d/natconnd.conf")).unwrap();
    assert!(
        users.lines().any(|line| line.starts_with("u natconnd - ")),
        "{users}"
    );
    // Without these calls Landlock does nothing, and no set of systemd has them.
    let allowed = values("SystemCallFilter").join(" ");
    for call in [
        "landlock_create_ruleset",
        "landlock_add_rule",
        "landlock_restrict_self",
    ] {
        assert!(allowed.contains(call), "{call}");
    }
}

/// A panic is kept to the part that has it, which it cannot be where it ends the process.
#[test]
fn no_profile_aborts_on_a_panic() {
    for manifest in ["Cargo.toml", "bench/Cargo.toml", "fuzz/Cargo.toml"] {
        let text = fs::read_to_string(file(manifest)).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let profiles = manifest.get("profile").and_then(|it| it.as_table());
        for (name, profile) in profiles.into_iter().flatten() {
            let panic = profile.get("panic").and_then(|it| it.as_str());
            assert_ne!(panic, Some("abort"), "profile {name}");
        }
    }
}
