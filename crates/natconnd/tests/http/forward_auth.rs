//! `/api/v1/forward-auth`, as a proxy's subrequest sees it.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use model::{Coverage, Gap, GapCause, Timestamp, Verdict};
use natconnd::http::{Asked, Server};
use natconnd::lookup::Answers;

use crate::client::{Client, Reply};
use crate::server::{Running, example, masqueraded};

const PATH: &str = "/api/v1/forward-auth";

/// The client of [`example`], said in parameters.
const EXAMPLE: &str = "/api/v1/forward-auth?nat=100.64.2.1&nat_port=40123\
                       &remote=100.64.2.10&remote_port=443&protocol=tcp";

/// Everything that a proxy may hand on.
fn told(reply: &Reply) -> [Option<&str>; 5] {
    assert_eq!(reply.body, "");
    [
        "x-nat-verdict",
        "x-internal-address",
        "x-internal-port",
        "x-nat-coverage",
        "x-nat-reason",
    ]
    .map(|name| reply.header(name))
}

const ONE: [Option<&str>; 5] = [
    Some("one"),
    Some("192.168.248.2"),
    Some("40123"),
    Some("complete"),
    None,
];

const fn without_host(verdict: &'static str) -> [Option<&'static str>; 5] {
    [Some(verdict), None, None, Some("complete"), None]
}

/// Lookups about now that found none, one and several.
fn verdicts(server: &Running) -> [u64; 3] {
    [Verdict::None, Verdict::One, Verdict::Several].map(|wanted| {
        let of_now = server.counters.lookups();
        let of_now =
            of_now.filter(|(asked, verdict, _)| (*asked, *verdict) == (Asked::Now, wanted));
        of_now.map(|(.., count)| count).sum()
    })
}

#[test]
fn a_client_behind_the_gateway_has_a_host_and_a_port() {
    let server = Running::with(vec![example()]);
    let reply = server.get(EXAMPLE);
    assert_eq!((reply.status, told(&reply)), (204, ONE));
    assert_eq!(reply.header("content-type"), None);
    for headers in [
        "X-Real-IP: 100.64.2.1\r\nX-Real-Port: 40123\r\n\
         X-Real-Server-IP: 100.64.2.10\r\nX-Real-Server-Port: 443\r\n",
        "forwarded: for=10.0.0.1, for=\"100.64.2.1:40123\";by=\"100.64.2.10:443\"\r\n",
        "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 100.64.2.1:40123\r\n",
        "X-Forwarded-For: 10.0.0.1, 100.64.2.1\r\nX-Forwarded-Port: 40123\r\n",
    ] {
        let reply = server.request("GET", PATH, headers);
        assert_eq!((reply.status, told(&reply)), (204, ONE), "{headers}");
    }
}

#[test]
fn an_ipv6_client_is_named_with_or_without_brackets() {
    let found = masqueraded("[fd00::2]:7", "[2001:db8::1]:7", "[2001:db8::9]:80");
    let server = Running::with(vec![found]);
    for query in [
        "nat=2001:db8::1&nat_port=7&remote=2001:db8::9&remote_port=80",
        "nat=[2001:db8::1]:7&remote=%5B2001:db8::9%5D:80",
    ] {
        let reply = server.get(&format!("{PATH}?{query}"));
        assert_eq!(reply.header("x-internal-address"), Some("fd00::2"));
        assert_eq!(reply.header("x-internal-port"), Some("7"));
    }
}

#[test]
fn whoever_cannot_be_told_apart_is_not_named() {
    let other = masqueraded("192.168.248.3:9", "100.64.2.1:40123", "100.64.2.11:443");
    let server = Running::with(vec![example(), other]);
    let reply = server.get(&format!("{PATH}?nat=100.64.2.1:40123"));
    assert_eq!((reply.status, told(&reply)), (204, without_host("several")));
    let reply = server.get(EXAMPLE);
    assert_eq!((reply.status, told(&reply)), (204, ONE));
}

#[test]
fn a_miss_lets_the_request_pass() {
    let server = Running::with(vec![example()]);
    let reply = server.get(&format!("{PATH}?nat=100.64.2.1:1"));
    assert_eq!((reply.status, told(&reply)), (204, without_host("none")));
    let reply = server.get(&format!("{PATH}?nat=198.51.100.7:40123"));
    assert_eq!((reply.status, told(&reply)), (204, without_host("not-nat")));
    assert_eq!(verdicts(&server), [1, 0, 0]);
    assert_eq!(server.counters.not_nat.load(Relaxed), 1);
    assert_eq!(server.counters.lookup_durations(Asked::Now).count, 2);
}

#[test]
fn what_cannot_be_read_lets_the_request_pass_and_is_counted() {
    let server = Running::with(vec![example()]);
    for (target, headers, reason) in [
        (PATH, "", "client: missing"),
        (PATH, "X-Real-IP: 100.64.2.1\r\n", "x-real-port: missing"),
        (PATH, "Forwarded: for=\"\r\n", "forwarded: malformed"),
        (
            PATH,
            "X-Forwarded-For: \u{e9}\r\n",
            "x-forwarded-for: malformed",
        ),
        (
            "/api/v1/forward-auth?port=1",
            "",
            "query: no such parameter",
        ),
    ] {
        let reply = server.request("GET", target, headers);
        assert_eq!(reply.status, 204);
        assert_eq!(told(&reply), [Some("none"), None, None, None, Some(reason)]);
    }
    assert_eq!(server.counters.unreadable_clients.load(Relaxed), 5);
    assert_eq!(server.counters.lookup_durations(Asked::Now).count, 0);
}

#[test]
fn who_is_required_is_refused_without() {
    let other = masqueraded("192.168.248.3:9", "100.64.2.1:40123", "100.64.2.11:443");
    let server = Running::with(vec![example(), other]);
    let reply = server.get(&format!("{EXAMPLE}&require=one"));
    assert_eq!((reply.status, told(&reply)), (204, ONE));
    for (query, verdict) in [
        ("nat=100.64.2.1:40123", "several"),
        ("nat=100.64.2.1:1", "none"),
        ("nat=198.51.100.7:1", "not-nat"),
        ("nat=nobody", "none"),
        ("nta=100.64.2.1:40123", "none"),
    ] {
        let reply = server.get(&format!("{PATH}?require=one&{query}"));
        assert_eq!(reply.status, 403, "{query}");
        assert_eq!(reply.header("x-nat-verdict"), Some(verdict), "{query}");
        assert_eq!(reply.header("x-internal-address"), None);
    }
    let reply = server.get(&format!("{EXAMPLE}&require=all"));
    assert_eq!(reply.status, 403);
    assert_eq!(reply.header("x-nat-reason"), Some("require: no such value"));
}

#[test]
fn gaps_are_told_and_nothing_is_ruled_out_in_them() {
    let server = Running::with(vec![example()]);
    server.answers.set_coverage(Coverage::of_gaps(vec![Gap {
        from: Timestamp(0),
        to: None,
        cause: GapCause::Starting,
    }]));
    for (target, verdict) in [
        (EXAMPLE, "none"),
        ("/api/v1/forward-auth?nat=100.64.2.1:1", "none"),
        ("/api/v1/forward-auth?nat=198.51.100.7:1", "none"),
    ] {
        let reply = server.get(target);
        assert_eq!(reply.status, 204);
        assert_eq!(reply.header("x-nat-verdict"), Some(verdict), "{target}");
        assert_eq!(reply.header("x-nat-coverage"), Some("gaps"), "{target}");
        assert_eq!(reply.header("x-internal-address"), None);
    }
}

#[test]
fn a_table_that_does_not_catch_up_names_and_rules_out_nobody_and_says_so_soon() {
    let stuck = |server: &mut Server| {
        server.answers = Arc::new(Answers::of_stuck_mirror(vec![example()]));
    };
    let server = Running::start(Vec::new(), stuck, None);
    for target in [
        EXAMPLE,
        "/api/v1/forward-auth?nat=100.64.2.1:40123",
        "/api/v1/forward-auth?nat=198.51.100.7:1",
    ] {
        let began = Instant::now();
        let reply = server.get(target);
        let took = began.elapsed();
        let expected = [Some("none"), None, None, Some("gaps"), None];
        assert_eq!((reply.status, told(&reply)), (204, expected), "{target}");
        // Before the shipped proxies give up.
        let limit = Duration::from_millis(250);
        assert!(took > limit / 4 && took < limit, "{target}: {took:?}");
    }
}

#[test]
fn any_method_is_answered_over_one_connection() {
    let server = Running::with(vec![example()]);
    let mut proxy = Client::connect(server.address);
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PURGE"] {
        let reply = proxy.request(method, EXAMPLE, "");
        assert_eq!((reply.status, told(&reply)), (204, ONE), "{method}");
    }
    assert_eq!(verdicts(&server), [0, 7, 0]);
}

#[test]
fn a_body_is_not_waited_for() {
    let server = Running::with(vec![example()]);
    let announced = "Content-Length: 100000000\r\n";
    for headers in [announced, "Transfer-Encoding: chunked\r\n"] {
        let began = Instant::now();
        let reply = server.request("POST", EXAMPLE, headers);
        assert_eq!((reply.status, told(&reply)), (204, ONE));
        assert!(began.elapsed() < Duration::from_secs(2));
    }
    let mut proxy = Client::connect(server.address);
    proxy.send(&format!(
        "POST {EXAMPLE} HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello"
    ));
    assert_eq!(proxy.read_head().0, 204);
}

#[test]
fn it_is_there_beside_pynatconnds_urls() {
    let server = Running::as_pynatconnd("nat_port", vec![example()]);
    let reply = server.get(EXAMPLE);
    assert_eq!((reply.status, told(&reply)), (204, ONE));
}
