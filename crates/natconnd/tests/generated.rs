//! Files that are made from the code and kept in the repository.
//!
//! `BLESS=1 cargo test -p natconnd --test generated` writes them anew; without
//! it the test fails where one differs from what the code says.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on shall say where"
)]

use std::path::Path;

fn assert_generated(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    if std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{} differs from the code\n  hint: BLESS=1 cargo test -p natconnd --test generated",
        path.display()
    );
}

#[test]
fn openapi_document() {
    assert_generated("docs/openapi.json", natconnd::http::openapi());
}

#[test]
fn api_reference() {
    assert_generated("docs/api.md", &natconnd::http::api_reference());
}

const BEGIN: &str = "<!-- checks: begin -->\n";
const END: &str = "<!-- checks: end -->\n";

/// The document with the table that the code says.
fn with_checks(kept: &str) -> String {
    let (before, rest) = kept.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let table = natconnd::doctor::reference();
    format!("{before}{BEGIN}{table}{END}{after}")
}

#[test]
fn table_of_checks() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/doctor.md");
    let kept = std::fs::read_to_string(path).unwrap();
    assert_generated("docs/doctor.md", &with_checks(&kept));
}
