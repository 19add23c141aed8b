//! A browser on an internal host, as far as these tests need one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use lab::Host;

/// One connection to a proxy.
pub struct Client {
    stream: BufReader<TcpStream>,
    /// The site's name, which differs by family: to some proxies these are two sites.
    host: &'static str,
}

impl Client {
    /// Connects from this port (0: any), through the NAT.
    pub fn connect(host: &Host, port: u16, proxy: SocketAddr) -> Self {
        let stream = host.connect_tcp(port, proxy).unwrap();
        Self {
            stream: BufReader::new(stream),
            host: if proxy.is_ipv6() {
                "six.example"
            } else {
                "site.example"
            },
        }
    }

    /// Gets a path and returns the status.
    pub fn get(&mut self, path: &str) -> u16 {
        self.request("GET", path, "", "")
    }

    /// Sends a request with more header lines, each with its line end.
    pub fn request(&mut self, method: &str, path: &str, headers: &str, body: &str) -> u16 {
        let length = match body.len() {
            0 => String::new(),
            length => format!("Content-Length: {length}\r\n"),
        };
        let host = self.host;
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}{length}\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (status, length) = self.head();
        if method != "HEAD" {
            self.stream.read_exact(&mut vec![0; length]).unwrap();
        }
        status
    }

    /// Asks for a WebSocket.
    pub fn upgrade(&mut self, path: &str) -> u16 {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: site.example\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        self.head().0
    }

    /// Sends bytes and returns as many that come back.
    pub fn echo(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.stream.get_mut().write_all(bytes).unwrap();
        let mut echo = vec![0; bytes.len()];
        self.stream.read_exact(&mut echo).unwrap();
        echo
    }

    /// Reads status and length of what follows.
    fn head(&mut self) -> (u16, usize) {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status: {line:?}"));
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(':') else {
                return (status, length);
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
            let is_chunked = name.eq_ignore_ascii_case("transfer-encoding");
            assert!(!is_chunked, "the application's answers have a length");
        }
    }
}
