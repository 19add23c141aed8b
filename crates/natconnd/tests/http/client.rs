//! A client that hides nothing: what goes in and out is bytes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use tokio::net::TcpSocket;

/// How long any test waits for a byte before it fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// More than any test expects, in bytes.
const MAX_BODY: usize = 64 << 20;

/// A response, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    /// The only header of this name; lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} comes once");
        value
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// One connection.
pub struct Client<S = TcpStream> {
    stream: BufReader<S>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self::over(stream)
    }

    /// Connects from an address of this machine.
    pub fn connect_from(source: IpAddr, address: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let stream = runtime.block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(SocketAddr::new(source, 0)).unwrap();
            socket.connect(address).await.unwrap().into_std().unwrap()
        });
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self::over(stream)
    }

    /// Whether nothing arrives for some time, not even the end.
    pub fn is_silent_for(&mut self, time: Duration) -> bool {
        self.stream.get_ref().set_read_timeout(Some(time)).unwrap();
        let silent = match self.stream.fill_buf() {
            Ok(_) => false,
            Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
        };
        let stream = self.stream.get_ref();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        silent
    }
}

impl<S: Read + Write> Client<S> {
    pub fn over(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub fn send(&mut self, bytes: &str) {
        self.stream.get_mut().write_all(bytes.as_bytes()).unwrap();
    }

    pub fn get(&mut self, target: &str) -> Reply {
        self.request("GET", target, "")
    }

    /// Sends a request with more header lines, each with its line end.
    pub fn request(&mut self, method: &str, target: &str, headers: &str) -> Reply {
        self.send(&format!(
            "{method} {target} HTTP/1.1\r\nHost: test\r\n{headers}\r\n"
        ));
        self.read_reply(method)
    }

    /// Asks for another host.
    pub fn get_of(&mut self, host: &str, target: &str, headers: &str) -> Reply {
        self.send(&format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n"
        ));
        self.read_reply("GET")
    }

    /// Reads the reply to a request of this method.
    pub fn read_reply(&mut self, method: &str) -> Reply {
        let (status, headers) = self.read_head();
        let mut reply = Reply {
            status,
            headers,
            body: String::new(),
        };
        if method == "HEAD" {
            return reply;
        }
        if let Some(length) = reply.header("content-length") {
            let mut body = vec![0; length.parse().unwrap()];
            self.stream.read_exact(&mut body).unwrap();
            reply.body = String::from_utf8(body).unwrap();
        } else if reply.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.read_chunk() {
                reply.body.push_str(&chunk);
                assert!(reply.body.len() < MAX_BODY, "the body never ends");
            }
        }
        reply
    }

    /// Reads status and headers.
    pub fn read_head(&mut self) -> (u16, Vec<(String, String)>) {
        let status = self.read_line();
        let status = status.split(' ').nth(1).expect("a status line");
        let mut headers = Vec::new();
        loop {
            let line = self.read_line();
            let Some((name, value)) = line.split_once(": ") else {
                return (status.parse().unwrap(), headers);
            };
            headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The next chunk of a chunked body; `None` at its announced end.
    pub fn read_chunk(&mut self) -> Option<String> {
        let chunk = self.read_chunk_of_bytes()?;
        Some(String::from_utf8(chunk).unwrap())
    }

    /// The same of a body that is no text.
    pub fn read_chunk_of_bytes(&mut self) -> Option<Vec<u8>> {
        let length = self.read_line();
        let length = usize::from_str_radix(&length, 16).expect("a chunk's length");
        let mut chunk = vec![0; length];
        self.stream.read_exact(&mut chunk).unwrap();
        assert_eq!(self.read_line(), "");
        (length > 0).then_some(chunk)
    }

    /// Everything until the connection ends, however it does. Fails where it goes on.
    pub fn read_all(&mut self) -> String {
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        let until = Instant::now() + PATIENCE;
        // A connection that is reset ends too.
        while let Ok(length @ 1..) = self.stream.read(&mut piece) {
            bytes.extend_from_slice(&piece[..length]);
            assert!(Instant::now() < until, "the connection does not end");
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Reads a body of known length.
    pub fn read_exactly(&mut self, length: usize) -> Vec<u8> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        body
    }

    /// Reads a body and forgets it.
    pub fn skip(&mut self, length: usize) {
        self.stream.read_exact(&mut vec![0; length]).unwrap();
    }

    /// Whether the server has closed the connection, with nothing before.
    pub fn is_closed(&mut self) -> bool {
        match self.stream.fill_buf() {
            Ok(bytes) => bytes.is_empty(),
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }

    fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end_matches("\r\n").to_owned()
    }
}
