//! The allow list.

use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use natconnd::http::{Allow, AllowList};

use crate::client::{Client, PATIENCE};
use crate::server::{Running, example};

fn elsewhere() -> AllowList {
    AllowList::new(["192.0.2.0/24".parse().unwrap()])
}

#[test]
fn a_peer_outside_the_list_gets_nothing_from_any_path() {
    let refuse = |server: &mut natconnd::http::Server| {
        server.allow = Arc::new(Allow::new(elsewhere()));
    };
    let server = Running::start(vec![example()], refuse, None);
    let targets = [
        "/api/v1/lookup?nat=:40123",
        "/api/v1/connections",
        "/api/v1/events",
        "/api/v1/status",
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

#[test]
fn a_new_list_holds_on_open_connections() {
    let server = Running::with(vec![example()]);
    let mut client = Client::connect(server.address);
    assert_eq!(client.get("/healthz").status, 200);
    server.allow.replace(elsewhere());
    assert_eq!(client.get("/healthz").status, 403);
    assert!(
        client.is_closed(),
        "a refused connection gives its place up"
    );
    server.allow.replace(AllowList::default());
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_unix_socket_does_not_ask_the_list() {
    let path = std::env::temp_dir().join(format!("natconnd-test-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let refuse = |server: &mut natconnd::http::Server| {
        server.allow = Arc::new(Allow::new(elsewhere()));
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
