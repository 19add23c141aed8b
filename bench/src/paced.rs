//! A client that asks at a given rate, whether answers come or not.
//!
//! The time of an answer counts from when its request was due. A client that waits
//! for one answer before it asks again would ask less while the server is slow, and
//! so leave out the worst.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::namespace::Namespace;
use crate::sys;

/// How long the last answers may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Keep-alive connections that take turns, each with one request under way.
pub struct Paced {
    connections: Vec<TcpStream>,
    request: Vec<u8>,
    /// Length of an answer in bytes; all are of the same length.
    answer: usize,
}

/// What came of a run: the times from due to answered, shortest first.
pub struct Times(Vec<Duration>);

impl Paced {
    /// Opens a connection for each of these openings, which are sent before the first
    /// request, and asks once over each.
    pub fn connect(
        namespace: &Namespace,
        port: u16,
        openings: &[String],
        path: &str,
    ) -> Result<Self> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: site\r\n\r\n").into_bytes();
        let mut connections = Vec::new();
        let mut answer = 0;
        for opening in openings {
            let mut stream = namespace.run(|| {
                TcpStream::connect(("127.0.0.1", port))
                    .with_context(|| format!("connect to port {port}"))
            })?;
            stream.set_nodelay(true).context("set TCP_NODELAY")?;
            stream
                .set_read_timeout(Some(LIMIT))
                .context("set a time limit")?;
            stream.write_all(opening.as_bytes()).context("ask")?;
            stream.write_all(&request).context("ask")?;
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).context("read an answer")?;
            ensure!(
                bytes.starts_with(b"HTTP/1.1 200 "),
                "ask port {port}: {}",
                String::from_utf8_lossy(&bytes[..length])
            );
            ensure!(
                answer == 0 || answer == length,
                "ask port {port}: answers of {answer} and of {length} bytes"
            );
            answer = length;
            stream.set_nonblocking(true).context("wait for nothing")?;
            connections.push(stream);
        }
        Ok(Self {
            connections,
            request,
            answer,
        })
    }

    /// Asks `rate` times a second for `time`. Spins: the core is its own.
    pub fn run(&mut self, rate: u32, time: Duration) -> Result<Times> {
        let count = u64::from(rate) * time.as_secs();
        let due = |number: u64| Duration::from_nanos(number * 1_000_000_000 / u64::from(rate));
        let mut free: VecDeque<usize> = (0..self.connections.len()).collect();
        // Connection, when its request was due, and how much of its answer has come.
        let mut under_way: Vec<(usize, Duration, usize)> = Vec::new();
        let mut times = Vec::with_capacity(count as usize);
        let mut asked = 0;
        let start = Instant::now();
        while (times.len() as u64) < count {
            ensure!(!sys::is_interrupted(), "interrupted");
            while asked < count && due(asked) <= start.elapsed() {
                // Without a free connection the request waits, and its time counts.
                let Some(index) = free.pop_front() else {
                    break;
                };
                self.connections[index]
                    .write_all(&self.request)
                    .context("ask")?;
                under_way.push((index, due(asked), 0));
                asked += 1;
            }
            let mut at = 0;
            while at < under_way.len() {
                let (index, due, read) = under_way[at];
                let read = read + receive(&mut self.connections[index])?;
                if read < self.answer {
                    under_way[at].2 = read;
                    at += 1;
                    continue;
                }
                times.push(start.elapsed().saturating_sub(due));
                free.push_back(index);
                under_way.swap_remove(at);
            }
            ensure!(
                start.elapsed() < time + LIMIT,
                "ask {rate} times a second: {} of {count} answers came",
                times.len()
            );
        }
        times.sort_unstable();
        Ok(Times(times))
    }
}

/// How many bytes have come.
fn receive(stream: &mut TcpStream) -> Result<usize> {
    match stream.read(&mut [0; 4096]) {
        Ok(0) => anyhow::bail!("read an answer: the server closed the connection"),
        Ok(length) => Ok(length),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        Err(error) => Err(error).context("read an answer"),
    }
}

impl Times {
    /// The time that this share of all stayed below, in milliseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.0
            .get(index)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_sorted_times() {
        let times = Times((1..=101).map(Duration::from_millis).collect());
        assert_eq!(times.quantile(0.5), 51.0);
        assert_eq!(times.quantile(0.99), 100.0);
        assert!(Times(Vec::new()).quantile(0.5).is_nan());
    }
}
