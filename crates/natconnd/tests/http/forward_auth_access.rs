//! Who may ask for a proxy, and what of its clients' requests does not matter.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use natconnd::config::{CallerLimits, Config, Role, Roles};

use crate::callers::{OTHER_TOKEN, TOKEN, only_with_token, showing};
use crate::client::{Client, Reply};
use crate::server::{Running, example};

const ASKED: &str = "/api/v1/forward-auth?nat=100.64.2.1:40123";

fn lookup() -> Roles {
    Roles::NONE.with(Role::Lookup)
}

/// Status, verdict, host and reason.
fn told(reply: &Reply) -> (u16, Option<&str>, Option<&str>, Option<&str>) {
    (
        reply.status,
        reply.header("x-nat-verdict"),
        reply.header("x-internal-address"),
        reply.header("x-nat-reason"),
    )
}

const ONE: (u16, Option<&str>, Option<&str>, Option<&str>) =
    (204, Some("one"), Some("192.168.248.2"), None);

#[test]
fn what_clients_show_to_a_site_is_not_for_natconnd() {
    let server = Running::with(vec![example()]);
    for headers in [
        "Authorization: Basic YWxpY2U6c2VjcmV0\r\n",
        "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n",
        "Authorization: Digest username=\"natconn_\"\r\n",
        "Authorization: \u{e9}\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n",
        "Origin: https://evil.example\r\n",
        "Natconn-Case: %ff\r\n",
        "Natconn-Reason: \u{e9}\r\n",
        "Cookie: natconn-purpose=reason=%ff\r\n",
    ] {
        for method in ["GET", "POST"] {
            let reply = server.request(method, ASKED, headers);
            assert_eq!(told(&reply), ONE, "{method} {headers}");
        }
    }
    let long = format!("Natconn-Reason: {}\r\n", "x".repeat(501));
    assert_eq!(told(&server.request("GET", ASKED, &long)), ONE);
    assert_eq!(server.counters.unidentified.load(Relaxed), 0);
}

#[test]
fn a_proxy_may_show_a_token() {
    let server = Running::with(vec![example()]);
    server.access.replace(&only_with_token(lookup()));
    // printf %s x:natconn_AAA… | base64
    let password = "Authorization: Basic \
                    eDpuYXRjb25uX0FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\r\n";
    for header in [&*showing(TOKEN), password] {
        let mut client = Client::connect(server.address);
        // By whatever name: no page of another site has a token.
        let reply = client.get_of("shop.example", ASKED, header);
        assert_eq!(told(&reply), ONE, "{header}");
    }
    // Without it, it is anybody, and anybody may do nothing here.
    for header in ["", &*showing(OTHER_TOKEN)] {
        let reply = server.request("GET", ASKED, header);
        assert_eq!(reply.status, 401, "{reply:?}");
        assert_eq!(reply.header("x-internal-address"), None);
    }
    assert_eq!(server.counters.unidentified.load(Relaxed), 1);
    assert_eq!(server.counters.without_role.load(Relaxed), 2);
    // A token that is not known is as good as none, and no worse.
    server.access.replace(&Config::default());
    assert_eq!(told(&server.request("GET", ASKED, &showing(TOKEN))), ONE);
    assert_eq!(server.counters.unidentified.load(Relaxed), 2);
}

/// Caddy, for one, passes the site's name on. The site goes on, and the reason says what to
/// do.
#[test]
fn a_sites_own_name_names_nobody_and_lets_the_request_pass() {
    let server = Running::with(vec![example()]);
    let mut client = Client::connect(server.address);
    let reason = Some("host: no name of natconnd, see http.hosts");
    let reply = client.get_of("shop.example", ASKED, "");
    assert_eq!(told(&reply), (204, Some("none"), None, reason));
    let only_one = format!("{ASKED}&require=one");
    let reply = client.get_of("shop.example", &only_one, "");
    assert_eq!(told(&reply), (403, Some("none"), None, reason));
    assert_eq!(server.counters.foreign.load(Relaxed), 2);
    let mut config = Config::default();
    config.http.hosts = vec!["shop.example".to_owned()];
    server.access.replace(&config);
    assert_eq!(told(&client.get_of("shop.example", ASKED, "")), ONE);
}

#[test]
fn too_many_questions_name_nobody_and_let_the_request_pass() {
    let server = Running::with(vec![example()]);
    let mut config = Config::default();
    config.http.limits = CallerLimits {
        requests_per_second: Some(1),
        ..CallerLimits::default()
    };
    server.access.replace(&config);
    let began = Instant::now();
    assert_eq!(told(&server.get(ASKED)), ONE);
    let reply = server.get(ASKED);
    if began.elapsed() < Duration::from_millis(900) {
        let reason = Some("requests: too many, see the limits of the caller");
        assert_eq!(told(&reply), (204, Some("none"), None, reason));
        assert_eq!(server.counters.too_many.load(Relaxed), 1);
    }
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(told(&server.get(ASKED)), ONE);
}

/// A proxy has no reasons of its own. Whoever is not known by name may be anybody.
#[test]
fn nobody_asks_a_proxy_that_is_known_for_a_reason() {
    let server = Running::with(vec![example()]);
    let mut config = only_with_token(lookup());
    config.http.roles = Roles::LOOKING;
    config.audit.require_reason = Roles::ALL;
    server.access.replace(&config);
    let reply = server.request("GET", ASKED, &showing(TOKEN));
    assert_eq!(told(&reply), ONE);
    let reason = "Natconn-Reason: because\r\n";
    assert_eq!(server.request("GET", ASKED, reason).status, 401);
    assert_eq!(server.get("/api/v1/lookup?nat=:40123").status, 403);
}
