//! Sockets that a supervisor hands over.

use anyhow::{Context, Result};
use listenfd::ListenFd;
use rustix::net::{AddressFamily, SocketType};
use tracing::info;

use crate::handover::{self, HandedOver};
use crate::http::Socket;

/// What stood in `LISTEN_FDS`.
#[derive(Default)]
pub(super) struct Taken {
    pub sockets: Vec<Socket>,
    pub handed_over: HandedOver,
}

/// Takes it.
///
/// # Errors
///
/// A descriptor is none that natconnd could use.
pub(super) fn take() -> Result<Taken> {
    let mut sockets = ListenFd::from_env();
    let handed_over = handover::take_from_stdio().context("take over the event socket")?;
    let mut taken = Taken {
        handed_over,
        ..Taken::default()
    };
    for number in 0..sockets.len() {
        // The protocol's first descriptor is 3.
        if handover::is_table(number + 3) {
            taken.handed_over.table = handover::open_table(number + 3);
        } else if let Ok(socket) = sockets.take_tcp_listener(number) {
            taken.sockets.extend(socket.map(Socket::Tcp));
        } else if let Ok(socket) = sockets.take_unix_listener(number) {
            taken.sockets.extend(socket.map(Socket::Unix));
        } else {
            let (family, kind) = (AddressFamily::NETLINK, SocketType::RAW);
            let (family, kind) = (i32::from(family.as_raw()), kind.as_raw() as i32);
            taken.handed_over.events = sockets
                .take_custom(number, family, kind, "event socket")
                .with_context(|| {
                    format!(
                        "take over descriptor {}: neither a TCP nor a unix stream socket, \
                         nor an event socket or a table",
                        number + 3
                    )
                })?;
        }
    }
    if !taken.sockets.is_empty() {
        info!(sockets = taken.sockets.len(), "took over listening sockets");
    }
    Ok(taken)
}
