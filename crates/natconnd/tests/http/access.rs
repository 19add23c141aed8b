//! The allow list.

use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use natconnd::access::Access;
use natconnd::config::Config;
use natconnd::http::Limits;

use crate::client::{Client, PATIENCE};
use crate::server::{Running, example, letting_in, wait_until};

/// Another address of this machine.
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

pub fn elsewhere() -> Config {
    letting_in(&["192.0.2.0/24"])
}

#[test]
fn a_peer_outside_the_list_gets_nothing_from_any_path() {
    let refuse = |server: &mut natconnd::http::Server| {
        server.access = Arc::new(Access::of(&elsewhere()));
    };
    let server = Running::start(vec![example()], refuse, None);
    let targets = [
        "/api/v1/lookup?nat=:40123",
        "/api/v1/connections",
        "/api/v1/events",
        "/api/v1/status",
        "/api/v1/health",
        "/healthz",
        "/metrics",
        "/openapi.json",
        "/",
        "/nope",
    ];
    for target in targets {
        for method in ["GET", "POST"] {
            let reply = server.request(method, target, "");
            assert_eq!(reply.status, 403, "{method} {target}");
            assert_eq!(reply.header("content-type"), Some("text/html"));
            assert_eq!(reply.body, "Forbidden");
        }
    }
    let refused = server.counters.refused.load(Ordering::Relaxed);
    assert_eq!(refused, 2 * targets.len() as u64);
}

/// A server that 127.0.0.1 may ask and [`STRANGER`] may not.
fn for_one_client(limit: impl FnOnce(&mut Limits)) -> Running {
    let refuse = |server: &mut natconnd::http::Server| {
        let only = letting_in(&["127.0.0.1/32"]);
        server.access = Arc::new(Access::of(&only));
        limit(&mut server.limits);
    };
    Running::start(vec![example()], refuse, None)
}

#[test]
fn refused_peers_take_no_place_from_others() {
    let server = for_one_client(|limits| {
        limits.connections = 1;
        limits.header_timeout = 3 * PATIENCE;
    });
    let mut idle: Vec<Client> = (0..40)
        .map(|_| Client::connect_from(STRANGER, server.address))
        .collect();
    assert_eq!(server.get("/healthz").status, 200);
    let counters = &server.counters;
    assert_eq!(counters.refused.load(Ordering::Relaxed), 40);
    assert_eq!(counters.connections_accepted.load(Ordering::Relaxed), 1);
    assert_eq!(counters.connections_waited.load(Ordering::Relaxed), 0);
    for client in &mut idle {
        assert!(client.is_closed(), "long before the time limit for a head");
    }
    let reply = Client::connect_from(STRANGER, server.address).get("/healthz");
    assert_eq!((reply.status, &*reply.body), (403, "Forbidden"));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn refused_peers_beyond_their_own_places_get_no_word() {
    let server = for_one_client(|limits| {
        limits.refusals = 2;
        limits.refusal_timeout = 3 * PATIENCE;
    });
    let connect = || Client::connect_from(STRANGER, server.address);
    let mut first = connect();
    let _second = connect();
    assert!(connect().is_closed());
    let reply = first.get("/healthz");
    assert_eq!((reply.status, &*reply.body), (403, "Forbidden"));
    assert!(first.is_closed(), "one answer is all there is");
    assert_eq!(server.counters.refused.load(Ordering::Relaxed), 3);
    wait_until("the place is free again", || {
        let mut next = connect();
        next.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        !next.is_closed()
    });
}

#[test]
fn refused_peers_do_not_delay_the_end() {
    let mut server = for_one_client(|limits| {
        limits.refusal_timeout = 3 * PATIENCE;
        limits.shutdown_timeout = 2 * PATIENCE;
    });
    let _idle = Client::connect_from(STRANGER, server.address);
    wait_until("it is refused", || {
        server.counters.refused.load(Ordering::Relaxed) == 1
    });
    assert!(server.stop() < PATIENCE);
}

#[test]
fn a_new_list_holds_on_open_connections() {
    let server = Running::with(vec![example()]);
    let mut client = Client::connect(server.address);
    assert_eq!(client.get("/healthz").status, 200);
    server.access.replace(&elsewhere());
    assert_eq!(client.get("/healthz").status, 403);
    assert!(
        client.is_closed(),
        "a refused connection gives its place up"
    );
    server.access.replace(&Config::default());
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_unix_socket_does_not_ask_the_list() {
    let path = std::env::temp_dir().join(format!("natconnd-test-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let refuse = |server: &mut natconnd::http::Server| {
        server.access = Arc::new(Access::of(&elsewhere()));
    };
    let server = Running::start(vec![example()], refuse, Some(listener));
    assert_eq!(server.get("/healthz").status, 403);
    let stream = UnixStream::connect(&path).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut client = Client::over(stream);
    let answer = client.get("/api/v1/lookup?nat=:40123").json();
    assert_eq!(answer["verdict"], "one");
    std::fs::remove_file(&path).unwrap();
}
