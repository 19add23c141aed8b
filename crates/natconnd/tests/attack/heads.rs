//! Heads of requests: too large, broken, or such that two programs read them in two ways.

use std::time::Duration;

use lab::Error;

use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::raw::Raw;

/// What is to become of a head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    /// One clear refusal with this status, and the end.
    Refused(u16),
    /// The end without a word.
    Closed,
    /// One answer with this status; the connection may go on, and what follows is a request
    /// of its own.
    Answered(u16),
    /// One answer with this status, and the end: what follows is nobody's.
    Last(u16),
}

use Fate::{Answered, Closed, Last, Refused};

/// What would be answered if anything before it were read wrongly.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: gateway\r\n\r\n";

fn get(lines: &str) -> Vec<u8> {
    format!("GET /healthz HTTP/1.1\r\nHost: gateway\r\n{lines}\r\n").into_bytes()
}

fn bulk(lines: &str, body: &str) -> Vec<u8> {
    let head = format!("POST /api/v1/lookups HTTP/1.1\r\nHost: gateway\r\n{lines}\r\n");
    (head + body).into_bytes()
}

/// Each head, and its fate.
fn heads() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let many = |count: usize| -> String { (0..count).map(|n| format!("a{n}: b\r\n")).collect() };
    let chunks = "0\r\n\r\n";
    let smuggled = |body: &str| format!("{body}{SMUGGLED}");
    let line = |line: &[u8]| [line, b" HTTP/1.1\r\nHost: gateway\r\n\r\n"].concat();
    vec![
        // Too large.
        (
            "header of 100 kB",
            get(&format!("X: {}\r\n", "a".repeat(100_000))),
            Refused(431),
        ),
        (
            "header name of 70 kB",
            get(&format!("{}: a\r\n", "a".repeat(70_000))),
            Refused(431),
        ),
        ("150 headers", get(&many(150)), Refused(431)),
        ("10 000 headers", get(&many(10_000)), Refused(431)),
        ("90 headers", get(&many(90)), Answered(200)),
        (
            "target of 100 kB",
            line(&[b"GET /", "a".repeat(100_000).as_bytes()].concat()),
            Refused(431),
        ),
        (
            "target of 15 kB",
            line(&[b"GET /", "a".repeat(15_000).as_bytes()].concat()),
            Answered(404),
        ),
        (
            "method of 100 kB",
            line(&["A".repeat(100_000).as_bytes(), b" /"].concat()),
            Refused(431),
        ),
        // Broken.
        (
            "nothing but noise",
            b"\x00\x01\x02\x03\xff\xfe\r\n\r\n".to_vec(),
            Refused(400),
        ),
        (
            "a byte of zero in the target",
            line(b"GET /\0"),
            Refused(400),
        ),
        (
            "a control character in the method",
            line(b"G\x01T /"),
            Refused(400),
        ),
        ("a space in the target", line(b"GET /a b"), Refused(400)),
        ("two spaces", line(b"GET  /healthz"), Refused(400)),
        ("a tab for a space", line(b"GET\t/healthz"), Refused(400)),
        ("no version", b"GET /healthz\r\n\r\n".to_vec(), Refused(400)),
        (
            "a version of tomorrow",
            b"GET /healthz HTTP/9.9\r\n\r\n".to_vec(),
            Refused(400),
        ),
        (
            "version 2.0",
            b"GET /healthz HTTP/2.0\r\nHost: gateway\r\n\r\n".to_vec(),
            Refused(400),
        ),
        ("a header without colon", get("Nothing\r\n"), Refused(400)),
        ("a header without name", get(": a\r\n"), Refused(400)),
        (
            "a header line that begins with a space",
            b"GET /healthz HTTP/1.1\r\n X: y\r\nHost: gateway\r\n\r\n".to_vec(),
            Refused(400),
        ),
        (
            "a byte of zero in a header",
            get("X: a\0b\r\n"),
            Refused(400),
        ),
        (
            "a high byte in a header's name",
            b"GET /healthz HTTP/1.1\r\nHost: gateway\r\nX\xff: a\r\n\r\n".to_vec(),
            Refused(400),
        ),
        (
            "high bytes in a header",
            b"GET /healthz HTTP/1.1\r\nHost: gateway\r\nX: \xff\xfe\r\n\r\n".to_vec(),
            Answered(200),
        ),
        // Of another protocol.
        (
            "the begin of HTTP/2",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            Closed,
        ),
        (
            "a TLS greeting",
            [
                &b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03"[..],
                &[7; 190],
            ]
            .concat(),
            Refused(400),
        ),
        (
            "the begin of a proxy's own protocol",
            b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n".to_vec(),
            Refused(400),
        ),
        // Asking for another protocol is asking in this one.
        (
            "an upgrade to HTTP/2",
            get(
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
            ),
            Answered(200),
        ),
        (
            "an upgrade to a web socket",
            get(
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
            ),
            Answered(200),
        ),
        // Line ends and folds.
        (
            "a line end without CR",
            b"GET /healthz HTTP/1.1\nHost: gateway\n\n".to_vec(),
            Answered(200),
        ),
        ("a line end without LF", get("X: a\rY: b\r\n"), Refused(400)),
        ("a folded header", get("X: a\r\n b\r\n"), Refused(400)),
        (
            "a folded transfer encoding",
            bulk("Transfer-Encoding:\r\n chunked\r\n", &smuggled(chunks)),
            Refused(400),
        ),
        (
            "a space before the colon",
            bulk("Transfer-Encoding : chunked\r\n", &smuggled(chunks)),
            Refused(400),
        ),
        (
            "a space in a name",
            bulk("Content Length: 5\r\n", &smuggled("")),
            Refused(400),
        ),
        // How long the body is.
        (
            "two lengths",
            bulk("Content-Length: 0\r\nContent-Length: 43\r\n", SMUGGLED),
            Refused(400),
        ),
        (
            "two lengths in one",
            bulk("Content-Length: 0, 43\r\n", SMUGGLED),
            Refused(400),
        ),
        (
            "a length with a sign",
            bulk("Content-Length: +43\r\n", SMUGGLED),
            Refused(400),
        ),
        (
            "a negative length",
            bulk("Content-Length: -1\r\n", SMUGGLED),
            Refused(400),
        ),
        (
            "a hexadecimal length",
            bulk("Content-Length: 0x2b\r\n", SMUGGLED),
            Refused(400),
        ),
        (
            "a length that no number is",
            bulk("Content-Length: 99999999999999999999999\r\n", ""),
            Refused(400),
        ),
        (
            "a length with something behind it",
            bulk("Content-Length: 43 a\r\n", SMUGGLED),
            Refused(400),
        ),
        // Length and chunks: by RFC 9112 section 6.3 the chunks count, and the connection ends.
        (
            "length, then chunks",
            bulk(
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                &smuggled(chunks),
            ),
            Last(200),
        ),
        (
            "chunks, then length",
            bulk(
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                &smuggled(chunks),
            ),
            Last(200),
        ),
        (
            "chunks of version 1.0",
            b"POST /api/v1/lookups HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                .to_vec(),
            Refused(400),
        ),
        // How the body is coded.
        (
            "an unknown transfer encoding",
            bulk("Transfer-Encoding: xchunked\r\n", &smuggled(chunks)),
            Refused(400),
        ),
        (
            "chunks within something",
            bulk("Transfer-Encoding: chunked, gzip\r\n", &smuggled(chunks)),
            Refused(400),
        ),
        (
            "something within chunks",
            bulk("Transfer-Encoding: gzip, chunked\r\n", chunks),
            Answered(501),
        ),
        (
            "chunks within chunks",
            bulk("Transfer-Encoding: chunked, chunked\r\n", chunks),
            Answered(501),
        ),
        (
            "a transfer encoding in two lines",
            bulk(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                &smuggled(chunks),
            ),
            Refused(400),
        ),
        (
            "a quoted transfer encoding",
            bulk("Transfer-Encoding: \"chunked\"\r\n", &smuggled(chunks)),
            Refused(400),
        ),
        (
            "a transfer encoding behind a control character",
            bulk("Transfer-Encoding: \u{b}chunked\r\n", &smuggled(chunks)),
            Refused(400),
        ),
        (
            "a transfer encoding behind a tab",
            bulk("Transfer-Encoding:\tchunked\r\n", chunks),
            Answered(200),
        ),
        (
            "a compressed body",
            bulk("Content-Encoding: gzip\r\nContent-Length: 3\r\n", "abc"),
            Answered(415),
        ),
        // Chunks.
        (
            "a chunk of any length",
            bulk("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\nx"),
            Last(400),
        ),
        (
            "a chunk of negative length",
            bulk(
                "Transfer-Encoding: chunked\r\n",
                &smuggled("-1\r\nx\r\n0\r\n\r\n"),
            ),
            Last(400),
        ),
        (
            "a chunk whose length ends without CR",
            bulk("Transfer-Encoding: chunked\r\n", &smuggled("1\nx\n0\n\n")),
            Last(400),
        ),
        (
            "a chunk that is longer than it says",
            bulk(
                "Transfer-Encoding: chunked\r\n",
                &smuggled("1\r\nxyz\r\n0\r\n\r\n"),
            ),
            Last(400),
        ),
        (
            "a chunk with a long extension",
            bulk(
                "Transfer-Encoding: chunked\r\n",
                &smuggled(&format!("1;{}\r\nx\r\n0\r\n\r\n", "a".repeat(100_000))),
            ),
            Last(400),
        ),
        (
            "many headers behind the body",
            bulk(
                "Transfer-Encoding: chunked\r\n",
                &smuggled(&format!("1\r\nx\r\n0\r\n{}\r\n", many(5000))),
            ),
            Last(400),
        ),
        // A body where none is asked for.
        (
            "a body of a GET",
            [get("Content-Length: 43\r\n"), SMUGGLED.into()].concat(),
            Answered(200),
        ),
        (
            "chunks of a GET",
            [
                get("Transfer-Encoding: chunked\r\n"),
                b"5\r\nhello\r\n0\r\n\r\n".to_vec(),
            ]
            .concat(),
            Answered(200),
        ),
        (
            "a body that is expected to be wanted",
            get("Content-Length: 43\r\nExpect: 100-continue\r\n"),
            Last(200),
        ),
        // Methods.
        ("TRACE", line(b"TRACE /"), Answered(405)),
        (
            "a method in small letters",
            line(b"get /healthz"),
            Answered(405),
        ),
        (
            "a method that is a word of somebody's",
            line(b"TRUNCATE-TABLE /healthz"),
            Answered(405),
        ),
        (
            "a method that is to be another one",
            bulk(
                "Content-Length: 0\r\nX-HTTP-Method-Override: DELETE\r\n",
                "",
            ),
            Answered(200),
        ),
    ]
}

#[test]
fn each_head_has_one_fate() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "[log]\nlevel = \"debug\"\n")?;
        let address = attacked.daemon.address;
        for (name, bytes, fate) in heads() {
            let mut raw = Raw::connect(address);
            // It may be refused before all of it is sent.
            raw.send(&bytes);
            if fate == Closed {
                let (rest, is_closed) = raw.rest(Duration::from_secs(5));
                assert!(rest.is_empty() && is_closed, "{name}: {rest:?}");
                continue;
            }
            let reply = raw.reply();
            let reply = reply.unwrap_or_else(|| panic!("{name}: there is no response"));
            let (status, ends) = match fate {
                Refused(status) | Last(status) => (status, true),
                Answered(status) => (status, false),
                Closed => unreachable!(),
            };
            assert_eq!(reply.status, status, "{name}: {reply:?}");
            assert!(
                status < 400 || reply.is_clear_refusal(),
                "{name}: {reply:?}"
            );
            if ends {
                let (rest, is_closed) = raw.rest(Duration::from_secs(5));
                assert!(is_closed, "{name}: it stays open");
                let rest = String::from_utf8_lossy(&rest);
                assert!(!rest.contains("HTTP/1.1"), "{name}: {rest}");
                continue;
            }
            // Where it goes on, the next request is the one that is sent next.
            if reply.header("connection") != Some("close") {
                raw.send(b"GET /after HTTP/1.1\r\nHost: gateway\r\n\r\n");
                if let Some(next) = raw.reply() {
                    assert!(next.text().contains("/after"), "{name}: {next:?}");
                }
            }
        }
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}

/// Requests that are sent ahead by the thousand, by clients that read, or do not.
#[test]
fn requests_sent_ahead_are_answered_in_turn_or_not_at_all() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        let mut raw = Raw::connect(address);
        let sending = raw.0.try_clone().unwrap();
        let sender = std::thread::spawn(move || {
            let mut raw = Raw(sending);
            for number in 0..20_000 {
                let request = format!("GET /number-{number}. HTTP/1.1\r\nHost: gateway\r\n\r\n");
                assert!(raw.send(request.as_bytes()));
            }
        });
        for number in 0..20_000 {
            let reply = raw.reply().unwrap();
            assert!(
                reply.text().contains(&format!("/number-{number}.")),
                "{reply:?}"
            );
        }
        sender.join().unwrap();

        // 100 clients send and send, and read nothing.
        let mut deaf: Vec<Raw> = (0..100).map(|_| Raw::connect(address)).collect();
        let request = "GET /api/v1/status HTTP/1.1\r\nHost: gateway\r\n\r\n".repeat(1000);
        for raw in &mut deaf {
            raw.0
                .set_write_timeout(Some(Duration::from_millis(20)))
                .unwrap();
            for _ in 0..100 {
                if !raw.send(request.as_bytes()) {
                    break;
                }
            }
        }
        attacked.others.go_on(20);
        // What each can have of natconnd: what is read ahead and what waits to be read.
        attacked.memory.assert_within(100 * (256 << 10) + 8 * MIB);
        drop(deaf);
        attacked.end(100 * (256 << 10) + 8 * MIB);
        Ok::<(), Error>(())
    });
}
