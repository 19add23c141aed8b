//! A server that answers one connection after the other with given bytes.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use natconnd::config::Tls;
use natconnd::tls::ServerTls;
use rustls::{ServerConnection, StreamOwned};

/// What a connection gets.
pub enum Reply {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// These bytes, then nothing until the client goes.
    ThenSilence(Vec<u8>),
    /// These bytes over and over until the client goes, 10 000 times at most.
    Endless(Vec<u8>, Vec<u8>),
}

/// Answers each connection with its reply, in their order, and ends.
pub struct Server {
    directory: Option<PathBuf>,
    url: String,
    heads: Receiver<String>,
}

impl Server {
    /// Listens on a unix socket.
    pub fn on_socket(replies: Vec<Reply>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("natconn-test-{}-{count}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir(&directory).unwrap();
        let listener = UnixListener::bind(directory.join("socket")).unwrap();
        let (sender, heads) = channel();
        thread::spawn(move || {
            for reply in replies {
                let (stream, _) = listener.accept().unwrap();
                serve(stream, reply, &sender);
            }
        });
        Self {
            directory: Some(directory),
            url: String::new(),
            heads,
        }
    }

    /// Listens on a TCP port of the loopback.
    pub fn on_tcp(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, heads) = channel();
        thread::spawn(move || {
            for reply in replies {
                let (stream, _) = listener.accept().unwrap();
                serve(stream, reply, &sender);
            }
        });
        Self {
            directory: None,
            url,
            heads,
        }
    }

    /// Listens on a TCP port of the loopback, with TLS. A handshake that does not come
    /// about takes a reply as well.
    pub fn on_tls(files: &Tls, replies: Vec<Reply>) -> Self {
        let config = Arc::clone(ServerTls::load(files).unwrap().acceptor().config());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let (sender, heads) = channel();
        thread::spawn(move || {
            for reply in replies {
                let (stream, _) = listener.accept().unwrap();
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(connection, stream);
                serve(&mut stream, reply, &sender);
                stream.conn.send_close_notify();
                // The client may have gone.
                let _ = stream.flush();
            }
        });
        Self {
            directory: None,
            url,
            heads,
        }
    }

    /// The path of the unix socket.
    pub fn socket(&self) -> PathBuf {
        self.directory.as_deref().map_or_else(PathBuf::new, socket)
    }

    /// The URL, empty for a unix socket.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The heads of the requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.try_iter().collect()
    }

    /// The targets of the requests so far.
    pub fn targets(&self) -> Vec<String> {
        let target = |head: &String| head.split(' ').nth(1).unwrap().to_owned();
        self.heads().iter().map(target).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(directory) = &self.directory {
            // A directory that stays in the temporary one harms nobody.
            let _ = std::fs::remove_dir_all(directory);
        }
    }
}

fn socket(directory: &Path) -> PathBuf {
    directory.join("socket")
}

fn serve(mut stream: impl Read + Write, reply: Reply, heads: &Sender<String>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        // The client goes, or there is no trust.
        if !stream.read(&mut byte).is_ok_and(|length| length > 0) {
            return;
        }
        head.extend(byte);
    }
    if head
        .windows(8)
        .any(|it| it.eq_ignore_ascii_case(b" chunked"))
    {
        read_body(&mut stream);
    }
    // A test that is over does not read them any more.
    let _ = heads.send(String::from_utf8(head).unwrap());
    match reply {
        Reply::Bytes(bytes) => {
            // The client may have gone after what it needed.
            let _ = stream.write_all(&bytes);
        }
        Reply::ThenSilence(bytes) => {
            let _ = stream.write_all(&bytes);
            // Ends when the client goes.
            let _ = stream.read(&mut [0]);
        }
        Reply::Endless(first, again) => {
            let _ = stream.write_all(&first);
            for _ in 0..10_000 {
                if stream.write_all(&again).is_err() {
                    break;
                }
            }
        }
    }
}

/// Reads a body in chunks to its end, or its first part where it is long.
fn read_body(stream: &mut impl Read) {
    let mut body = Vec::new();
    while !body.ends_with(b"0\r\n\r\n") && body.len() < 64 * 1024 {
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(length) => body.extend_from_slice(&bytes[..length]),
        }
    }
}

/// A response with a body of known length.
pub fn response(status: &str, kind: &str, body: &str) -> Vec<u8> {
    response_with(status, kind, "", body)
}

/// A response with more headers, each ending its line.
pub fn response_with(status: &str, kind: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A good answer in JSON.
pub fn json(body: &str) -> Reply {
    Reply::Bytes(response("200 OK", "application/json", body))
}

/// The head of a response whose body comes in chunks.
pub fn chunked(kind: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n")
        .into_bytes()
}

/// One chunk of such a body; the empty one ends it.
pub fn chunk(data: &str) -> Vec<u8> {
    format!("{:x}\r\n{data}\r\n", data.len()).into_bytes()
}
