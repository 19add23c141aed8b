//! A keep-alive HTTP client, just enough to ask natconnd.
//!
//! It sends GET, and reads an answer that states its length.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::namespace::Namespace;

/// No answer of natconnd may take longer.
const LIMIT: Duration = Duration::from_secs(30);

/// One connection to a server.
pub struct Client {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
}

trait Stream: Read + Write + Send {
    /// The same connection, for another thread.
    fn try_clone_boxed(&self) -> std::io::Result<Box<dyn Stream>>;
}

impl Stream for TcpStream {
    fn try_clone_boxed(&self) -> std::io::Result<Box<dyn Stream>> {
        Ok(Box::new(self.try_clone()?))
    }
}

impl Stream for UnixStream {
    fn try_clone_boxed(&self) -> std::io::Result<Box<dyn Stream>> {
        Ok(Box::new(self.try_clone()?))
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Status line and headers, as they came.
    pub head: String,
    /// Content, as it came.
    pub body: Vec<u8>,
}

/// How long an answer took.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Status code.
    pub status: u16,
    /// From the question to the first byte.
    pub first_byte: Duration,
    /// From the question to the last byte.
    pub last_byte: Duration,
    /// Bytes of head and content, as they came.
    pub length: usize,
}

impl Client {
    /// Connects to a TCP port on the loopback of a namespace.
    pub fn connect(namespace: &Namespace, port: u16) -> Result<Self> {
        let stream = namespace.run(|| {
            TcpStream::connect(("127.0.0.1", port))
                .with_context(|| format!("connect to port {port}"))
        })?;
        stream.set_nodelay(true).context("set TCP_NODELAY")?;
        stream
            .set_read_timeout(Some(LIMIT))
            .context("set a time limit")?;
        Ok(Self {
            stream: Box::new(stream),
            buffer: Vec::new(),
        })
    }

    /// Connects to a unix socket.
    pub fn connect_unix(path: &Path) -> Result<Self> {
        let stream =
            UnixStream::connect(path).with_context(|| format!("connect to {}", path.display()))?;
        stream
            .set_read_timeout(Some(LIMIT))
            .context("set a time limit")?;
        Ok(Self {
            stream: Box::new(stream),
            buffer: Vec::new(),
        })
    }

    /// Sends a request and waits for the answer.
    pub fn get(&mut self, path: &str) -> Result<Response> {
        self.send(path)?;
        self.receive().with_context(|| format!("GET {path}"))
    }

    /// Sends the last request of a connection and takes the time.
    pub fn time(mut self, path: &str) -> Result<Timing> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: natconnd\r\nConnection: close\r\n\r\n");
        let what = || format!("GET {path}");
        let start = Instant::now();
        self.stream
            .write_all(request.as_bytes())
            .with_context(what)?;
        let mut bytes = vec![0; 16 << 10];
        let mut length = self.stream.read(&mut bytes).with_context(what)?;
        let first_byte = start.elapsed();
        bytes.truncate(length);
        length += self.stream.read_to_end(&mut bytes).with_context(what)?;
        let last_byte = start.elapsed();
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(64)]);
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        Ok(Timing {
            status: status.with_context(|| format!("GET {path}: no status code"))?,
            first_byte,
            last_byte,
            length,
        })
    }

    /// Sends a request; [`Client::receive`] gets the answer.
    pub fn send(&mut self, path: &str) -> Result<()> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: natconnd\r\n\r\n");
        self.stream
            .write_all(request.as_bytes())
            .with_context(|| format!("GET {path}"))
    }

    /// Waits for the answer to the oldest request.
    pub fn receive(&mut self) -> Result<Response> {
        self.buffer.clear();
        let mut chunk = [0; 16 << 10];
        loop {
            let length = self.stream.read(&mut chunk).context("read an answer")?;
            if length == 0 {
                bail!("read an answer: the server closed the connection");
            }
            self.buffer.extend_from_slice(&chunk[..length]);
            if let Some(response) = parse(&self.buffer)? {
                return Ok(response);
            }
        }
    }
}

/// Sends a body and gets the answer's, all of it.
pub fn post(socket: &Path, path: &str, kind: &str, body: &str) -> Result<Vec<u8>> {
    let head = format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
    exchange(socket, &format!("POST {path}"), &head, body)
}

/// Gets a body of unknown length, all of it.
///
/// Version 1.0 of the protocol has no chunks: the body is what comes until the
/// end.
pub fn download(socket: &Path, path: &str) -> Result<Vec<u8>> {
    exchange(socket, &format!("GET {path}"), "", "")
}

fn exchange(socket: &Path, what: &str, head: &str, body: &str) -> Result<Vec<u8>> {
    let mut client = Client::connect_unix(socket)?;
    let mut sending = client
        .stream
        .try_clone_boxed()
        .context("share a connection")?;
    let request = format!("{what} HTTP/1.0\r\nHost: natconnd\r\n{head}\r\n{body}");
    let mut bytes = Vec::new();
    // The answer may begin before all of the question is read.
    std::thread::scope(|scope| {
        let sent = scope.spawn(move || sending.write_all(request.as_bytes()));
        let received = client.stream.read_to_end(&mut bytes);
        let sent = sent
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        received.and(sent)
    })
    .with_context(|| what.to_owned())?;
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .with_context(|| format!("{what}: no answer"))?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    if head.split(' ').nth(1) != Some("200") {
        let said = String::from_utf8_lossy(&bytes[end..]);
        bail!("{what}: {head}{said}");
    }
    bytes.drain(..end + 4);
    Ok(bytes)
}

/// Reads an answer; `None` while it is not all there.
fn parse(bytes: &[u8]) -> Result<Option<Response>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse().ok())
        .with_context(|| format!("read an answer: no status code in {head}"))?;
    let length: usize = match status {
        // No content, and no length of it.
        204 => 0,
        _ => head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse().ok())
            .with_context(|| format!("read an answer: no content-length in {head}"))?,
    };
    let body = &bytes[end + 4..];
    Ok((body.len() >= length).then(|| Response {
        status,
        head: head.into_owned(),
        body: body[..length].to_vec(),
    }))
}
