//! The floor: what it costs to take events from the kernel and do nothing.
//!
//! A process of its own that joins the groups of NEW and DESTROY, reads many
//! messages with each system call and naps when the queue was short. It parses
//! nothing. No reader can be cheaper; how much dearer natconnd is, is the cost
//! of natconnd itself.

use std::io;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::filter;
use crate::sys::{self, NetlinkSocket, ReceiveBatch};

/// Receive buffer that all readers ask for: natconnd's default.
pub const RECEIVE_BUFFER: i32 = 64 << 20;

/// `NFNLGRP_CONNTRACK_NEW` and `NFNLGRP_CONNTRACK_DESTROY`.
const GROUPS: [i32; 2] = [1, 3];

/// How the floor reads.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Messages per system call at most.
    pub batch: usize,
    /// Sleep after a batch that was not full.
    pub nap: Duration,
    /// Room for one message, in bytes.
    pub room: usize,
    /// Whether a classic BPF program looks at every message first.
    pub filter: bool,
}

impl Default for Settings {
    /// The cheapest of those tried; `explore` shows the others.
    fn default() -> Self {
        Self {
            batch: 64,
            nap: Duration::from_millis(2),
            room: 1024,
            filter: false,
        }
    }
}

impl Settings {
    /// The command line that makes [`run`] read so.
    pub fn to_arguments(self) -> Vec<String> {
        let mut words = vec![
            "floor".to_owned(),
            self.batch.to_string(),
            self.nap.as_micros().to_string(),
            self.room.to_string(),
        ];
        if self.filter {
            words.push("filter".to_owned());
        }
        words
    }

    /// Reads that command line, without its first word.
    pub fn from_arguments(words: &[String]) -> Result<Self> {
        let number = |index: usize| -> Result<u64> {
            let word = words
                .get(index)
                .context("floor: expected BATCH NAP_MICROSECONDS ROOM")?;
            word.parse()
                .with_context(|| format!("floor: {word} is not a number"))
        };
        Ok(Self {
            batch: usize::try_from(number(0)?)?,
            nap: Duration::from_micros(number(1)?),
            room: usize::try_from(number(2)?)?,
            filter: words.get(3).is_some_and(|word| word == "filter"),
        })
    }
}

/// Reads events until SIGTERM, then prints the counts as one line of JSON.
pub fn run(settings: Settings) -> Result<()> {
    sys::catch_signals();
    let socket = NetlinkSocket::open().context("open the event socket")?;
    socket
        .set_receive_buffer(RECEIVE_BUFFER)
        .context("set the receive buffer")?;
    if settings.filter {
        socket
            .attach_filter(&filter::translated_only())
            .context("attach the filter")?;
    }
    for group in GROUPS {
        socket
            .join(group)
            .with_context(|| format!("join netlink group {group}"))?;
    }
    println!("ready");
    let mut batch = ReceiveBatch::new(settings.batch, settings.room);
    let (mut events, mut overruns, mut cut, mut calls) = (0u64, 0u64, 0u64, 0u64);
    while !sys::is_interrupted() {
        calls += 1;
        match batch.receive(&socket) {
            Ok(count) => {
                events += count as u64;
                // A look at one message in each batch is enough to notice
                // that the room is too small.
                cut += u64::from(count > 0 && batch.is_cut(0));
                if count < settings.batch && !settings.nap.is_zero() {
                    std::thread::sleep(settings.nap);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                wait(&socket)?;
            }
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => overruns += 1,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("read events"),
        }
    }
    println!(
        "{}",
        json!({"events": events, "overruns": overruns, "cut": cut, "calls": calls})
    );
    Ok(())
}

fn wait(socket: &NetlinkSocket) -> Result<()> {
    match socket.wait(Duration::from_secs(1)) {
        Err(error) if error.kind() != io::ErrorKind::Interrupted => {
            Err(error).context("wait for events")
        }
        _ => Ok(()),
    }
}
