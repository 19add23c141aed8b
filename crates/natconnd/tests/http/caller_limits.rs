//! How much a caller may ask.

use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use natconnd::config::{CallerLimits, Config, Roles};
use natconnd::lookup::Answers;

use crate::callers::{OTHER_TOKEN, TOKEN, caller, showing};
use crate::client::{Client, PATIENCE, Reply};
use crate::lookups::post;
use crate::server::{Running, example, wait_until, with_all_roles};

const LOOKUP: &str = "/api/v1/lookup?nat=:40123";

/// Another address of this machine.
const ANOTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// The rules by which nobody may ask more than this, with a name or without.
fn limited(limits: CallerLimits) -> Config {
    let mut config = with_all_roles();
    config.http.limits = limits;
    for (name, token) in [("one", TOKEN), ("two", OTHER_TOKEN)] {
        let mut caller = caller(token, Roles::ALL);
        caller.limits = limits;
        config.callers.insert(name.to_owned(), caller);
    }
    config
}

fn server_with(limits: CallerLimits) -> Running {
    let server = Running::with(vec![example()]);
    server.access.replace(&limited(limits));
    server
}

fn of_rate(requests: usize) -> CallerLimits {
    CallerLimits {
        requests_per_second: Some(requests),
        ..CallerLimits::default()
    }
}

#[track_caller]
fn assert_too_many(reply: &Reply, limit: &str) {
    assert_eq!(reply.status, 429, "{reply:?}");
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json")
    );
    let detail = format!("answer: the caller's limit {limit} is reached");
    assert_eq!(reply.json()["detail"], detail.as_str());
}

#[test]
fn more_requests_than_a_second_has_wait_for_the_next() {
    let server = server_with(of_rate(2));
    let mut client = Client::connect(server.address);
    let began = Instant::now();
    // Over whatever connections they come.
    assert_eq!(client.get(LOOKUP).status, 200);
    assert_eq!(server.get("/healthz").status, 200);
    let refused = client.get(LOOKUP);
    if began.elapsed() > Duration::from_millis(400) {
        // A machine so slow is within the limit.
        return;
    }
    assert_too_many(&refused, "requests-per-second");
    assert_eq!(server.counters.too_many.load(Relaxed), 1);
    // Nobody else is held up by it, with a name or without, nor the same with one.
    let mut another = Client::connect_from(ANOTHER, server.address);
    assert_eq!(another.get(LOOKUP).status, 200);
    let mut ask = |token| client.request("GET", LOOKUP, &showing(token)).status;
    assert_eq!([ask(TOKEN), ask(TOKEN)], [200, 200]);
    assert_eq!([ask(TOKEN), ask(OTHER_TOKEN)], [429, 200]);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!((ask(TOKEN), client.get(LOOKUP).status), (200, 200));
}

#[test]
fn a_caller_with_a_name_is_one_wherever_it_comes_from() {
    let server = server_with(of_rate(1));
    let began = Instant::now();
    let mut here = Client::connect(server.address);
    let mut there = Client::connect_from(ANOTHER, server.address);
    assert_eq!(here.request("GET", LOOKUP, &showing(TOKEN)).status, 200);
    let refused = there.request("GET", LOOKUP, &showing(TOKEN));
    if began.elapsed() < Duration::from_millis(900) {
        assert_too_many(&refused, "requests-per-second");
    }
}

#[test]
fn a_page_says_that_it_was_too_much() {
    let server = server_with(of_rate(1));
    let began = Instant::now();
    assert_eq!(server.get("/desk").status, 200);
    let reply = server.get("/desk");
    if began.elapsed() < Duration::from_millis(900) {
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (429, Some("1"))
        );
        assert!(reply.body.contains("requests-per-second"), "{reply:?}");
    }
}

#[test]
fn a_stream_is_being_answered_to_its_end() {
    let server = server_with(CallerLimits {
        requests_at_once: Some(1),
        ..CallerLimits::default()
    });
    let mut follower = Client::connect(server.address);
    follower.send("GET /api/v1/events HTTP/1.1\r\nHost: test\r\n\r\n");
    wait_until("it follows", || {
        server.counters.followers_open.load(Relaxed) == 1
    });
    assert_too_many(&server.get(LOOKUP), "requests-at-once");
    drop(follower);
    wait_until("it is gone", || server.get(LOOKUP).status == 200);
}

#[test]
fn so_many_requests_are_answered_at_once() {
    // Its lookups wait a second for events that do not come.
    let stuck = |server: &mut natconnd::http::Server| {
        server.answers = Arc::new(Answers::of_stuck_mirror(vec![example()]));
    };
    let server = Running::start(Vec::new(), stuck, None);
    server.access.replace(&limited(CallerLimits {
        requests_at_once: Some(2),
        ..CallerLimits::default()
    }));
    let began = Instant::now();
    let request = format!("GET {LOOKUP} HTTP/1.1\r\nHost: test\r\n\r\n");
    let mut waiting: Vec<Client> = (0..2)
        .map(|_| {
            let mut client = Client::connect(server.address);
            client.send(&request);
            client
        })
        .collect();
    let mut next = Client::connect(server.address);
    wait_until("both are being answered", || {
        began.elapsed() > Duration::from_millis(800) || next.get("/healthz").status == 429
    });
    if began.elapsed() < Duration::from_millis(700) {
        assert_too_many(&next.get(LOOKUP), "requests-at-once");
        let mut another = Client::connect_from(ANOTHER, server.address);
        assert_eq!(another.get("/healthz").status, 200);
    }
    for client in &mut waiting {
        assert_eq!(client.read_reply("GET").status, 200);
    }
    // Whoever went away makes room too.
    for _ in 0..4 {
        let mut gone = Client::connect(server.address);
        gone.send(&request);
        drop(gone);
    }
    wait_until("there is room again", || next.get("/healthz").status == 200);
}

#[test]
fn a_question_is_about_no_longer_than_it_may_be() {
    let server = server_with(CallerLimits {
        longest_period: Some(Duration::from_secs(60)),
        ..CallerLimits::default()
    });
    let at = "at=2026-11-23T22:47:05Z";
    let within = "from=2026-11-23T22:47:00Z&to=2026-11-23T22:47:56Z";
    let beyond = "from=2026-11-23T22:47:00Z&to=2026-11-23T22:47:57Z";
    for (target, status) in [
        (format!("{LOOKUP}&{at}"), 200),
        (format!("{LOOKUP}&{at}&tolerance=30s"), 200),
        (format!("{LOOKUP}&{at}&tolerance=31s"), 403),
        // Two seconds of tolerance on either side.
        (format!("{LOOKUP}&{within}"), 200),
        (format!("{LOOKUP}&{beyond}"), 403),
        (format!("{LOOKUP}&{beyond}&tolerance=0"), 200),
        (format!("{LOOKUP}&to=2026-11-23T22:47:57Z"), 403),
        (format!("{LOOKUP}&from=2026-11-23T22:47:57Z"), 403),
        (format!("/api/v1/records?{within}"), 200),
        ("/api/v1/records".to_owned(), 403),
        (format!("/desk/report?nat=:40123&{within}"), 200),
        (format!("/desk/report?nat=:40123&{beyond}"), 403),
        // About this moment is about no time.
        (LOOKUP.to_owned(), 200),
        ("/api/v1/connections".to_owned(), 200),
    ] {
        let reply = server.get(&target);
        assert_eq!(reply.status, status, "{target}: {reply:?}");
        let told = reply.body.contains("may ask about 60 s at most");
        assert_eq!(told, status == 403, "{target}: {reply:?}");
    }
    let lines = "nat,from,to\n\
                 :40123,2026-11-23T22:47:00Z,2026-11-23T22:47:56Z\n\
                 :40123,2026-11-23T22:47:00Z,2026-11-23T23:47:00Z\n";
    let reply = post(&server, "/api/v1/lookups", "", lines);
    let answers: Vec<&str> = reply.body.lines().collect();
    assert!(answers[1].contains("192.168.248.2"), "{answers:?}");
    assert!(!answers[2].contains("192.168.248.2"), "{answers:?}");
    assert!(answers[2].contains("may ask about 60 s"), "{answers:?}");
    // A day where nobody says otherwise.
    let page = server.get("/hosts/192.168.248.2");
    assert!(page.body.contains("may ask about 60 s at most"), "{page:?}");
}

#[test]
fn one_request_has_no_more_questions_than_it_may() {
    let server = server_with(CallerLimits {
        most_questions: Some(2),
        ..CallerLimits::default()
    });
    let lines = ":40123\n".repeat(4);
    for (token, most) in [(None, 2), (Some(TOKEN), 2)] {
        let token = token.map(showing).unwrap_or_default();
        let reply = post(&server, "/api/v1/lookups", &token, &format!("nat\n{lines}"));
        assert_eq!(reply.status, 200);
        let answered = reply.body.matches("192.168.248.2").count();
        let refused = "this caller may ask 2 questions in one request";
        assert_eq!(answered, most, "{}", reply.body);
        assert_eq!(reply.body.matches(refused).count(), 4 - most);
    }
    let text = format!("text={}", "100.64.2.1%3A40123%0A".repeat(4));
    for path in ["/desk", "/desk/answers"] {
        let reply = server.post_form(path, &text);
        assert_eq!(reply.status, 200, "{path}");
        let refused = reply.body.matches("may ask 2 questions in one request");
        assert_eq!(refused.count(), 2, "{path}: {}", reply.body);
    }
}

#[test]
fn so_many_connections_are_one_callers() {
    let path = std::env::temp_dir().join(format!("natconnd-crowd-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let unix = UnixListener::bind(&path).unwrap();
    let two = |server: &mut natconnd::http::Server| server.limits.connections_per_caller = 2;
    let server = Running::start(vec![example()], two, Some(unix));
    let connect = || Client::connect(server.address);
    let (mut first, mut second) = (connect(), connect());
    assert_eq!(
        [first.get(LOOKUP).status, second.get(LOOKUP).status],
        [200; 2]
    );
    assert!(connect().is_closed(), "without a word");
    wait_until("it is counted", || {
        server.counters.crowded.load(Relaxed) == 1
    });
    let mut another = Client::connect_from(ANOTHER, server.address);
    assert_eq!(another.get(LOOKUP).status, 200);
    // The machine's own way in has places of its own, and root all of them.
    let local = || {
        let stream = UnixStream::connect(&path).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Client::over(stream)
    };
    let mut all: Vec<_> = (0..2).map(|_| local()).collect();
    assert!(
        all.iter_mut()
            .all(|client| client.get(LOOKUP).status == 200)
    );
    if rustix::process::geteuid().is_root() {
        assert_eq!(local().get(LOOKUP).status, 200);
    }
    drop(first);
    wait_until("its place is free", || {
        let mut next = connect();
        next.send("GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n");
        !next.is_closed()
    });
    std::fs::remove_file(&path).unwrap();
}
