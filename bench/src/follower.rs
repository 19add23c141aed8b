//! A follower of natconnd's events, and what it saw when.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{generator, sys};

/// How long a read waits before the follower looks whether it shall end.
const TURN: Duration = Duration::from_millis(200);

/// How the internal endpoint of a row begins: all hosts are in 10.1.0.0/16.
const INTERNAL: &[u8] = b"\"internal_address\":\"10.1.";
const STARTED: &[u8] = b"event: started\n";
const MISSED: &[u8] = b"event: missed\n";

/// A `started` row and when it was read.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The connection, as [`crate::tally::Told`] numbers them.
    pub source: u32,
    /// When it had been read.
    pub at: Instant,
}

/// A client of `/api/v1/events`, reading on a thread of its own.
pub struct Follower {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Result<Followed>>,
}

/// What a follower got.
#[derive(Debug, Default)]
pub struct Followed {
    /// The `started` rows.
    pub rows: Vec<Row>,
    /// How often it was told that it had missed changes.
    pub missed: u64,
}

impl Follower {
    /// Connects to natconnd's unix socket and follows everything.
    ///
    /// Over TCP it would be one of the connections that the gateway tracks.
    pub fn start(socket: &Path) -> Result<Self> {
        let mut stream = UnixStream::connect(socket)
            .with_context(|| format!("connect to {}", socket.display()))?;
        stream.set_read_timeout(Some(TURN)).context("set a limit")?;
        // Version 1.0: the events come as they are, not in chunks.
        stream
            .write_all(b"GET /api/v1/events HTTP/1.0\r\nHost: natconnd\r\n\r\n")
            .context("GET /api/v1/events")?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b": following\n\n") {
            if stream.read(&mut byte).context("GET /api/v1/events")? == 0 {
                let head = String::from_utf8_lossy(&head);
                bail!("GET /api/v1/events: natconnd answered {head}");
            }
            head.push(byte[0]);
        }
        let is_over = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&is_over);
        let thread = std::thread::Builder::new()
            .name("follower".to_owned())
            .spawn(move || {
                sys::pin(generator::CORE).context("pin the follower")?;
                follow(&mut stream, &shared)
            })
            .context("start the follower")?;
        Ok(Self { is_over, thread })
    }

    /// Ends it after what has come by now.
    pub fn finish(self) -> Result<Followed> {
        self.is_over.store(true, Ordering::Relaxed);
        match self.thread.join() {
            Ok(followed) => followed,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn follow(stream: &mut UnixStream, is_over: &AtomicBool) -> Result<Followed> {
    let mut followed = Followed::default();
    let mut buffer: Vec<u8> = Vec::new();
    let mut chunk = vec![0; 256 << 10];
    loop {
        let length = match stream.read(&mut chunk) {
            Ok(0) => bail!("follow events: natconnd closed the connection"),
            Ok(length) => length,
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                if is_over.load(Ordering::Relaxed) {
                    return Ok(followed);
                }
                continue;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).context("follow events"),
        };
        let at = Instant::now();
        buffer.extend_from_slice(&chunk[..length]);
        let mut rest = &buffer[..];
        while let Some(end) = find(rest, b"\n\n") {
            let event = &rest[..end];
            if event.starts_with(STARTED) {
                let source = read(event).with_context(|| {
                    format!("follow events: found {}", String::from_utf8_lossy(event))
                })?;
                followed.rows.push(Row { source, at });
            } else if event.starts_with(MISSED) {
                followed.missed += 1;
            }
            rest = &rest[end + 2..];
        }
        let read = buffer.len() - rest.len();
        buffer.drain(..read);
    }
}

/// The connection in a row.
fn read(event: &[u8]) -> Option<u32> {
    let start = find(event, INTERNAL)? + INTERNAL.len();
    let mut numbers = event[start..]
        .split(|byte| !byte.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(|digits| std::str::from_utf8(digits).ok()?.parse::<u32>().ok());
    let [high, low, port] = [numbers.next()??, numbers.next()??, numbers.next()??];
    Some((high << 8 | low) << 16 | port)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_names_its_connection() {
        let event = b"event: started\ndata: {\"change\":\"started\",\"protocol\":\"udp\",\
            \"internal_address\":\"10.1.3.232\",\"internal_port\":65535,\"nat_port\":1024}";
        assert_eq!(read(event), Some((3 << 8 | 232) << 16 | 65535));
    }
}
