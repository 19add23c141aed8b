//! The end: clean where it can be, and in bounded time always.

use std::net::TcpStream;
use std::time::Duration;

use crate::client::Client;
use crate::server::{Running, many};

#[test]
fn followers_and_idle_connections_end_cleanly() {
    let mut server = Running::with(vec![]);
    let mut follower = Client::connect(server.address);
    follower.send("GET /api/v1/events HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(follower.read_head().0, 200);
    assert_eq!(follower.read_chunk().as_deref(), Some(": following\n\n"));
    let mut idle = Client::connect(server.address);
    assert_eq!(idle.get("/healthz").status, 200);

    let took = server.stop();
    assert!(took < Duration::from_millis(400), "{took:?}");
    assert_eq!(follower.read_chunk(), None);
    assert!(follower.is_closed());
    assert!(idle.is_closed());
    assert!(TcpStream::connect(server.address).is_err());
}

/// A response that a client reads slowly may end, but not take for ever; then
/// its body lacks the end that would make it look whole.
#[test]
fn a_response_that_takes_too_long_is_cut_and_looks_cut() {
    let mut server = Running::with(many(60_000));
    let mut client = Client::connect(server.address);
    client.send("GET /api/v1/connections?format=ndjson HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(client.read_head().0, 200);
    let took = server.stop();
    assert!(took < Duration::from_secs(3), "{took:?}");
    let text = client.read_all();
    assert!(!text.ends_with("\r\n0\r\n\r\n"));
}
