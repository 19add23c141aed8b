//! `/api/v1/events`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use model::{ChangeKind, Coverage, Gap, GapCause, Timestamp};
use natconnd::lookup::{Change, Notice};

use crate::client::Client;
use crate::server::{Running, example, masqueraded, wait_until};

/// Follows and reads the head and the first comment.
fn follow(server: &Running, query: &str) -> Client {
    let mut client = Client::connect(server.address);
    client.send(&format!(
        "GET /api/v1/events{query} HTTP/1.1\r\nHost: test\r\n\r\n"
    ));
    let (status, headers) = client.read_head();
    assert_eq!(status, 200);
    let kind = ("content-type".to_owned(), "text/event-stream".to_owned());
    assert!(headers.contains(&kind));
    assert_eq!(client.read_chunk().as_deref(), Some(": following\n\n"));
    client
}

#[test]
fn changes_come_as_events() {
    let server = Running::with(vec![]);
    let mut client = follow(&server, "");
    for kind in [ChangeKind::Started, ChangeKind::Ended] {
        let change = Change {
            kind,
            found: example(),
        };
        server.answers.publish(Notice::Change(change));
        let chunk = client.read_chunk().unwrap();
        let row = serde_json::to_string(&natconnd::api::Change {
            change: kind.name().to_owned(),
            row: (&example()).into(),
        });
        let name = kind.name();
        assert_eq!(chunk, format!("event: {name}\ndata: {}\n\n", row.unwrap()));
    }
}

#[test]
fn only_what_fits_the_filter_comes() {
    let server = Running::with(vec![]);
    let mut client = follow(&server, "?internal=192.168.248.9&protocol=tcp,udp");
    let other = masqueraded("192.168.248.9:1", "100.64.2.1:1", "100.64.2.10:80");
    for found in [example(), other] {
        let kind = ChangeKind::Started;
        server
            .answers
            .publish(Notice::Change(Change { kind, found }));
    }
    let chunk = client.read_chunk().unwrap();
    assert!(chunk.contains("192.168.248.9"), "{chunk}");
    assert!(!chunk.contains("192.168.248.2\""), "{chunk}");
}

#[test]
fn silence_is_broken_by_comments() {
    let server = Running::limited(vec![], |limits| {
        limits.keep_alive = Duration::from_millis(50);
    });
    let mut client = follow(&server, "");
    for _ in 0..3 {
        let chunk = client.read_chunk().unwrap();
        assert_eq!(chunk, ": still here\n\n");
    }
}

/// A client that does not read holds nobody up, and learns exactly how many
/// changes it missed.
#[test]
fn a_slow_client_is_told_what_it_missed() {
    let server = Running::with(vec![]);
    let mut client = follow(&server, "");
    let change = Change {
        kind: ChangeKind::Started,
        found: example(),
    };
    let missed = &server.counters.changes_missed;
    let mut published = 0_u64;
    // Bounded by what the sockets between the two can hold.
    wait_until("the client falls behind", || {
        for _ in 0..10_000 {
            server.answers.publish(Notice::Change(change));
        }
        published += 10_000;
        missed.load(Ordering::Relaxed) > 0
    });
    let (mut received, mut told) = (0, 0);
    let mut text = String::new();
    while received + told < published {
        text.push_str(&client.read_chunk().unwrap());
        while let Some((event, rest)) = text.split_once("\n\n") {
            if event.starts_with("event: missed\n") {
                let data = event.split_once("data: ").unwrap().1;
                let data: serde_json::Value = serde_json::from_str(data).unwrap();
                told += data["missed"].as_u64().unwrap();
            } else {
                assert!(event.starts_with("event: started\ndata: {"), "{event}");
                received += 1;
            }
            text = rest.to_owned();
        }
    }
    assert_eq!(received + told, published);
    assert!(told > 0 && received > 0);
    assert_eq!(missed.load(Ordering::Relaxed), told);
}

#[test]
fn a_client_that_leaves_is_forgotten() {
    let server = Running::with(vec![]);
    let open = || server.counters.followers_open.load(Ordering::Relaxed);
    let client = follow(&server, "");
    assert_eq!(open(), 1);
    drop(client);
    wait_until("the follower is gone", || open() == 0);
}

#[test]
fn gaps_come_whatever_the_filter() {
    let server = Running::with(vec![]);
    let lasting = Gap {
        from: Timestamp(1_000_000_000),
        to: None,
        cause: GapCause::ReceiveBuffer,
    };
    server.answers.set_coverage(Coverage::Gaps(vec![lasting]));
    let mut client = Client::connect(server.address);
    client.send("GET /api/v1/events?protocol=gre HTTP/1.1\r\nHost: test\r\n\r\n");
    client.read_head();
    assert_eq!(
        client.read_chunk().unwrap(),
        ": following\n\nevent: gap\ndata: {\"from\":\"1970-01-01T00:00:01.000Z\",\
         \"to\":null,\"cause\":\"receive-buffer\"}\n\n"
    );
    let over = Gap {
        to: Some(Timestamp(2_000_000_000)),
        ..lasting
    };
    server.answers.publish(Notice::Gap(over));
    assert_eq!(
        client.read_chunk().unwrap(),
        "event: gap\ndata: {\"from\":\"1970-01-01T00:00:01.000Z\",\
         \"to\":\"1970-01-01T00:00:02.000Z\",\"cause\":\"receive-buffer\"}\n\n"
    );
}
