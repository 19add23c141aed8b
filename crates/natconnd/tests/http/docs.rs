//! The documents at `/docs`: one can get from each to each other, and none is heavy.

use std::collections::BTreeSet;

use crate::server::{Running, example};

/// How heavy a page may be with what it loads, in bytes.
const HEAVIEST: usize = 100 * 1024;

/// Where the links of a page lead.
fn links(page: &str) -> impl Iterator<Item = &str> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
}

#[test]
fn all_documents_are_reached_and_light_and_keep_to_the_policy() {
    let server = Running::with(vec![example()]);
    let index = server.get("/docs").body;
    let loaded = links(&index).filter(|link| link.starts_with("/assets/"));
    let assets: usize = loaded.map(|link| server.get(link).body.len()).sum();
    assert!(assets > 1000, "{assets}");
    let mut seen = BTreeSet::new();
    let mut waiting = vec!["/docs".to_owned()];
    while let Some(path) = waiting.pop() {
        let reply = server.get(&path);
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(
            reply.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        for forbidden in ["style=", "<script", "<style", "javascript:", "onclick"] {
            assert!(!reply.body.contains(forbidden), "{path}: {forbidden}");
        }
        let weight = reply.body.len() + assets;
        assert!(weight <= HEAVIEST, "{path}: {weight} bytes");
        for link in links(&reply.body) {
            let page = link.split('#').next().unwrap();
            if page.starts_with("/docs") && !seen.contains(page) {
                seen.insert(page.to_owned());
                waiting.push(page.to_owned());
            }
        }
    }
    assert!(seen.len() > 35, "{seen:?}");
    for page in [
        "/docs",
        "/docs/tutorial",
        "/docs/api",
        "/docs/natconn-lookup.1",
    ] {
        assert!(seen.contains(page), "{page}: {seen:?}");
    }
}

#[test]
fn the_api_is_described_for_people_and_for_programs() {
    let server = Running::with(vec![example()]);
    let page = server.get("/docs/api").body;
    assert!(page.contains("href=\"/openapi.json\""));
    assert!(page.contains("GET /api/v1/lookup"));
}

#[test]
fn what_is_no_document_is_a_page_that_says_so() {
    let server = Running::with(vec![example()]);
    for path in [
        "/docs/nope",
        "/docs/../../etc/passwd",
        "/docs/config.md",
        "/docs/%2e%2e",
    ] {
        let reply = server.get(path);
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.body.contains("There is no such page"), "{path}");
    }
    assert_eq!(
        server.get("/docs/").body.len(),
        server.get("/docs").body.len()
    );
}
