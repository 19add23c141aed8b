//! Many questions in one request, and many such requests.

use lab::Error;

use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::raw::{Raw, post};

#[test]
fn a_hundred_thousand_questions_are_answered_in_little_memory() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        let lines = 100_000;
        let body = "udp 100.64.2.1:40007 to 100.64.2.10:443\n".repeat(lines);
        for target in ["/api/v1/lookups", "/api/v1/lookups?limit=10000"] {
            let mut raw = Raw::connect(address);
            let mut sending = Raw(raw.0.try_clone().unwrap());
            let head = format!(
                "POST {target} HTTP/1.1\r\nHost: gateway\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            let reply = std::thread::scope(|scope| {
                scope.spawn(|| {
                    sending.send(head.as_bytes());
                    sending.send(body.as_bytes())
                });
                raw.reply().unwrap()
            });
            assert_eq!(reply.status, 200);
            assert_eq!(reply.text().matches("\t192.168.248.").count(), lines);
            attacked.others.go_on(2);
        }
        attacked.end(48 * MIB);
        Ok::<(), Error>(())
    });
}

/// Questions for which everything must be looked through.
#[test]
fn broad_questions_are_few_at_a_time() {
    lab::in_gateway!(|lab| {
        let history = "[history]\nfolder = \"/run/history\"\n";
        let attacked = Attacked::start(lab, history)?;
        let address = attacked.daemon.address;
        let body = format!(
            "nat_port,from,to\n{}",
            "443,1970-01-01T00:00:00Z,2026-11-01T00:00:00Z\n".repeat(2000)
        );
        let clients: Vec<_> = (0..12)
            .map(|_| {
                let body = body.clone();
                std::thread::spawn(move || post(address, "/api/v1/lookups", "", body.as_bytes()))
            })
            .collect();
        attacked.others.go_on(20);
        let replies: Vec<_> = clients
            .into_iter()
            .map(|client| client.join().unwrap().unwrap())
            .collect();
        for reply in &replies {
            assert!(reply.status == 200 || reply.is_clear_refusal(), "{reply:?}");
        }
        assert!(replies.iter().any(|it| it.status == 200));
        attacked.end(48 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn requests_beyond_their_places_are_told_to_come_again() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "bulk-requests = 3\n")?;
        let address = attacked.daemon.address;
        let head = b"POST /api/v1/lookups HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100\r\n\r\n";
        let held: Vec<Raw> = (0..3)
            .map(|_| {
                let mut raw = Raw::connect(address);
                raw.send(head);
                raw.send(b"100.64.2.1:40007\n");
                // It has its place, or is told that there is none for it.
                assert!(raw.head().is_some());
                raw
            })
            .collect();
        let mut statuses = std::collections::BTreeSet::new();
        for _ in 0..30 {
            let reply = post(address, "/api/v1/lookups", "", b"100.64.2.1:40007\n").unwrap();
            statuses.insert(reply.status);
            if reply.status == 503 {
                assert!(reply.is_clear_refusal());
                assert_eq!(reply.header("retry-after"), Some("1"));
            }
        }
        assert!(statuses.contains(&503), "{statuses:?}");
        // One question is none of many.
        attacked.others.go_on(10);
        drop(held);
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}
