//! Who wants natconnd to stop answering others.
//!
//! Each goes on until it is told to stop, at a rate that leaves the machine to others: whoever
//! burns a core slows everybody by that alone, whatever natconnd does.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// One way to attack.
pub struct Attack {
    pub name: &'static str,
    /// What it does until it shall stop; returns how often.
    pub run: fn(&Target<'_>) -> u64,
}

/// Whom, and for how long.
pub struct Target<'a> {
    pub port: u16,
    /// Where TLS is spoken.
    pub tls_port: u16,
    pub stop: &'a AtomicBool,
}

/// All of them.
pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "1000 heads, byte by byte",
        run: slow_heads,
    },
    Attack {
        name: "10 000 connections that say nothing",
        run: idle,
    },
    Attack {
        name: "200 answers of a megabyte that nobody reads",
        run: unread,
    },
    Attack {
        name: "heads of 1 MiB",
        run: huge_heads,
    },
    Attack {
        name: "bodies that say less than they bring, and lines of nonsense",
        run: nonsense,
    },
    Attack {
        name: "thousands of questions in one request",
        run: batches,
    },
    Attack {
        name: "lists with hundreds of networks",
        run: networks,
    },
    Attack {
        name: "guessed tokens",
        run: tokens,
    },
    Attack {
        name: "forged cursors",
        run: cursors,
    },
    Attack {
        name: "broken TLS",
        run: broken_tls,
    },
    Attack {
        name: "requests of HTTP that are none",
        run: smuggled,
    },
];

impl Target<'_> {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    /// Does something again and again, so often a second.
    fn repeat(&self, per_second: u32, mut work: impl FnMut(u64)) -> u64 {
        let pause = Duration::from_secs(1) / per_second;
        let mut count = 0;
        while self.goes_on() {
            work(count);
            count += 1;
            std::thread::sleep(pause);
        }
        count
    }

    fn wait(&self) {
        while self.goes_on() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn connect(&self, port: u16) -> Option<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        let limit = Some(Duration::from_millis(200));
        stream.set_read_timeout(limit).ok()?;
        stream.set_write_timeout(limit).ok()?;
        Some(stream)
    }

    /// Sends something over a connection of its own, and reads what comes. That it is refused
    /// or cut off is what an attacker must expect.
    fn send(&self, port: u16, bytes: &[u8]) {
        let Some(mut stream) = self.connect(port) else {
            return;
        };
        if stream.write_all(bytes).is_ok() {
            let _ = stream.read(&mut [0; 4096]);
        }
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn slow_heads(target: &Target<'_>) -> u64 {
    let head = b"GET /api/v1/lookup?nat=:1 HTTP/1.1\r\nHost: localhost\r\nX: ";
    let mut streams: Vec<_> = (0..1000)
        .filter_map(|_| target.connect(target.port))
        .collect();
    target.repeat(2, |round| {
        let byte = head.get(round as usize).copied().unwrap_or(b'x');
        for stream in &mut streams {
            let _ = stream.write(&[byte]);
        }
    })
}

fn idle(target: &Target<'_>) -> u64 {
    let streams: Vec<_> = (0..10_000)
        .map_while(|_| target.goes_on().then(|| target.connect(target.port)))
        .flatten()
        .collect();
    target.wait();
    streams.len() as u64
}

fn unread(target: &Target<'_>) -> u64 {
    let request = b"GET /api/v1/connections?limit=2000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut streams = Vec::new();
    for _ in 0..200 {
        if !target.goes_on() {
            break;
        }
        if let Some(mut stream) = target.connect(target.port) {
            let _ = stream.write_all(request);
            streams.push(stream);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    target.wait();
    streams.len() as u64
}

fn huge_heads(target: &Target<'_>) -> u64 {
    let mut head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ".to_vec();
    head.resize(1 << 20, b'x');
    target.repeat(50, |_| target.send(target.port, &head))
}

fn nonsense(target: &Target<'_>) -> u64 {
    let mut body = b"POST /api/v1/lookups?format=text HTTP/1.1\r\nHost: localhost\r\n\
                     Content-Length: 60000\r\n\r\n"
        .to_vec();
    body.resize(body.len() + 64 * 1024, b'[');
    target.repeat(50, |_| target.send(target.port, &body))
}

fn batches(target: &Target<'_>) -> u64 {
    let lines: String = (0..2000)
        .map(|number| format!("100.64.2.1:{}\n", 1024 + number))
        .collect();
    let request = format!(
        "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n\
         Content-Length: {}\r\n\r\nnat\n{lines}",
        lines.len() + 4
    );
    target.repeat(5, |_| target.send(target.port, request.as_bytes()))
}

fn networks(target: &Target<'_>) -> u64 {
    let list: Vec<_> = (0..400)
        .map(|n| format!("10.{}.{}.0/24", n / 200, n % 200))
        .collect();
    let request = format!(
        "GET /api/v1/connections?limit=10&internal={} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        list.join(",")
    );
    target.repeat(5, |_| target.send(target.port, request.as_bytes()))
}

fn tokens(target: &Target<'_>) -> u64 {
    target.repeat(200, |number| {
        let request = format!(
            "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer natconn_{number:043}\r\n\r\n"
        );
        target.send(target.port, request.as_bytes());
    })
}

fn cursors(target: &Target<'_>) -> u64 {
    target.repeat(100, |number| {
        let request = format!(
            "GET /api/v1/connections?cursor={:0120x} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            u128::from(number) << 64 | u128::from(number)
        );
        target.send(target.port, request.as_bytes());
    })
}

fn broken_tls(target: &Target<'_>) -> u64 {
    // The begin of a hello, a record that is too long, a plain request, nothing.
    let hellos: [&[u8]; 4] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x16\x03\x03\xff\xff",
        b"GET / HTTP/1.1\r\n\r\n",
        b"",
    ];
    target.repeat(100, |number| {
        let hello = hellos[number as usize % hellos.len()];
        target.send(target.tls_port, hello);
    })
}

fn smuggled(target: &Target<'_>) -> u64 {
    let requests: [&[u8]; 4] = [
        b"POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\
          Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/status HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x00\xff\r\n\r\n",
    ];
    target.repeat(200, |number| {
        target.send(target.port, requests[number as usize % requests.len()]);
    })
}
