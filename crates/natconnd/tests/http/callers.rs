//! Callers with a name: where their tokens count, and for how long.

use std::net::TcpListener;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use model::ChangeKind;
use natconnd::config::{Caller, Config, Listener as Rules, Role, Roles, TokenHash};
use natconnd::http::{Listener, Socket};
use natconnd::lookup::{Change, Notice};
use natconnd::token;

use crate::client::{Client, Reply};
use crate::server::{Running, example};

/// A token as everybody knows it who reads this.
pub const TOKEN: &str = "natconn_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
pub const OTHER_TOKEN: &str = "natconn_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

/// The header line that shows a token.
pub fn showing(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

/// A caller with this token.
pub fn caller(token: &str, roles: Roles) -> Caller {
    Caller {
        tokens: vec![TokenHash(token::hash(token))],
        roles,
        ..Caller::default()
    }
}

/// The rules by which nobody without a token may do anything, and whoever has [`TOKEN`] has
/// these roles.
pub fn only_with_token(roles: Roles) -> Config {
    let mut config = Config::default();
    config.http.roles = Roles::NONE;
    config
        .callers
        .insert("desk".to_owned(), caller(TOKEN, roles));
    config
}

const LOOKUP: &str = "/api/v1/lookup?nat=:40123";

fn lookup() -> Roles {
    Roles::NONE.with(Role::Lookup)
}

fn asks_for_token(reply: &Reply) -> bool {
    let ways = reply.headers.iter();
    let ways = ways.filter(|(name, _)| name == "www-authenticate");
    let ways: Vec<&str> = ways.map(|(_, way)| way.as_str()).collect();
    match ways[..] {
        [] => false,
        [bearer, basic] => bearer.starts_with("Bearer ") && basic.starts_with("Basic "),
        _ => panic!("{ways:?}"),
    }
}

#[test]
fn a_token_that_nobody_knows_costs_a_connection() {
    let server = Running::with(vec![example()]);
    server.access.replace(&only_with_token(lookup()));
    for header in [
        showing(OTHER_TOKEN),
        showing(&TOKEN[..50]),
        showing(&format!("{TOKEN}A")),
        showing(&TOKEN.to_lowercase()),
        "Authorization: Bearer\r\n".to_owned(),
        "Authorization: Bearer \r\n".to_owned(),
        format!("Authorization: {TOKEN}\r\n"),
        "Authorization: Basic !!!\r\n".to_owned(),
        "Authorization: Negotiate YII=\r\n".to_owned(),
        "Authorization: \u{e9}\r\n".to_owned(),
    ] {
        let mut client = Client::connect(server.address);
        let reply = client.request("GET", LOOKUP, &header);
        assert_eq!(reply.status, 401, "{header}");
        assert!(asks_for_token(&reply), "{header}: {reply:?}");
        assert_eq!(reply.header("connection"), Some("close"));
        assert!(client.is_closed(), "{header}");
        // What was shown is not repeated to whoever reads along.
        assert!(!reply.body.contains("natconn_"), "{reply:?}");
    }
    assert_eq!(server.counters.unidentified.load(Relaxed), 10);
    assert_eq!(server.counters.without_role.load(Relaxed), 0);
    let reply = server.request("GET", LOOKUP, &showing(TOKEN));
    assert_eq!(reply.json()["verdict"], "one");
}

#[test]
fn whoever_could_show_a_token_is_asked_for_one() {
    let server = Running::with(vec![example()]);
    server.access.replace(&only_with_token(lookup()));
    let reply = server.get(LOOKUP);
    assert!(reply.status == 401 && asks_for_token(&reply), "{reply:?}");
    assert_eq!(reply.header("connection"), None);
    // Who is known cannot be more than that.
    let reply = server.request("GET", "/api/v1/connections", &showing(TOKEN));
    assert!(reply.status == 403 && !asks_for_token(&reply), "{reply:?}");
    assert!(reply.body.contains("which desk has not"), "{reply:?}");
    assert_eq!(server.counters.without_role.load(Relaxed), 2);
    // Where nobody has a token it would be of no use to ask.
    let mut config = Config::default();
    config.http.roles = Roles::NONE;
    server.access.replace(&config);
    let reply = server.get(LOOKUP);
    assert!(reply.status == 403 && !asks_for_token(&reply), "{reply:?}");
}

/// A second listener, without TLS, of this name.
fn second(name: &str) -> (Listener, std::net::SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let listener = Listener {
        name: name.into(),
        socket: Socket::Tcp(socket),
        tls: None,
    };
    (listener, address)
}

#[test]
fn a_token_counts_where_its_caller_is_known() {
    let (other, address) = second("office");
    let http = Listener::tcp(TcpListener::bind("127.0.0.1:0").unwrap());
    let server = Running::over(vec![http, other], vec![example()], |_| {});
    let mut config = only_with_token(lookup());
    let rules = Rules {
        roles: Roles::NONE,
        ..Rules::default()
    };
    config.listeners.insert("office".to_owned(), rules);
    let known_at = |config: &mut Config, listeners: &[&str]| {
        let caller = config.callers.get_mut("desk").unwrap();
        caller.listeners = listeners.iter().map(|it| (*it).to_owned()).collect();
    };
    let ask = |address| {
        let mut client = Client::connect(address);
        client.request("GET", LOOKUP, &showing(TOKEN)).status
    };
    for (listeners, at_http, at_office) in [
        (&[][..], 200, 200),
        (&["http"], 200, 401),
        (&["office"], 401, 200),
        (&["unix"], 401, 401),
    ] {
        known_at(&mut config, listeners);
        server.access.replace(&config);
        let statuses = (ask(server.address), ask(address));
        assert_eq!(statuses, (at_http, at_office), "{listeners:?}");
    }
    // A listener that is no more lets nobody in, nor on.
    let mut client = Client::connect(address);
    known_at(&mut config, &[]);
    server.access.replace(&config);
    assert_eq!(client.request("GET", LOOKUP, &showing(TOKEN)).status, 200);
    config.listeners.clear();
    server.access.replace(&config);
    let reply = client.request("GET", LOOKUP, &showing(TOKEN));
    assert_eq!((reply.status, &*reply.body), (403, "Forbidden"));
    assert!(client.is_closed());
    let reply = Client::connect(address).get(LOOKUP);
    assert_eq!((reply.status, &*reply.body), (403, "Forbidden"));
}

#[test]
fn other_rules_hold_from_the_next_request_on() {
    let server = Running::with(vec![example()]);
    let mut client = Client::connect(server.address);
    let mut ask = |target: &str| client.request("GET", target, &showing(TOKEN)).status;
    server.access.replace(&only_with_token(lookup()));
    assert_eq!((ask(LOOKUP), ask("/api/v1/connections")), (200, 403));
    let browse = Roles::NONE.with(Role::Browse);
    server.access.replace(&only_with_token(browse));
    assert_eq!((ask(LOOKUP), ask("/api/v1/connections")), (403, 200));
    server.access.replace(&Config::default());
    assert_eq!(ask(LOOKUP), 401, "the token was taken back");
}

/// Follows changes, with [`TOKEN`].
fn follow(server: &Running) -> Client {
    let mut client = Client::connect(server.address);
    let token = showing(TOKEN);
    client.send(&format!(
        "GET /api/v1/events HTTP/1.1\r\nHost: test\r\n{token}\r\n"
    ));
    assert_eq!(client.read_head().0, 200);
    assert_eq!(client.read_chunk().as_deref(), Some(": following\n\n"));
    client
}

fn publish(server: &Running) {
    let change = Change {
        kind: ChangeKind::Started,
        found: example(),
    };
    server.answers.publish(Notice::Change(change));
}

#[test]
fn a_stream_ends_when_its_caller_may_no_longer_ask() {
    let server = Running::limited(vec![], |limits| {
        limits.keep_alive = Duration::from_millis(200);
    });
    let browse = Roles::NONE.with(Role::Browse);
    for now in [only_with_token(lookup()), Config::default()] {
        server.access.replace(&only_with_token(browse));
        let mut client = follow(&server);
        publish(&server);
        assert!(client.read_chunk().unwrap().contains("192.168.248.2"));
        // Whoever may more goes on.
        server.access.replace(&only_with_token(Roles::ALL));
        publish(&server);
        assert!(client.read_chunk().unwrap().contains("192.168.248.2"));
        server.access.replace(&now);
        publish(&server);
        assert_eq!(client.read_all(), "", "without its end, and without a word");
    }
    // Nobody has to be told of anything for it to end.
    server.access.replace(&only_with_token(browse));
    let mut client = follow(&server);
    server.access.replace(&Config::default());
    assert!(!client.read_all().contains("192.168.248.2"));
}

#[test]
fn many_questions_end_when_their_caller_may_no_longer_ask() {
    let server = Running::with(vec![example()]);
    server.access.replace(&only_with_token(lookup()));
    let mut client = Client::connect(server.address);
    let token = showing(TOKEN);
    client.send(&format!(
        "POST /api/v1/lookups HTTP/1.1\r\nHost: test\r\n{token}Transfer-Encoding: chunked\r\n\r\n"
    ));
    let lines = "nat\n:40123\n";
    client.send(&format!("{:x}\r\n{lines}\r\n", lines.len()));
    assert_eq!(client.read_head().0, 200);
    let mut answered = String::new();
    while !answered.contains("192.168.248.2") {
        answered.push_str(&client.read_chunk().unwrap());
    }
    server.access.replace(&Config::default());
    client.send("7\r\n:40123\n\r\n");
    assert!(!client.read_all().contains("192.168.248.2"));
}
