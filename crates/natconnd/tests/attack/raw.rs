//! A connection on which anything can be sent.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

/// How long anything may take that must come.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One connection.
pub struct Raw(pub TcpStream);

/// A response, as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text().chars().take(500).collect();
        write!(f, "{}{text}", self.head)
    }
}

impl Reply {
    /// The header of this name; lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether it says clearly what is wrong: a problem, a page for people, or no body at
    /// all where HTTP itself was broken and the status says it.
    pub fn is_clear_refusal(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        let is_problem = kind == "application/problem+json" && {
            let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
            problem["status"] == self.status && problem["detail"].is_string()
        };
        let is_page = kind.starts_with("text/html");
        let is_bare = self.body.is_empty() && self.header("connection") == Some("close");
        (400..600).contains(&self.status) && (is_problem || is_page || is_bare)
    }
}

impl Raw {
    pub fn connect(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Connects from an address of this machine.
    pub fn connect_from(source: Ipv4Addr, to: SocketAddr) -> Self {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        bind(&socket, &SocketAddr::new(IpAddr::V4(source), 0)).unwrap();
        connect(&socket, &to).unwrap();
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Sends bytes; false where the other end has closed.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// The head of a response, in small letters; `None` where the connection ends before it.
    pub fn head(&mut self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            match self.0.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return None,
            }
        }
        Some(String::from_utf8_lossy(&head).to_lowercase())
    }

    /// One response; `None` where the connection ends before it.
    pub fn reply(&mut self) -> Option<Reply> {
        let head = self.head()?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut reply = Reply {
            status,
            head,
            body: Vec::new(),
        };
        let length = reply.header("content-length").map(|it| it.parse().unwrap());
        if let Some(length) = length {
            reply.body = vec![0; length];
            self.0.read_exact(&mut reply.body).ok()?;
        } else if reply.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk()? {
                reply.body.extend(chunk);
            }
        }
        Some(reply)
    }

    /// The next chunk of a body; `Some(None)` at its end, `None` where it breaks off.
    pub fn chunk(&mut self) -> Option<Option<Vec<u8>>> {
        let length = usize::from_str_radix(&self.line()?, 16).ok()?;
        if length == 0 {
            // Headers behind the body.
            while !self.line()?.is_empty() {}
            return Some(None);
        }
        let mut chunk = vec![0; length];
        self.0.read_exact(&mut chunk).ok()?;
        self.line()?;
        Some(Some(chunk))
    }

    fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            match self.0.read(&mut byte) {
                Ok(1) => line.push(byte[0]),
                _ => return None,
            }
        }
        line.truncate(line.len() - 2);
        String::from_utf8(line).ok()
    }

    /// Everything that comes until nothing has for some time, and whether the connection
    /// has ended by then.
    pub fn rest(&mut self, silence: Duration) -> (Vec<u8>, bool) {
        self.0.set_read_timeout(Some(silence)).unwrap();
        let mut all = Vec::new();
        let mut bytes = [0; 65536];
        loop {
            match self.0.read(&mut bytes) {
                Ok(0) => return (all, true),
                Ok(length) => all.extend_from_slice(&bytes[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return (all, false),
                Err(_) => return (all, true),
            }
        }
    }

    /// Waits until the other end closes, and says how long that took.
    ///
    /// # Panics
    ///
    /// Where it does not.
    pub fn await_close(&mut self) -> Duration {
        let began = Instant::now();
        let (_, is_closed) = self.rest(PATIENCE);
        assert!(is_closed, "the connection stays open");
        began.elapsed()
    }
}

/// One request on a connection of its own, and its response.
pub fn ask(to: SocketAddr, request: &[u8]) -> Option<Reply> {
    let mut raw = Raw::connect(to);
    raw.send(request);
    raw.reply()
}

/// A GET of this target.
pub fn get(to: SocketAddr, target: &str) -> Reply {
    let request = format!("GET {target} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n");
    ask(to, request.as_bytes()).unwrap()
}

/// A POST of this body, of known length.
pub fn post(to: SocketAddr, target: &str, headers: &str, body: &[u8]) -> Option<Reply> {
    let mut raw = Raw::connect(to);
    let length = body.len();
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: {to}\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    raw.send(head.as_bytes());
    raw.send(body);
    raw.reply()
}

/// Bytes as they stand in a query.
pub fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
