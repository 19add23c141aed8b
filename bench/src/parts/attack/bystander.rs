//! Somebody who asks in peace, a few hundred times a second.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// Requests a second.
const RATE: u32 = 400;

/// One connection, kept alive.
pub struct Bystander {
    stream: TcpStream,
    request: String,
    /// Length of an answer in bytes; all are of the same length.
    answer: usize,
}

impl Bystander {
    /// Connects within the namespace of the caller, and asks once.
    pub fn connect(port: u16, path: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).context("connect")?;
        stream.set_nodelay(true).context("set TCP_NODELAY")?;
        let limit = Some(Duration::from_secs(10));
        stream.set_read_timeout(limit).context("set a limit")?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).context("ask")?;
        let mut bytes = [0; 8192];
        let answer = stream.read(&mut bytes).context("read an answer")?;
        ensure!(
            bytes.starts_with(b"HTTP/1.1 200 "),
            "ask: {}",
            String::from_utf8_lossy(&bytes[..answer])
        );
        Ok(Self {
            stream,
            request,
            answer,
        })
    }

    /// Asks for `time`; gives the milliseconds from when each request was due to its
    /// answer, shortest first. What waits for the answer before counts.
    pub fn ask(&mut self, time: Duration) -> Result<Vec<f64>> {
        let every = Duration::from_secs(1) / RATE;
        let start = Instant::now();
        let mut times = Vec::new();
        let mut bytes = vec![0; self.answer];
        for number in 0.. {
            let due = every * number;
            if due >= time {
                break;
            }
            if let Some(early) = due.checked_sub(start.elapsed()) {
                std::thread::sleep(early);
            }
            self.stream
                .write_all(self.request.as_bytes())
                .context("ask")?;
            self.stream
                .read_exact(&mut bytes)
                .context("read an answer")?;
            ensure!(bytes.starts_with(b"HTTP/1.1 200 "), "another answer came");
            times.push((start.elapsed() - due).as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        Ok(times)
    }
}

/// The time that this share of all stayed below.
pub fn quantile(times: &[f64], share: f64) -> f64 {
    let last = times.len().saturating_sub(1);
    let index = (last as f64 * share).round() as usize;
    times.get(index).copied().unwrap_or(f64::NAN)
}
