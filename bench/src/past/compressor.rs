//! Programs that compress, as a log is compressed when it is put away.

use std::io::{self, BufWriter, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, Result, ensure};

use crate::sys;

/// A compressor at work: what is written to it is compressed and counted.
pub struct Compressor {
    line: String,
    child: Child,
    input: BufWriter<ChildStdin>,
    count: JoinHandle<io::Result<u64>>,
    written: u64,
}

/// What it took and what it made of it.
#[derive(Clone, Copy, Debug)]
pub struct Compressed {
    /// Bytes that were written to it.
    pub from: u64,
    /// Bytes that came out.
    pub to: u64,
}

impl Compressor {
    /// Starts a command line, split at spaces, that compresses its input to its
    /// output.
    pub fn start(line: &str) -> Result<Self> {
        let mut words = line.split_whitespace();
        let mut command = Command::new(words.next().context("start a compressor: no name")?);
        command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        sys::die_with_parent(&mut command);
        let mut child = command
            .spawn()
            .with_context(|| format!("start {line}\n  hint: make bench installs what it lacks"))?;
        let input = child.stdin.take().context("write to a compressor")?;
        let mut output = child.stdout.take().context("read from a compressor")?;
        let count = std::thread::spawn(move || {
            let (mut buffer, mut count) = (vec![0; 64 << 10], 0);
            loop {
                match output.read(&mut buffer)? {
                    0 => return Ok(count),
                    length => count += length as u64,
                }
            }
        });
        Ok(Self {
            line: line.to_owned(),
            child,
            input: BufWriter::with_capacity(256 << 10, input),
            count,
            written: 0,
        })
    }

    /// Waits until all is compressed.
    pub fn finish(mut self) -> Result<Compressed> {
        let line = self.line;
        self.input
            .flush()
            .with_context(|| format!("write to {line}"))?;
        drop(self.input);
        let counted = self
            .count
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let to = counted.with_context(|| format!("read from {line}"))?;
        let status = self
            .child
            .wait()
            .with_context(|| format!("wait for {line}"))?;
        ensure!(status.success(), "run {line}: {status}");
        Ok(Compressed {
            from: self.written,
            to,
        })
    }
}

impl Write for Compressor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.input.write(bytes)?;
        self.written += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.input.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_and_comes_out_is_counted() {
        let mut same = Compressor::start("cat").expect("cat is everywhere");
        same.write_all(&[7; 100_000]).expect("it takes all");
        let counted = same.finish().expect("it ends well");
        assert_eq!((counted.from, counted.to), (100_000, 100_000));
    }
}
