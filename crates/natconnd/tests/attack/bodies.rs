//! Bodies: without end, of nothing, shorter than they say, and compressed.

use std::time::Duration;

use lab::Error;

use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::raw::{Raw, ask, get, post};

/// How many bytes are sent of what has no end: far more than natconnd may hold.
const MUCH: usize = 24 << 20;

/// Sends chunks of this piece until there were enough or the other end has closed, while
/// somebody reads what comes back; how much of it there was, and whether it was whole.
fn pour(mut raw: Raw, piece: &str, bytes: usize) -> (usize, bool) {
    let mut sending = Raw(raw.0.try_clone().unwrap());
    let times = bytes / piece.len();
    let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
    let sender = std::thread::spawn(move || {
        (0..times).all(|_| sending.send(chunk.as_bytes())) && sending.send(b"0\r\n\r\n")
    });
    let mut back = 0;
    let mut is_whole = false;
    if let Some(head) = raw.head() {
        assert!(head.starts_with("http/1.1 200"), "{head}");
        while let Some(chunk) = raw.chunk() {
            is_whole = chunk.is_none();
            back += chunk.map_or(0, |it| it.len());
            if is_whole {
                break;
            }
        }
    }
    raw.0.shutdown(std::net::Shutdown::Both).ok();
    sender.join().unwrap();
    (back, is_whole)
}

fn begin(to: std::net::SocketAddr, path: &str) -> Raw {
    let mut raw = Raw::connect(to);
    raw.send(
        format!("POST {path} HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n")
            .as_bytes(),
    );
    raw
}

#[test]
fn bodies_of_nothing_take_nothing() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "[log]\nlevel = \"debug\"\n")?;
        let address = attacked.daemon.address;
        let much = [" ", "\t", "a", ",", "\"", "{", "[", "\0", "é"];
        // Millions of lines take their time.
        let less = ["\n", "\r\n", "\"\n", "From: a\n\n"];
        let much = much.map(|nothing| (nothing, MUCH));
        let less = less.map(|nothing| (nothing, 1 << 20));
        for (nothing, bytes) in much.into_iter().chain(less) {
            let piece = nothing.repeat(32 * 1024);
            let (back, is_whole) = pour(begin(address, "/api/v1/lookups"), &piece, bytes);
            // What was no line of anything is sent back as it came.
            assert!(is_whole && back > 0, "{nothing:?}: {back} bytes came back");
            attacked.others.go_on(2);
        }
        // Far less than one of them.
        attacked.end(14 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_body_without_end_ends_where_it_may_not_be_longer() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "max-body = \"1MiB\"\n")?;
        let address = attacked.daemon.address;
        let line = "100.64.2.1:40007 and what stands beside it\n".repeat(100);
        let (back, is_whole) = pour(begin(address, "/api/v1/lookups"), &line, MUCH);
        assert!(back > 1 << 20 && !is_whole, "{back} bytes came back");
        // What says so at once is told so at once.
        for length in ["1048577", "9223372036854775807"] {
            let reply = ask(address, format!("POST /api/v1/lookups HTTP/1.1\r\nHost: gateway\r\nContent-Length: {length}\r\n\r\n").as_bytes());
            let reply = reply.unwrap();
            assert_eq!(reply.status, 413, "{reply:?}");
            assert!(reply.is_clear_refusal());
        }
        // Forms have a bound of their own.
        let mut form = begin(address, "/desk");
        let piece = "a".repeat(32 * 1024);
        for _ in 0..64 {
            form.send(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes());
        }
        let reply = form.reply().unwrap();
        assert_eq!(reply.status, 413, "{reply:?}");
        assert!(reply.is_clear_refusal());
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_body_shorter_than_it_says_is_no_body() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        for path in ["/api/v1/lookups", "/desk"] {
            let mut raw = Raw::connect(address);
            raw.send(
                format!(
                    "POST {path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100\r\n\r\ntext=1"
                )
                .as_bytes(),
            );
            raw.0.shutdown(std::net::Shutdown::Write).unwrap();
            let (rest, is_closed) = raw.rest(Duration::from_secs(5));
            let rest = String::from_utf8_lossy(&rest);
            assert!(is_closed, "{path}: {rest}");
            assert!(
                !rest.contains("200 OK") || !rest.ends_with("0\r\n\r\n"),
                "{path}: {rest}"
            );
        }
        // Longer than it says: what follows is the next request, and a bad one.
        let mut raw = Raw::connect(address);
        raw.send(b"POST /api/v1/lookups HTTP/1.1\r\nHost: gateway\r\nContent-Length: 17\r\n\r\n100.64.2.1:40007\n100.64.2.1:40008\n");
        let reply = raw.reply().unwrap();
        assert_eq!(reply.status, 200);
        assert_eq!(reply.text().matches("192.168.248.").count(), 1, "{reply:?}");
        let next = raw.reply();
        assert!(next.is_none_or(|it| it.status == 400));
        attacked.end(8 * MIB);
        Ok::<(), Error>(())
    });
}

/// A kilobyte that becomes a megabyte, as gzip has it: nobody makes it one.
#[test]
fn nothing_is_decompressed() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        let program = "import gzip,sys;sys.stdout.buffer.write(gzip.compress(bytes(1<<28)))";
        let bomb = lab::command(&["python3", "-c", program])
            .output()
            .unwrap()
            .stdout;
        assert!(bomb.len() > 100_000);
        for path in ["/api/v1/lookups", "/desk"] {
            for coding in ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, gzip"] {
                let headers = format!("Content-Encoding: {coding}\r\n");
                let reply = post(address, path, &headers, &bomb).unwrap();
                assert_eq!(reply.status, 415, "{path} {coding}: {reply:?}");
                assert!(reply.is_clear_refusal());
            }
        }
        let reply = post(address, "/api/v1/lookups", "", &bomb).unwrap();
        assert_eq!(reply.status, 400, "{reply:?}");
        assert!(reply.text().contains("compressed by gzip"), "{reply:?}");
        // Nor is anything compressed: whoever sees lengths shall not learn contents.
        let request = b"GET /api/v1/connections HTTP/1.1\r\nHost: gateway\r\n\
                        Accept-Encoding: gzip, br, zstd, deflate\r\n\r\n";
        let reply = ask(address, request).unwrap();
        assert_eq!(
            (reply.status, reply.header("content-encoding")),
            (200, None)
        );
        assert_eq!(get(address, "/healthz").status, 200);
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}
