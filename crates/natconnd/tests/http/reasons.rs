//! Roles that are used only with a reason.

use natconnd::config::{Config, Role, Roles};

use crate::client::Reply;
use crate::lookups::post;
use crate::server::{Running, example, with_all_roles};

/// A server where `role` asks for a reason.
fn server(role: Role) -> Running {
    let server = Running::with(vec![example()]);
    let config = Config {
        audit: natconnd::config::Audit {
            require_reason: Roles::NONE.with(role),
            ..natconnd::config::Audit::default()
        },
        ..with_all_roles()
    };
    server.access.replace(&config);
    server
}

#[track_caller]
fn assert_asks(reply: &Reply, role: &str) {
    assert_eq!(reply.status, 403, "{reply:?}");
    let detail = reply.json()["detail"].to_string();
    let told = format!("with the role {role} a reason must be given");
    assert!(detail.contains(&told), "{detail}");
    assert!(detail.contains("Natconn-Reason"), "{detail}");
}

const LOOKUP: &str = "/api/v1/lookup?nat=:40123";

#[test]
fn an_exact_question_says_why() {
    let server = server(Role::Lookup);
    assert_asks(&server.get(LOOKUP), "lookup");
    for (target, headers) in [
        (LOOKUP, "Natconn-Reason: scan%20of%20ports\r\n"),
        (LOOKUP, "Natconn-Reason: a\r\nNatconn-Case: 2026-117\r\n"),
        (LOOKUP, "Cookie: natconn-purpose=reason=mail+of+today\r\n"),
        ("/api/v1/lookup?reason=scan+of+ports&nat=:40123", ""),
        ("/api/v1/lookup?nat=:40123&case=7&reason=x&limit=1", ""),
    ] {
        let reply = server.request("GET", target, headers);
        assert_eq!(reply.status, 200, "{target} {headers}: {reply:?}");
        assert_eq!(reply.json()["verdict"], "one", "{target} {headers}");
    }
    // Nothing is no reason, nor is a case.
    for headers in [
        "Natconn-Reason: \r\n",
        "Natconn-Reason: %20%20\r\n",
        "Natconn-Case: 2026-117\r\n",
    ] {
        assert_asks(&server.request("GET", LOOKUP, headers), "lookup");
    }
    // Other roles are used without.
    for target in [
        "/api/v1/lookup?nat=100.64.2.1",
        "/api/v1/connections",
        "/metrics",
        "/api/v1/status",
        "/healthz",
    ] {
        assert_eq!(server.get(target).status, 200, "{target}");
    }
}

#[test]
fn lists_say_why() {
    let server = server(Role::Browse);
    assert_eq!(server.get(LOOKUP).status, 200);
    for target in [
        "/api/v1/lookup?nat=100.64.2.1",
        "/api/v1/connections",
        "/api/v1/records",
        "/api/v1/events",
        "/api/v1/ports?nat=100.64.2.1&protocol=tcp",
    ] {
        assert_asks(&server.get(target), "browse");
    }
    let reason = "Natconn-Reason: why\r\n";
    let reply = server.request("GET", "/api/v1/connections", reason);
    assert!(reply.body.contains("192.168.248.2"), "{reply:?}");
}

#[test]
fn each_of_many_questions_needs_the_reason_of_its_kind() {
    let lookup = server(Role::Lookup);
    let lines = "nat\n:40123\n100.64.2.1\n";
    let reply = post(&lookup, "/api/v1/lookups", "", lines);
    // Exact questions are what most are, so that whoever gives none learns it at once, but
    // for those who may browse.
    match reply.status {
        200 => {
            let rows: Vec<&str> = reply.body.lines().collect();
            assert!(rows[1].contains("a reason must be given"), "{rows:?}");
            assert!(rows[2].contains("192.168.248.2"), "{rows:?}");
        }
        _ => assert_asks(&reply, "lookup"),
    }
    let reply = post(&lookup, "/api/v1/lookups?reason=x", "", lines);
    assert_eq!(reply.body.matches("192.168.248.2").count(), 2, "{reply:?}");
}

#[test]
fn what_is_held_says_why() {
    let server = server(Role::Admin);
    assert_asks(&server.get("/api/v1/history/holds"), "admin");
    let hold = "/api/v1/history/holds/1?nat=:1&at=1795474025";
    assert_asks(&server.request("PUT", hold, ""), "admin");
    // Nothing is recorded here.
    let reply = server.request("PUT", &format!("{hold}&reason=x"), "");
    assert_eq!(reply.status, 404, "{reply:?}");
}
