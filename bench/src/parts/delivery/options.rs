//! What each combination of options does, packet by packet.
//!
//! One thread sends, reads and counts, so that nothing depends on the speed of
//! anything: every figure is the same on every run.

use std::io;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::{await_empty, combinations, describe, end_live, seconds};
use crate::dying;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::listener::Options;
use crate::report::Report;
use crate::sys::{self, NetlinkSocket, ReceiveBatch};
use crate::tally::{Tally, Told};

/// Small, as given to `SO_RCVBUFFORCE`; the kernel doubles it.
const BUFFER: i32 = 64 << 10;

/// Many more connections than their events fit.
const CONNECTIONS: u64 = 1000;

/// Few enough to fit.
const PIECE: u64 = 50;

/// Longer than the kernel waits before it tells again what did not fit.
const PATIENCE: Duration = Duration::from_secs(3);

/// Runs the same script with each combination.
pub fn tell(report: &mut Report) -> Result<()> {
    report.figures(
        &format!(
            "{CONNECTIONS} connections, a buffer of {} bytes as the kernel counts, a reader that stands still",
            2 * BUFFER
        ),
        &[
            "options",
            "read back",
            "NEW queued",
            "bytes each",
            "ENOBUFS",
            "NEW after a second packet",
            "NEW twice",
            "dying at the end",
            "DESTROY",
            "DESTROY twice",
            "ENOBUFS",
            "seconds until the last",
        ],
    );
    for options in combinations(BUFFER) {
        eprintln!("delivery, packet by packet: {}", describe(options));
        report.row(script(options)?);
    }
    report.figures(
        "A buffer 16 times as large, while the reader stands still",
        &[
            "options",
            "of 100 more, queued at once",
            "of 100 more after the queue was emptied",
        ],
    );
    for options in combinations(BUFFER) {
        report.row(grow(options)?);
    }
    Ok(())
}

fn script(options: Options) -> Result<Vec<String>> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(600)?;
    let mut reader = Reader::open(&gateway, options)?;
    let read_back = [libc::NETLINK_BROADCAST_ERROR, libc::NETLINK_NO_ENOBUFS]
        .map(|option| reader.socket.netlink_option(option).map(u8::from));
    let [broadcast_error, no_enobufs] = read_back;
    let read_back = format!("{} {}", broadcast_error?, no_enobufs?);
    let mut generator = Generator::new();

    generator.send(&gateway, Load::Count(CONNECTIONS))?;
    reader.read_all()?;
    let queued = reader.tally.seen.began;
    let overruns = std::mem::take(&mut reader.overruns);

    // What was missed first is what was sent last.
    for piece in 0..CONNECTIONS / PIECE {
        generator.send_again(&gateway, CONNECTIONS - piece * PIECE, PIECE)?;
        reader.read_all()?;
    }
    let seen = reader.tally.seen;
    reader.overruns = 0;

    end_live(&gateway)?;
    let dying = dying::dying(&gateway)?.connections;
    let start = Instant::now();
    let mut last = None;
    while last.unwrap_or(Duration::ZERO) + PATIENCE > start.elapsed() {
        let before = reader.tally.seen;
        reader.read_all()?;
        if reader.tally.seen != before {
            last = Some(start.elapsed());
        }
        sys::pause(Duration::from_millis(1))?;
    }
    await_empty(&gateway, PATIENCE)?;
    let at_last = reader.tally.seen;
    Ok(vec![
        describe(options).to_owned(),
        read_back,
        queued.to_string(),
        (2 * BUFFER as u64 / queued.max(1)).to_string(),
        overruns.to_string(),
        seen.began.to_string(),
        seen.began_again.to_string(),
        dying.to_string(),
        at_last.ended.to_string(),
        at_last.ended_again.to_string(),
        reader.overruns.to_string(),
        seconds(last),
    ])
}

fn grow(options: Options) -> Result<Vec<String>> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(600)?;
    let mut reader = Reader::open(&gateway, options)?;
    let mut generator = Generator::new();
    generator.send(&gateway, Load::Count(CONNECTIONS))?;
    reader.socket.set_receive_buffer(16 * BUFFER)?;
    anyhow::ensure!(
        reader.socket.receive_buffer()? == 32 * BUFFER,
        "the kernel did not take the larger buffer"
    );
    let mut more = |reader: &mut Reader| -> Result<String> {
        let waiting = reader.waiting(&gateway)?;
        generator.send(&gateway, Load::Count(100))?;
        Ok((reader.waiting(&gateway)? - waiting).to_string())
    };
    let at_once = more(&mut reader)?;
    reader.read_all()?;
    let afterwards = more(&mut reader)?;
    Ok(vec![describe(options).to_owned(), at_once, afterwards])
}

/// A listener that reads when it is told to.
struct Reader {
    socket: NetlinkSocket,
    batch: ReceiveBatch,
    tally: Tally,
    overruns: u64,
}

impl Reader {
    fn open(gateway: &Gateway, options: Options) -> Result<Self> {
        Ok(Self {
            socket: gateway.namespace().run(|| options.open())?,
            batch: ReceiveBatch::new(64, 1024),
            tally: Tally::new(),
            overruns: 0,
        })
    }

    /// Reads until nothing is queued.
    fn read_all(&mut self) -> Result<()> {
        loop {
            match self.batch.receive(&self.socket) {
                Ok(count) => {
                    for index in 0..count {
                        if let Some(told) = Told::read(self.batch.message(index)) {
                            self.tally.note(told);
                        }
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => self.overruns += 1,
                Err(error) => return Err(error).context("read events"),
            }
        }
    }

    /// Events that are queued, as the memory they take says.
    fn waiting(&self, gateway: &Gateway) -> Result<u64> {
        Ok(crate::subscription::waiting(gateway)? / BYTES_QUEUED)
    }
}

/// What the kernel accounts for one event of a UDP connection over IPv4.
const BYTES_QUEUED: u64 = 1280;
