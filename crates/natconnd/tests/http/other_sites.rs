//! Pages of other sites, which make a browser ask in its user's name.

use std::sync::atomic::Ordering::Relaxed;

use natconnd::config::Roles;

use crate::callers::{TOKEN, caller, showing};
use crate::client::{Client, Reply};
use crate::server::{Running, example, with_all_roles};

const LOOKUP: &str = "/api/v1/lookup?nat=:40123";

fn ask(server: &Running, host: &str, target: &str, headers: &str) -> Reply {
    Client::connect(server.address).get_of(host, target, headers)
}

/// A name of somebody else's can point to this machine; the browser then takes natconnd for
/// that one's server.
#[test]
fn nobody_is_answered_by_a_name_that_somebody_else_could_have() {
    let server = Running::with(vec![example()]);
    let mut config = with_all_roles();
    config.http.hosts = vec!["gw1.example.net".to_owned()];
    config
        .callers
        .insert("desk".to_owned(), caller(TOKEN, Roles::ALL));
    server.access.replace(&config);
    let targets = [
        LOOKUP,
        "/api/v1/connections",
        "/api/v1/events",
        "/api/v1/status",
        "/metrics",
        "/",
        "/live",
        "/docs",
        "/healthz",
        "/openapi.json",
        "/nope",
    ];
    for target in targets {
        let reply = ask(&server, "evil.example", target, "");
        assert_eq!(reply.status, 421, "{target}");
        assert!(!reply.body.contains("192.168.248.2"), "{target}");
    }
    let foreign = server.counters.foreign.load(Relaxed);
    assert_eq!(foreign, targets.len() as u64);
    let of_address = server.address.to_string();
    for host in [
        &*of_address,
        "localhost:8080",
        "gw1",
        "gw1.example.net",
        "GW1.Example.Net.:8080",
        "[::1]:8080",
    ] {
        assert_eq!(ask(&server, host, LOOKUP, "").status, 200, "{host}");
    }
    // No page of another site has a token.
    let reply = ask(&server, "evil.example", LOOKUP, &showing(TOKEN));
    assert_eq!(reply.status, 200, "{reply:?}");
    config.http.hosts = vec!["*".to_owned()];
    server.access.replace(&config);
    assert_eq!(ask(&server, "evil.example", LOOKUP, "").status, 200);
}

fn fetch(site: &str, mode: &str) -> String {
    format!("Sec-Fetch-Site: {site}\r\nSec-Fetch-Mode: {mode}\r\n")
}

#[test]
fn another_sites_page_gets_nothing() {
    let server = Running::with(vec![example()]);
    for (site, mode, status) in [
        ("cross-site", "cors", 403),
        ("cross-site", "no-cors", 403),
        ("same-site", "cors", 403),
        ("same-site", "no-cors", 403),
        // A link was followed: the page that had it does not see the answer.
        ("cross-site", "navigate", 200),
        ("same-origin", "cors", 200),
        ("same-origin", "navigate", 200),
        // Somebody has typed the address.
        ("none", "navigate", 200),
    ] {
        for target in [LOOKUP, "/live", "/docs", "/healthz"] {
            let reply = server.request("GET", target, &fetch(site, mode));
            assert_eq!(reply.status, status, "{site} {mode} {target}: {reply:?}");
        }
    }
    // A form that another page sends says something, whoever sees the answer.
    let of_form = "Content-Length: 0\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let headers = fetch("cross-site", "navigate") + of_form;
    assert_eq!(server.request("POST", "/desk", &headers).status, 403);
    let hold = "/api/v1/history/holds/1?nat=:1&at=1795474025";
    let reply = server.request("PUT", hold, &fetch("cross-site", "cors"));
    assert_eq!(reply.status, 403);
    // Nor is anybody let through by what else the browser has.
    let with_token = fetch("cross-site", "cors") + &showing(TOKEN);
    assert_eq!(server.request("GET", LOOKUP, &with_token).status, 403);
    assert_eq!(server.counters.foreign.load(Relaxed), 4 * 4 + 3);
}

/// Browsers ask first whether they may send what a form could not.
#[test]
fn no_other_site_is_allowed_to_read() {
    let server = Running::with(vec![example()]);
    for (method, target) in [("OPTIONS", LOOKUP), ("GET", LOOKUP), ("GET", "/desk")] {
        let headers = "Origin: http://evil.example\r\nAccess-Control-Request-Method: GET\r\n";
        let reply = server.request(method, target, headers);
        let mut names = reply.headers.iter().map(|(name, _)| name);
        let allows = names.any(|name| name.starts_with("access-control-"));
        assert!(!allows, "{method} {target}: {reply:?}");
    }
}
