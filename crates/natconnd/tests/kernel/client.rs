//! Questions over HTTP, as a program on the gateway asks them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use serde::de::DeserializeOwned;

/// How long a response may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub body: String,
    head: String,
}

impl Reply {
    /// The header of this name; lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The body of a response that is all right.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Gets `target`, which begins with a slash.
pub fn get(address: SocketAddr, target: &str) -> Reply {
    try_get(address, target).unwrap_or_else(|error| panic!("GET {target}: {error}"))
}

/// Like [`get`], of a daemon that may not be there.
pub fn try_get(address: SocketAddr, target: &str) -> io::Result<Reply> {
    let mut text = String::new();
    ask(address, target)?.read_to_string(&mut text)?;
    let broken = || io::Error::other(format!("no response: {text:?}"));
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.split(' ').nth(1).ok_or_else(broken)?;
    let content_type = head
        .lines()
        .find_map(|line| line.strip_prefix("content-type: "))
        .unwrap_or_default();
    Ok(Reply {
        status: status.parse().map_err(|_| broken())?,
        content_type: content_type.to_owned(),
        body: body.to_owned(),
        head: head.to_owned(),
    })
}

/// Sends a request. Version 1.0 of the protocol has no chunks: the body is what
/// comes until the end.
fn ask(address: SocketAddr, target: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {target} HTTP/1.0\r\nHost: gateway\r\n\r\n")?;
    Ok(stream)
}

/// An endpoint as it stands in a query, where brackets have no place.
pub fn in_query(endpoint: impl ToString) -> String {
    endpoint.to_string().replace('[', "%5B").replace(']', "%5D")
}

/// Server-sent events, read as they come by a thread.
pub struct Events(Receiver<(String, String)>);

impl Events {
    /// Follows `target`; when this returns, nothing is missed any more.
    pub fn follow(address: SocketAddr, target: &str) -> Self {
        let stream = ask(address, target).unwrap();
        stream.set_read_timeout(None).unwrap();
        let mut lines = BufReader::new(stream).lines();
        // Before this comment, the daemon has not begun to follow.
        let is_begin = |line: &io::Result<String>| line.as_deref().unwrap() == ": following";
        assert!(lines.any(|line| is_begin(&line)), "{target} ends at once");
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let mut name = String::new();
            for line in lines.map_while(Result::ok) {
                if let Some(event) = line.strip_prefix("event: ") {
                    name = event.to_owned();
                }
                let data = line.strip_prefix("data: ");
                let sent = data.map(|data| sender.send((name.clone(), data.to_owned())));
                if sent.is_some_and(|sent| sent.is_err()) {
                    return;
                }
            }
        });
        Self(receiver)
    }

    /// The next event: its name and its data. `None` where there was none for
    /// `time`, or the stream is at its end.
    pub fn next(&self, time: Duration) -> Option<(String, String)> {
        self.0.recv_timeout(time).ok()
    }

    /// Waits until the stream is at its end, passing over what comes before.
    pub fn await_end(&self) {
        loop {
            match self.0.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => panic!("the stream goes on"),
            }
        }
    }
}
