//! What is refused, and in which words.

use serde_json::{Value, json};

use crate::server::{Running, example};

fn problem(server: &Running, target: &str) -> Value {
    let reply = server.get(target);
    assert_eq!(reply.status, 400, "{target}");
    let kind = reply.header("content-type");
    assert_eq!(kind, Some("application/problem+json"), "{target}");
    reply.json()
}

#[test]
fn a_problem_has_every_member() {
    let server = Running::with(vec![example()]);
    assert_eq!(
        problem(&server, "/api/v1/lookup?nat=192.0.2.1:http"),
        json!({
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "read parameter nat: \"192.0.2.1:http\" is no endpoint: \"http\" is no port \
                from 0 to 65535, expected ADDR, ADDR:PORT, :PORT, [V6]:PORT or ADDR/BITS",
            "parameter": "nat",
            "found": "192.0.2.1:http",
            "expected": "ADDR, ADDR:PORT, :PORT, [V6]:PORT or ADDR/BITS; FIRST-LAST for PORT too",
        })
    );
}

#[test]
fn every_bad_value_is_named() {
    let server = Running::with(vec![example()]);
    for (target, parameter, found) in [
        ("/api/v1/lookup", "nat", ""),
        ("/api/v1/lookup?nat=", "nat", ""),
        ("/api/v1/lookup?nat=:1&protocol=tpc", "protocol", "tpc"),
        ("/api/v1/lookup?nat=:1&kind=SNAT", "kind", "SNAT"),
        ("/api/v1/lookup?nat=:1&zone=65536", "zone", "65536"),
        ("/api/v1/lookup?nat=:1&limit=0", "limit", "0"),
        ("/api/v1/lookup?nat=:1&nat=:2", "nat", ":2"),
        ("/api/v1/lookup?nat=%zz", "nat", "%zz"),
        ("/api/v1/connections?limit=10001", "limit", "10001"),
        ("/api/v1/connections?sort=port", "sort", "port"),
        ("/api/v1/connections?cursor=0102", "cursor", "0102"),
        ("/api/v1/connections?format=xml", "format", "xml"),
        ("/api/v1/connections?remote=:443,x", "remote", "x"),
        (
            "/api/v1/events?internal=10.0.0.0/33",
            "internal",
            "10.0.0.0/33",
        ),
        ("/api/v1/events?sort=nat", "sort", "sort"),
    ] {
        let problem = problem(&server, target);
        assert_eq!(problem["parameter"], parameter, "{target}");
        assert_eq!(problem["found"], found, "{target}");
        assert!(problem["expected"].is_string(), "{target}");
        let detail = problem["detail"].as_str().unwrap();
        let begin = format!("read parameter {parameter}: ");
        assert!(detail.starts_with(&begin), "{target}: {detail}");
    }
}

#[test]
fn an_unknown_parameter_is_told_the_known_ones() {
    let server = Running::with(vec![]);
    let problem = problem(&server, "/api/v1/lookup?natt=:1");
    assert_eq!(
        problem["expected"],
        "one of nat, remote, internal, protocol, kind, zone, limit, at, from, to, tolerance"
    );
}

#[test]
fn a_long_value_is_refused_and_repeated_in_part() {
    let server = Running::with(vec![]);
    let value = "1".repeat(5000);
    let problem = problem(&server, &format!("/api/v1/lookup?nat={value}"));
    assert_eq!(problem["expected"], "at most 4096 bytes");
    let found = problem["found"].as_str().unwrap();
    assert_eq!(found.chars().count(), 201);
    assert!(found.ends_with('…'));
}

#[test]
fn unknown_paths_are_404() {
    let server = Running::with(vec![]);
    for path in ["/nope", "/api/v1", "/api/v1/lookup/", "//", "/debug"] {
        let reply = server.get(path);
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.json()["title"], "Not Found");
    }
}

#[test]
fn other_methods_are_405_and_told_the_right_ones() {
    let server = Running::with(vec![]);
    for method in ["POST", "DELETE", "OPTIONS", "BREW"] {
        for path in ["/api/v1/lookup", "/api/v1/events", "/healthz", "/live"] {
            let reply = server.request(method, path, "");
            assert_eq!(reply.status, 405, "{method} {path}");
            assert_eq!(reply.header("allow"), Some("GET, HEAD"));
            assert_eq!(reply.json()["status"], 405);
        }
    }
}

#[test]
fn requests_are_counted_by_route_and_class() {
    let server = Running::with(vec![]);
    server.get("/healthz");
    server.get("/nope");
    server.get("/api/v1/lookup?nat=x");
    server.get("/api/v1/connections");
    let counted: Vec<_> = server
        .counters
        .requests()
        .filter(|(.., count)| *count > 0)
        .map(|(route, class, count)| (route.name(), class, count))
        .collect();
    assert_eq!(
        counted,
        [
            ("lookup", "4xx", 1),
            ("connections", "2xx", 1),
            ("healthz", "2xx", 1),
            ("unknown", "4xx", 1),
        ]
    );
}
