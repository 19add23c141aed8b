//! What is written about the configuration agrees with its definitions.
//!
//! `BLESS=1` writes the files again.

// Outside of the test functions themselves clippy takes this for the product.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use natconnd::config::{self, Config};

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

#[test]
fn the_example_file_says_what_the_defaults_are() {
    let path = Path::new("natconnd.toml");
    let read = |text: &str| config::parse(text, path).unwrap().config;
    let example = config::example_file();
    assert_eq!(read(&example), Config::default());
    let keys: Vec<&str> = example
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| line.starts_with(|letter: char| letter.is_ascii_lowercase()))
        .collect();
    assert_eq!(keys.len(), 36);
    // Without the comment signs it sets everything, to the defaults but for
    // the keys that are not set by default.
    let active: String = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if key.starts_with(|letter: char| letter.is_ascii_lowercase()) => key,
            _ => line,
        })
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
    assert_eq!(config, Config::default());
}
