//! A listener that can be told how the kernel shall treat it, and counts.
//!
//! A process of its own, so that it can be stopped as a whole. It reads like
//! the floor, and notes of each connection whether its begin and its end came.

use std::io;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::sys::{self, NetlinkSocket, ReceiveBatch};
use crate::tally::{Tally, Told};

/// `NFNLGRP_CONNTRACK_NEW` and `NFNLGRP_CONNTRACK_DESTROY`.
const GROUPS: [i32; 2] = [1, 3];

const BATCH: usize = 64;
const ROOM: usize = 1024;
const NAP: Duration = Duration::from_millis(2);

/// What the listener asks of the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Receive buffer in bytes, as given to `SO_RCVBUFFORCE`.
    pub receive_buffer: i32,
    /// `NETLINK_BROADCAST_ERROR`: whoever sends learns that a message did not
    /// fit.
    pub broadcast_error: bool,
    /// `NETLINK_NO_ENOBUFS`: the listener does not learn it.
    pub no_enobufs: bool,
}

impl Options {
    /// The command line that makes [`run`] listen so.
    pub fn to_arguments(self) -> [String; 4] {
        [
            "listener".to_owned(),
            self.receive_buffer.to_string(),
            u8::from(self.broadcast_error).to_string(),
            u8::from(self.no_enobufs).to_string(),
        ]
    }

    /// Reads that command line, without its first word.
    pub fn from_arguments(words: &[String]) -> Result<Self> {
        let number = |index: usize| -> Result<i32> {
            let word = words
                .get(index)
                .context("listener: expected RECEIVE_BUFFER BROADCAST_ERROR NO_ENOBUFS")?;
            word.parse()
                .with_context(|| format!("listener: {word} is not a number"))
        };
        Ok(Self {
            receive_buffer: number(0)?,
            broadcast_error: number(1)? != 0,
            no_enobufs: number(2)? != 0,
        })
    }

    /// Opens a socket like this in the namespace of the calling thread and
    /// subscribes it to NEW and DESTROY.
    pub fn open(self) -> Result<NetlinkSocket> {
        let socket = NetlinkSocket::open().context("open the event socket")?;
        socket
            .set_receive_buffer(self.receive_buffer)
            .context("set the receive buffer")?;
        for (option, is_on) in [
            (libc::NETLINK_BROADCAST_ERROR, self.broadcast_error),
            (libc::NETLINK_NO_ENOBUFS, self.no_enobufs),
        ] {
            socket
                .set_netlink_option(option, is_on)
                .context("set an option of the event socket")?;
        }
        for group in GROUPS {
            socket
                .join(group)
                .with_context(|| format!("join netlink group {group}"))?;
        }
        Ok(socket)
    }
}

/// Reads events until SIGTERM, then prints the counts as one line of JSON.
pub fn run(options: Options) -> Result<()> {
    sys::catch_signals();
    let socket = options.open()?;
    println!("ready");
    let mut batch = ReceiveBatch::new(BATCH, ROOM);
    let mut tally = Tally::new();
    let mut overruns = 0_u64;
    while !sys::is_interrupted() {
        match batch.receive(&socket) {
            Ok(count) => {
                for index in 0..count {
                    if let Some(told) = Told::read(batch.message(index)) {
                        tally.note(told);
                    }
                }
                if count < BATCH {
                    std::thread::sleep(NAP);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                match socket.wait(Duration::from_secs(1)) {
                    Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                        return Err(error).context("wait for events");
                    }
                    _ => {}
                }
            }
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => overruns += 1,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("read events"),
        }
    }
    let seen = tally.seen;
    println!(
        "{}",
        json!({
            "began": seen.began,
            "began_again": seen.began_again,
            "ended": seen.ended,
            "ended_again": seen.ended_again,
            "overruns": overruns,
        })
    );
    Ok(())
}
