//! What a client may not take: time, connections, the server itself.

use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::Ordering;
use std::time::Duration;

use natconnd::config::Http;
use natconnd::http::Limits;

use crate::client::{Client, PATIENCE};
use crate::server::{Running, example, many, wait_until};

#[test]
fn the_defaults_are_those_of_the_configuration() {
    assert_eq!(Limits::default(), Limits::from(&Http::default()));
}

#[test]
fn what_is_configured_is_what_holds() {
    let configured = Http {
        max_connections: 1,
        header_timeout: Duration::from_secs(2),
        bulk_requests: 3,
        max_body: 4,
        body_timeout: Duration::from_secs(5),
        ..Http::default()
    };
    let expected = Limits {
        connections: 1,
        header_timeout: Duration::from_secs(2),
        bulk_requests: 3,
        max_body: 4,
        body_timeout: Duration::from_secs(5),
        ..Limits::default()
    };
    assert_eq!(Limits::from(&configured), expected);
}

#[test]
fn a_head_that_does_not_come_ends_the_connection() {
    let server = Running::limited(vec![], |limits| {
        limits.header_timeout = Duration::from_millis(200);
    });
    let mut slow = Client::connect(server.address);
    slow.send("GET /healthz HTT");
    assert!(slow.is_silent_for(Duration::from_millis(50)));
    assert!(slow.is_closed());
    let mut idle = Client::connect(server.address);
    assert_eq!(idle.get("/healthz").status, 200);
    assert!(idle.is_closed(), "an idle connection gives its place up");
}

#[test]
fn connections_above_the_cap_wait_for_their_turn() {
    let path = std::env::temp_dir().join(format!("natconnd-cap-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let unix = UnixListener::bind(&path).unwrap();
    let cap = |server: &mut natconnd::http::Server| server.limits.connections = 2;
    let server = Running::start(vec![example()], cap, Some(unix));

    let mut first = Client::connect(server.address);
    let mut second = Client::connect(server.address);
    assert_eq!(first.get("/healthz").status, 200);
    assert_eq!(second.get("/healthz").status, 200);
    let mut third = Client::connect(server.address);
    third.send("GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n");
    assert!(third.is_silent_for(Duration::from_millis(200)));

    // The operator's own way in is not taken by them.
    let stream = UnixStream::connect(&path).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(Client::over(stream).get("/healthz").status, 200);

    drop(first);
    assert_eq!(third.read_head().0, 200);
    assert_eq!(second.get("/healthz").status, 200);
    let waited = server.counters.connections_waited.load(Ordering::Relaxed);
    assert!(waited >= 1);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let server = Running::limited(many(60_000), |limits| {
        limits.write_timeout = Duration::from_millis(200);
    });
    let counters = &server.counters;
    let mut deaf = Client::connect(server.address);
    deaf.send("GET /api/v1/connections?format=ndjson HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(deaf.read_head().0, 200);
    wait_until("the connection is given up", || {
        counters.connections_open.load(Ordering::Relaxed) == 0
    });
    assert_eq!(counters.connections_failed.load(Ordering::Relaxed), 1);
}

#[test]
fn broken_requests_break_nothing_else() {
    let server = Running::with(vec![example()]);
    for nonsense in [
        "\r\n\r\n\0\0",
        "GET\r\n\r\n",
        "GET /healthz HTTP/9.9\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost\r\n\r\n",
        "\u{16}\u{3}\u{1}",
    ] {
        Client::connect(server.address).send(nonsense);
    }
    let mut large = Client::connect(server.address);
    let header = "x".repeat(20_000);
    large.send(&format!(
        "GET / HTTP/1.1\r\nHost: test\r\nX: {header}\r\n\r\n"
    ));
    assert_eq!(large.read_head().0, 431);
    assert_eq!(server.get("/healthz").status, 200);
    wait_until("all others are closed", || {
        server.counters.connections_open.load(Ordering::Relaxed) == 0
    });
}

#[test]
fn requests_may_be_sent_ahead() {
    let server = Running::with(vec![example()]);
    let mut client = Client::connect(server.address);
    let request = "GET /nope HTTP/1.1\r\nHost: test\r\nConnection: keep-alive\r\n\r\n";
    client.send(&request.repeat(3));
    for _ in 0..2 {
        let (status, headers) = client.read_head();
        assert_eq!(status, 404);
        let length = headers.iter().find(|(name, _)| name == "content-length");
        client.skip(length.unwrap().1.parse().unwrap());
    }
    assert_eq!(client.read_head().0, 404);
}
