//! `/api/v1/lookup` and the small endpoints.

use model::{Coverage, Gap, GapCause, Timestamp, Verdict};
use natconnd::http::Asked;

use crate::server::{Running, at, endpoint, example, masqueraded};

const EXAMPLE: &str = r#"{"protocol":"tcp","kind":"source","internal_address":"192.168.248.2","internal_port":40123,"nat_address":"100.64.2.1","nat_port":40123,"remote_address":"100.64.2.10","remote_port":443,"zone":0,"started_at":"2026-11-23T22:47:00.123Z","started_at_source":"kernel","ended_at":null,"ended_at_source":null,"kernel_id":2596996162,"end_evidence":null,"internal_packets":null,"internal_bytes":null,"remote_packets":null,"remote_bytes":null,"mark":null,"distance_ms":null}"#;

/// What follows the coverage of an answer about this moment.
const NOW: &str = r#","period":null,"remote_omitted":false,"gateway":null}"#;

#[test]
fn an_answer_has_the_shape_of_the_issue() {
    let server = Running::with(vec![example()]);
    let reply = server.get("/api/v1/lookup?nat=100.64.2.1:40123&remote=100.64.2.10:443");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let expected = format!(
        r#"{{"verdict":"one","matches":[{EXAMPLE}],"cut":false,"coverage":{{"complete":true,"gaps":[]}}{NOW}"#
    );
    assert_eq!(reply.body, expected);
}

#[test]
fn nothing_found_is_an_answer_with_its_coverage() {
    let server = Running::with(vec![example()]);
    server.answers.set_coverage(Coverage::of_gaps(vec![Gap {
        from: Timestamp(0),
        to: None,
        cause: GapCause::Starting,
    }]));
    let reply = server.get("/api/v1/lookup?nat=100.64.2.1:1");
    assert_eq!(reply.status, 200);
    let expected = r#"{"verdict":"none","matches":[],"cut":false,"coverage":{"complete":false,"gaps":[{"from":"1970-01-01T00:00:00.000Z","to":null,"cause":"starting"}]}"#;
    assert_eq!(reply.body, format!("{expected}{NOW}"));
}

#[test]
fn a_limit_cuts_and_says_so() {
    let mut ended = masqueraded("192.168.248.3:1", "100.64.2.1:40123", "100.64.2.11:443");
    ended.ended_at = at(5);
    let server = Running::with(vec![ended, example()]);
    let answer = server.get("/api/v1/lookup?nat=:40123&limit=1").json();
    assert_eq!(answer["verdict"], "several");
    assert_eq!(answer["cut"], true);
    assert_eq!(answer["matches"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["matches"][0]["internal_address"], "192.168.248.2");
}

#[test]
fn ipv6_is_asked_with_or_without_escapes() {
    let found = masqueraded("[fd00::2]:7", "[2001:db8::1]:7", "[2001:db8::9]:80");
    let server = Running::with(vec![found]);
    for nat in [
        "[2001:db8::1]:7",
        "%5B2001%3Adb8%3A%3A1%5D%3a7",
        "2001:db8::1",
    ] {
        let answer = server.get(&format!("/api/v1/lookup?nat={nat}")).json();
        assert_eq!(answer["matches"][0]["internal_address"], "fd00::2", "{nat}");
    }
}

#[test]
fn lookups_are_counted_by_verdict() {
    let mut other = masqueraded("192.168.248.3:1", "100.64.2.1:40123", "100.64.2.11:443");
    other.original_destination = endpoint("100.64.2.11:443");
    let server = Running::with(vec![other, example()]);
    for remote in ["", "&remote=:443", "&remote=:1", "&remote=100.64.2.10"] {
        server.get(&format!("/api/v1/lookup?nat=:40123{remote}"));
    }
    let counted = server.counters.lookups().filter(|(.., count)| *count > 0);
    let expected = [
        (Asked::Now, Verdict::None, 1),
        (Asked::Now, Verdict::One, 1),
        (Asked::Now, Verdict::Several, 2),
    ];
    assert_eq!(Vec::from_iter(counted), expected);
    assert_eq!(server.counters.lookup_durations(Asked::Now).count, 4);
}

#[test]
fn head_is_get_without_a_body() {
    let server = Running::with(vec![example()]);
    for target in [
        "/api/v1/lookup?nat=:40123",
        "/api/v1/connections",
        "/api/v1/status",
        "/healthz",
        "/metrics",
        "/openapi.json",
        "/",
    ] {
        let get = server.get(target);
        let mut client = crate::client::Client::connect(server.address);
        let head = client.request("HEAD", target, "");
        assert_eq!(head.status, get.status, "{target}");
        for name in ["content-type", "content-length"] {
            assert_eq!(head.header(name), get.header(name), "{target}: {name}");
        }
        // What follows on the connection is the next response, not a body.
        assert_eq!(client.get("/healthz").body, "ok\n", "{target}");
    }
}

#[test]
fn health_follows_the_first_dump() {
    let server = Running::with(vec![]);
    assert_eq!(server.get("/healthz").status, 200);
    server.answers.set_coverage(Coverage::of_gaps(vec![Gap {
        from: Timestamp(0),
        to: None,
        cause: GapCause::Starting,
    }]));
    let reply = server.get("/healthz");
    assert_eq!(reply.status, 503);
    assert!(reply.body.starts_with("starting: "), "{}", reply.body);
}

#[test]
fn status_metrics_document_and_page_are_served() {
    let server = Running::with(vec![example()]);
    let status: natconnd::api::Status =
        serde_json::from_str(&server.get("/api/v1/status").body).unwrap();
    assert_eq!((status.connections, status.ready), (1, true));
    let metrics = server.get("/metrics");
    assert_eq!(metrics.body, "# EOF\n");
    assert_eq!(
        metrics.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    let document = server.get("/openapi.json").json();
    assert!(document["paths"]["/api/v1/lookup"]["get"].is_object());
    let page = server.get("/");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(page.body.contains("<textarea"));
}
