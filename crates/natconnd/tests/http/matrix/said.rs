//! What a server says, to the byte.

use std::fmt;
use std::io::{Read, Write};

use natconnd::http::Route;

use super::asked::Asked;

/// A whole response.
#[derive(Clone)]
pub struct Said {
    pub status: u16,
    bytes: Vec<u8>,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.bytes);
        let short: String = text.chars().take(1500).collect();
        f.write_str(&short)
    }
}

impl Said {
    /// Asks over this connection, which ends with it.
    pub fn ask(mut stream: impl Read + Write, asked: &Asked, headers: &str) -> Self {
        let Asked {
            method,
            target,
            body,
            ..
        } = asked;
        let host = if headers.contains("Host: ") {
            ""
        } else {
            "Host: localhost\r\n"
        };
        let length = match *method {
            "POST" => format!("Content-Length: {}\r\n", body.len()),
            _ => String::new(),
        };
        let request = format!(
            "{method} {target} HTTP/1.1\r\n{host}Connection: close\r\n{length}{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        stream.flush().unwrap();
        // A stream without end says nothing as long as nothing happens.
        let is_endless = asked.route == Route::Events && *method == "GET";
        let is_begun = |bytes: &[u8]| {
            bytes.starts_with(b"HTTP/1.1 200") && bytes.windows(4).any(|it| it == b"\r\n\r\n")
        };
        let mut bytes = Vec::new();
        let mut piece = [0; 16 * 1024];
        while !(is_endless && is_begun(&bytes)) {
            match stream.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => bytes.extend_from_slice(&piece[..length]),
                // A connection that is closed without TLS's good-bye ends too.
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
                Err(error) => panic!("{method} {target}: {error}"),
            }
        }
        let status = bytes.get(9..12).and_then(|code| str::from_utf8(code).ok());
        let status = status.and_then(|code| code.parse().ok());
        Self {
            status: status.unwrap_or_else(|| panic!("{method} {target}: no status")),
            bytes,
        }
    }

    /// Whether it is about who asks, not about what.
    pub fn is_refused(&self) -> bool {
        matches!(self.status, 401 | 403 | 421 | 429) && !self.has("x-nat-verdict")
    }

    pub fn has(&self, text: &str) -> bool {
        let text = text.as_bytes();
        text.is_empty() || self.bytes.windows(text.len()).any(|window| window == text)
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let end = self.bytes.windows(4).position(|it| it == b"\r\n\r\n")?;
        let head = str::from_utf8(&self.bytes[..end]).ok()?;
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// All of it but the time of day.
    pub fn but_for_time(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        let lines = text
            .split("\r\n")
            .filter(|line| !line.starts_with("date: "));
        lines.collect::<Vec<_>>().join("\r\n")
    }
}
