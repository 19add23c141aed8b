//! Listening sockets: handed over by a supervisor, or opened here.

use std::fs::{self, Permissions};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use listenfd::ListenFd;
use tracing::info;

use crate::config::Http;
use crate::hint::Hinted;
use crate::http::Listener;

/// Owner and group may ask.
const SOCKET_MODE: u32 = 0o660;

/// The sockets to serve.
pub struct Listeners {
    /// In no order.
    pub open: Vec<Listener>,
    /// The file of a unix socket that was made here, to be removed at the end.
    pub socket_file: Option<PathBuf>,
}

/// Takes over what a supervisor hands over (`LISTEN_FDS`), and opens what is
/// left of the configuration.
///
/// Handed-over TCP sockets stand in place of `listen`, a handed-over unix socket
/// in place of `unix-socket`.
///
/// # Errors
///
/// An address is in use or not this machine's, or a directory is missing.
pub fn open(settings: &Http) -> Result<Listeners> {
    let mut open = handed_over()?;
    let mut socket_file = None;
    if !open.iter().any(|socket| matches!(socket, Listener::Tcp(_))) {
        for address in &settings.listen {
            open.push(Listener::Tcp(bind_tcp(*address)?));
        }
    }
    if !open
        .iter()
        .any(|socket| matches!(socket, Listener::Unix(_)))
        && let Some(path) = &settings.unix_socket
    {
        open.push(Listener::Unix(bind_unix(path)?));
        socket_file = Some(path.clone());
    }
    Ok(Listeners { open, socket_file })
}

fn handed_over() -> Result<Vec<Listener>> {
    let mut sockets = ListenFd::from_env();
    let mut open = Vec::new();
    for number in 0..sockets.len() {
        let socket = match sockets.take_tcp_listener(number) {
            Ok(socket) => socket.map(Listener::Tcp),
            Err(_) => sockets
                .take_unix_listener(number)
                .with_context(|| {
                    format!(
                        "take over descriptor {}: neither a TCP nor a unix stream socket",
                        number + 3
                    )
                })?
                .map(Listener::Unix),
        };
        open.extend(socket);
    }
    if !open.is_empty() {
        info!(sockets = open.len(), "took over listening sockets");
    }
    Ok(open)
}

fn bind_tcp(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "another program listens there: stop it, or set http.listen"
            }
            io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need CAP_NET_BIND_SERVICE, or a socket handed over"
            }
            _ => "set http.listen",
        };
        let error = anyhow::Error::from(error).context(format!("listen on {address}"));
        Hinted::new(error, hint).into()
    })
}

/// Binds a unix socket, in place of one that a dead daemon left behind.
fn bind_unix(path: &Path) -> Result<UnixListener> {
    let doing = || format!("listen on unix socket {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(doing)?;
    }
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            if UnixStream::connect(path).is_ok() {
                bail!("{}: another natconnd answers there", doing());
            }
            fs::remove_file(path).with_context(doing)?;
            UnixListener::bind(path)
        }
        result => result,
    }
    .with_context(doing)?;
    fs::set_permissions(path, Permissions::from_mode(SOCKET_MODE)).with_context(doing)?;
    Ok(listener)
}
