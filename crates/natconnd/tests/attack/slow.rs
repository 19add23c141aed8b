//! Clients that take their time: byte by byte, in each direction.

use std::time::{Duration, Instant};

use lab::Error;

use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::raw::{Raw, get, post};

const LIMITS: &str = "header-timeout = \"1s\"\nbody-timeout = \"1s\"\nbulk-requests = 2\n";

/// Sends byte after byte until the other end has enough of it; how long that took.
fn drip(raw: &mut Raw, bytes: &[u8], pause: Duration) -> Duration {
    let began = Instant::now();
    for byte in bytes {
        if !raw.send(&[*byte]) {
            break;
        }
        std::thread::sleep(pause);
        if began.elapsed() > Duration::from_secs(15) {
            break;
        }
    }
    began.elapsed()
}

#[test]
fn a_head_byte_by_byte_ends_at_its_time() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, LIMITS)?;
        let address = attacked.daemon.address;
        let head = format!("GET /healthz HTTP/1.1\r\nHost: {}", "a".repeat(10_000));
        let slow: Vec<_> = (0..50)
            .map(|_| {
                let head = head.clone();
                std::thread::spawn(move || {
                    let mut raw = Raw::connect(address);
                    let took = drip(&mut raw, head.as_bytes(), Duration::from_millis(50));
                    (took, raw.rest(Duration::from_secs(5)))
                })
            })
            .collect();
        for slow in slow {
            let (took, (rest, is_closed)) = slow.join().unwrap();
            assert!(is_closed && took < Duration::from_secs(10), "{took:?}");
            assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
        }
        // Nor does a second request have more time than the first.
        let mut raw = Raw::connect(address);
        raw.send(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\nGET");
        assert_eq!(raw.reply().unwrap().status, 200);
        assert!(raw.await_close() < Duration::from_secs(5));
        attacked.end(8 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_body_that_brings_nothing_ends_at_its_time() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, LIMITS)?;
        let address = attacked.daemon.address;
        let head = "POST /api/v1/lookups HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\n";
        // It has asked nothing yet: it is told.
        let mut silent = Raw::connect(address);
        silent.send(head.as_bytes());
        let reply = silent.reply().unwrap();
        assert_eq!(reply.status, 408, "{reply:?}");
        assert!(reply.is_clear_refusal());
        // It has been answered in part: the answer has no end.
        let mut cut = Raw::connect(address);
        cut.send(head.as_bytes());
        cut.send(b"100.64.2.1:40007\n");
        let (rest, is_closed) = cut.rest(Duration::from_secs(5));
        let rest = String::from_utf8_lossy(&rest);
        assert!(
            rest.contains("200 OK") && rest.contains("192.168.248."),
            "{rest}"
        );
        assert!(is_closed && !rest.ends_with("0\r\n\r\n"), "{rest}");
        // The same of a form.
        let mut form = Raw::connect(address);
        form.send(head.replace("/api/v1/lookups", "/desk").as_bytes());
        form.send(b"text=1");
        let reply = form.reply().unwrap();
        assert_eq!(reply.status, 408, "{reply:?}");
        attacked.end(8 * MIB);
        Ok::<(), Error>(())
    });
}

/// Bodies that drip hold the places of those who ask much, and nobody else's.
#[test]
fn bodies_byte_by_byte_hold_up_no_lookup() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, LIMITS)?;
        let address = attacked.daemon.address;
        let line = format!("100.64.2.1:40007 {}\n", "a".repeat(3000));
        let slow: Vec<_> = (0..8)
            .map(|_| {
                let line = line.clone();
                std::thread::spawn(move || {
                    let mut raw = Raw::connect(address);
                    let head = "POST /api/v1/lookups HTTP/1.1\r\nHost: gateway\r\n\
                                Transfer-Encoding: chunked\r\n\r\n";
                    raw.send(head.as_bytes());
                    for byte in line.bytes() {
                        let chunk = [&b"1\r\n"[..], &[byte], b"\r\n"].concat();
                        if !raw.send(&chunk) {
                            return None;
                        }
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    raw.send(b"0\r\n\r\n");
                    raw.reply()
                })
            })
            .collect();
        attacked.others.go_on(20);
        assert_eq!(get(address, "/api/v1/status").status, 200);
        let mut statuses: Vec<_> = slow
            .into_iter()
            .map(|slow| slow.join().unwrap().map(|it| it.status))
            .collect();
        statuses.sort();
        // Who finds no place is told so, and may come again.
        assert!(statuses.contains(&Some(200)), "{statuses:?}");
        let refused = statuses.iter().filter(|it| **it != Some(200));
        assert!(refused.clone().all(|it| matches!(it, Some(503) | None)));
        assert!(refused.count() >= 6, "{statuses:?}");
        let reply = post(address, "/api/v1/lookups", "", b"100.64.2.1:40007\n").unwrap();
        assert_eq!(reply.status, 200, "{reply:?}");
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}

/// A client that takes its answer byte by byte is there as long as others do not need its
/// room; what natconnd keeps for it is bounded.
#[test]
fn an_answer_byte_by_byte_takes_no_more_than_itself() {
    use std::io::Read;
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        let mut slow: Vec<Raw> = (0..50).map(|_| Raw::connect(address)).collect();
        for raw in &mut slow {
            raw.send(b"GET /openapi.json HTTP/1.1\r\nHost: gateway\r\n\r\n");
        }
        for _ in 0..50 {
            for raw in &mut slow {
                let mut byte = [0];
                raw.0.read_exact(&mut byte).unwrap();
            }
        }
        attacked.others.go_on(20);
        attacked.end(50 * (128 << 10) + 8 * MIB);
        Ok::<(), Error>(())
    });
}
