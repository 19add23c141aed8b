//! The application behind a proxy: records what it was told, and echoes what comes
//! over a WebSocket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use lab::Host;

/// Where it listens, on loopback of the proxy's host.
pub const PORT: u16 = 8081;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    /// The only header of this name; lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} comes once: {self:?}");
        value
    }

    /// Internal address, internal port and verdict, as it was told.
    pub fn told(&self) -> [Option<&str>; 3] {
        ["x-internal-address", "x-internal-port", "x-nat-verdict"].map(|name| self.header(name))
    }

    /// Every header that some application takes for one of natconnd's, which read
    /// `_` as `-`.
    pub fn names_of_ours(&self) -> Vec<&str> {
        let names = self.headers.iter().map(|(name, _)| name.as_str());
        let is_ours = |name: &&str| {
            let name = name.replace('_', "-");
            name.starts_with("x-internal") || name.starts_with("x-nat")
        };
        names.filter(is_ours).collect()
    }
}

/// The application, which runs until the process ends.
pub struct Application {
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Application {
    pub fn start(host: &Host) -> Self {
        let listener = host
            .enter(|| TcpListener::bind(("127.0.0.1", PORT)).unwrap())
            .unwrap();
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = Arc::clone(&seen);
                // A connection that breaks is the proxy's affair.
                thread::spawn(move || drop(serve(stream, &seen)));
            }
        });
        Self { requests }
    }

    /// The only request for this path.
    pub fn request(&self, path: &str) -> Request {
        let requests = self.requests(path);
        assert_eq!(requests.len(), 1, "{path}: {requests:?}");
        requests.into_iter().next().unwrap()
    }

    /// How many requests there were.
    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// All requests for this path.
    pub fn requests(&self, path: &str) -> Vec<Request> {
        let all = self.requests.lock().unwrap();
        let fitting = all.iter().filter(|request| request.path == path);
        fitting.cloned().collect()
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Vec<Request>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some(request) = read(&mut reader)? {
        let upgrade = request.header("upgrade").map(str::to_owned);
        let body = format!("{} {}\n", request.method, request.body.len());
        let is_head = request.method == "HEAD";
        let status = if request.path.starts_with("/fails") {
            "500 Internal Server Error"
        } else {
            "200 OK"
        };
        seen.lock().unwrap().push(request);
        if upgrade.is_some_and(|word| word.eq_ignore_ascii_case("websocket")) {
            // What follows from the client's key, which is the one of RFC 6455.
            writer.write_all(
                b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
                  Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            )?;
            let mut bytes = [0; 1024];
            loop {
                match reader.read(&mut bytes)? {
                    0 => return Ok(()),
                    length => writer.write_all(&bytes[..length])?,
                }
            }
        }
        let length = body.len();
        let body = if is_head { String::new() } else { body };
        // In one piece, or the kernel waits before it sends the second.
        let response = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nContent-Type: text/plain\r\n\r\n{body}"
        );
        writer.write_all(response.as_bytes())?;
    }
    Ok(())
}

/// The next request; `None` at the end.
fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ').map(str::to_owned);
    let method = words.next().unwrap_or_default();
    let path = words.next().unwrap_or_default();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap_or(0));
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request {
        method,
        path,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }))
}
