//! The floor of a start: one dump of the kernel's table, received and thrown
//! away.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::sys::NetlinkSocket;

/// The kernel fills datagrams of at most 32 KiB.
const ROOM: usize = 32 << 10;

/// `NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET`: the table.
pub const GET: u16 = 0x0101;
const NLMSG_DONE: u16 = 3;
const NLMSG_ERROR: u16 = 2;
const HEADER: usize = 16;

/// Reads the whole table and prints the counts as one line of JSON.
pub fn run() -> Result<()> {
    let start = Instant::now();
    let (messages, bytes) = read(GET, u64::MAX)?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({"connections": messages, "bytes": bytes, "seconds": seconds})
    );
    Ok(())
}

/// Dumps with a request of this kind, until there are as many messages as
/// `limit`; returns the messages and bytes.
pub fn read(kind: u16, limit: u64) -> Result<(u64, u64)> {
    let socket = NetlinkSocket::open().context("open the dump socket")?;
    socket.send(&request(kind)).context("ask for a dump")?;
    let mut buffer = vec![0; ROOM];
    let (mut messages, mut bytes) = (0u64, 0u64);
    'dump: while messages < limit {
        let length = socket.receive(&mut buffer).context("read the dump")?;
        bytes += length as u64;
        let mut rest = &buffer[..length];
        // Only the lengths are looked at: without them nobody sees the end.
        while rest.len() >= HEADER {
            let size = u32::from_ne_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
            match u16::from_ne_bytes([rest[4], rest[5]]) {
                NLMSG_DONE => break 'dump,
                NLMSG_ERROR => bail!("read the dump: the kernel answered with an error"),
                _ => messages += 1,
            }
            rest = rest
                .get(size.max(HEADER).next_multiple_of(4)..)
                .unwrap_or_default();
        }
    }
    Ok((messages, bytes))
}

fn request(kind: u16) -> Vec<u8> {
    let flags = (libc::NLM_F_REQUEST | libc::NLM_F_DUMP) as u16;
    let mut message = Vec::with_capacity(HEADER + 4);
    message.extend_from_slice(&(HEADER as u32 + 4).to_ne_bytes());
    message.extend_from_slice(&kind.to_ne_bytes());
    message.extend_from_slice(&flags.to_ne_bytes());
    message.extend_from_slice(&[0; 8]);
    // Any address family, netfilter netlink version 0.
    message.extend_from_slice(&[0; 4]);
    message
}
