//! What is written about the configuration agrees with its definitions.
//!
//! `BLESS=1` writes the files again.

// Outside of the test functions themselves clippy takes this for the product.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use natconnd::config::{self, Accounts, Config};

fn check(file: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(file);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, generated).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == generated,
        "{file} is not what the definitions say; BLESS=1 writes it again"
    );
}

#[test]
fn the_reference_is_generated() {
    check("docs/config.md", &config::reference());
}

#[test]
fn the_example_file_is_generated() {
    check("packaging/natconnd.toml", &config::example_file());
}

/// The line without its comment sign, where that hides a key or the header of a section.
fn uncommented(line: &str) -> Option<&str> {
    let line = line.strip_prefix('#')?;
    line.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '[')
        .then_some(line)
}

#[test]
fn the_example_file_says_what_the_defaults_are() {
    let path = Path::new("natconnd.toml");
    let accounts = Accounts::of("alice:x:1000:1000::/:\n", "adm:x:4:alice\n");
    let read = |text: &str| match config::parse_with(text, path, &accounts) {
        Ok(loaded) => loaded.config,
        Err(error) => panic!("{error}"),
    };
    let example = config::example_file();
    assert_eq!(read(&example), Config::default());
    let keys = example
        .lines()
        .filter_map(uncommented)
        .filter(|line| !line.starts_with('['));
    assert_eq!(keys.count(), 69);
    // Without the comment signs it sets everything, to the defaults but for
    // the keys that are not set by default. A unix socket is instead of an address.
    let active: String = example
        .lines()
        .map(|line| uncommented(line).unwrap_or(line))
        .filter(|line| !line.starts_with("unix-socket = \"/run/natconnd/desk"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut config = read(&active);
    assert_eq!(
        config.track.filter.kind.take(),
        Some(model::TranslationKind::Source)
    );
    assert_eq!(
        config.pynatconnd.key_name.take(),
        Some(config::KeyName::NatPort)
    );
    assert_eq!(config.ident.name.take().as_deref(), Some("nat"));
    let history = &mut config.history;
    assert!(history.folder.take().is_some() && history.gateway.take().is_some());
    assert!(history.keep_for.take().is_some() && history.keep_bytes.take().is_some());
    let audit = &mut config.audit;
    assert!(audit.folder.take().is_some() && audit.keep_for.take().is_some());
    let limits = std::mem::take(&mut config.http.limits);
    assert!(limits.requests_per_second.is_some() && limits.longest_period.is_some());
    let desk = config.listeners.remove("desk").unwrap();
    assert!(desk.tls.unwrap().client_ca.is_some() && desk.allow.is_some());
    let caller = config.callers.remove("abuse-desk").unwrap();
    assert_eq!(caller.groups[0].members, [1000]);
    assert!(caller.roles.contains(config::Role::Lookup));
    assert_eq!(config, Config::default());
}
