//! Listening sockets: handed over by a supervisor, or opened here.

mod taken;
mod unix_socket;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use tracing::field::display;
use tracing::info;

use self::taken::Taken;
use self::unix_socket::bind_unix;
use crate::access::{HTTP, UNIX};
use crate::config::{self, Config};
use crate::handover::HandedOver;
use crate::hint::Hinted;
use crate::http::{Listener, Socket};
use crate::tls::{ServerTls, TlsError};

/// The sockets to serve.
pub struct Listeners {
    /// Those of the HTTP face, in no order.
    pub open: Vec<Listener>,
    /// Those of the ident face.
    pub ident: Vec<TcpListener>,
    /// The files of unix sockets that were made here, to be removed at the end.
    pub socket_files: Vec<PathBuf>,
    /// What the process before this one has handed over beside them.
    pub handed_over: HandedOver,
}

impl Listeners {
    /// The addresses at which TCP connections are accepted as at `http.listen`, whoever opened
    /// them.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let addresses = self.open.iter().filter(|it| &*it.name == HTTP);
        addresses.filter_map(|it| address_of(&it.socket)).collect()
    }

    /// What each listener that speaks TLS has for it, by the listener's name.
    pub fn tls(&self) -> Vec<(Arc<str>, Arc<ServerTls>)> {
        let mut all: Vec<(Arc<str>, Arc<ServerTls>)> = Vec::new();
        for listener in &self.open {
            let is_new = all.iter().all(|(name, _)| *name != listener.name);
            if let Some(tls) = listener.tls.as_ref().filter(|_| is_new) {
                all.push((Arc::clone(&listener.name), Arc::clone(tls)));
            }
        }
        all
    }
}

/// Takes over what a supervisor hands over (`LISTEN_FDS`), and opens what is
/// left of the configuration.
///
/// A handed-over socket is the listener's that has its address or path. Other TCP sockets stand
/// in place of `http.listen`, another unix socket in place of `http.unix-socket`. A TCP socket
/// that is bound where the ident face shall listen is that one's.
///
/// # Errors
///
/// An address is in use or not this machine's, something is in a unix socket's place that is
/// not natconnd's to remove, or a listener's certificate or key is of no use.
pub fn open(config: &Config) -> Result<Listeners> {
    let Taken {
        mut sockets,
        handed_over,
    } = taken::take()?;
    let ident = open_ident(&config.ident.listen, &mut sockets)?;
    let mut opening = Opening {
        sockets,
        open: Vec::new(),
        socket_files: Vec::new(),
    };
    for (name, listener) in &config.listeners {
        opening.add_named(name, listener)?;
    }
    opening.add_rest(&config.http)?;
    log_addresses(&opening.open, &ident);
    Ok(Listeners {
        open: opening.open,
        ident,
        socket_files: opening.socket_files,
        handed_over,
    })
}

/// Says for each listener whose certificate or key is of no use why not, and what can be done;
/// `natconnd --check` tells of them, which [`open`] would not start with.
pub fn useless_files(config: &Config) -> Vec<anyhow::Error> {
    let named = config.listeners.iter();
    let faults = named.filter_map(|(name, listener)| {
        let error = ServerTls::load(listener.tls.as_ref()?).err()?;
        Some(useless(name, error))
    });
    faults.collect()
}

fn useless(name: &str, error: TlsError) -> anyhow::Error {
    let hint = error.hint();
    let error = anyhow::Error::from(error).context(format!("listen as listener.{name}"));
    match hint {
        Some(hint) => Hinted::new(error, hint).into(),
        None => error,
    }
}

fn open_ident(addresses: &[SocketAddr], sockets: &mut Vec<Socket>) -> Result<Vec<TcpListener>> {
    let mut open = Vec::new();
    for address in addresses {
        open.push(match take_tcp(sockets, *address) {
            Some(socket) => socket,
            None => bind_tcp(*address, &OF_IDENT)?,
        });
    }
    Ok(open)
}

/// What is open so far, and what was handed over and is nobody's yet.
struct Opening {
    sockets: Vec<Socket>,
    open: Vec<Listener>,
    socket_files: Vec<PathBuf>,
}

impl Opening {
    fn add_named(&mut self, name: &str, listener: &config::Listener) -> Result<()> {
        let name: Arc<str> = name.into();
        let tls = match &listener.tls {
            Some(files) => {
                let tls = ServerTls::load(files).map_err(|error| useless(&name, error))?;
                Some(Arc::new(tls))
            }
            None => None,
        };
        for address in &listener.listen {
            let socket = match take_tcp(&mut self.sockets, *address) {
                Some(socket) => socket,
                None => bind_tcp(*address, &OF_LISTENER)?,
            };
            self.open.push(Listener {
                name: Arc::clone(&name),
                socket: Socket::Tcp(socket),
                tls: tls.clone(),
            });
        }
        if let Some(path) = &listener.unix_socket {
            let socket = match take_unix(&mut self.sockets, path) {
                Some(socket) => socket,
                None => {
                    self.socket_files.push(path.clone());
                    bind_unix(path)?
                }
            };
            self.open.push(Listener {
                name,
                socket: Socket::Unix(socket),
                tls: None,
            });
        }
        Ok(())
    }

    /// The listeners without a name, in whose place stands what was handed over and has none.
    fn add_rest(&mut self, settings: &config::Http) -> Result<()> {
        let (mut has_tcp, mut has_unix) = (false, false);
        for socket in std::mem::take(&mut self.sockets) {
            self.open.push(match socket {
                Socket::Tcp(socket) => {
                    has_tcp = true;
                    Listener::tcp(socket)
                }
                Socket::Unix(socket) => {
                    has_unix = true;
                    Listener::unix(socket)
                }
            });
        }
        if !has_tcp {
            for address in &settings.listen {
                let socket = bind_tcp(*address, &OF_HTTP)?;
                self.open.push(Listener::tcp(socket));
            }
        }
        if !has_unix && let Some(path) = &settings.unix_socket {
            self.open.push(Listener::unix(bind_unix(path)?));
            self.socket_files.push(path.clone());
        }
        Ok(())
    }
}

fn take_tcp(sockets: &mut Vec<Socket>, address: SocketAddr) -> Option<TcpListener> {
    let mut all = sockets.iter();
    let at = all.position(|socket| address_of(socket) == Some(address))?;
    match sockets.swap_remove(at) {
        Socket::Tcp(socket) => Some(socket),
        Socket::Unix(_) => None,
    }
}

fn take_unix(sockets: &mut Vec<Socket>, path: &Path) -> Option<UnixListener> {
    let is_there = |socket: &Socket| path_of(socket).is_some_and(|it| it == path);
    let at = sockets.iter().position(is_there)?;
    match sockets.swap_remove(at) {
        Socket::Unix(socket) => Some(socket),
        Socket::Tcp(_) => None,
    }
}

/// Where a TCP socket listens.
fn address_of(socket: &Socket) -> Option<SocketAddr> {
    match socket {
        Socket::Tcp(socket) => socket.local_addr().ok(),
        Socket::Unix(_) => None,
    }
}

/// Where a unix socket listens.
fn path_of(socket: &Socket) -> Option<PathBuf> {
    match socket {
        Socket::Tcp(_) => None,
        Socket::Unix(socket) => Some(socket.local_addr().ok()?.as_pathname()?.to_owned()),
    }
}

/// Says in one line where everything listens, whoever opened it.
fn log_addresses(open: &[Listener], ident: &[TcpListener]) {
    // A name of one's own is told beside the place.
    let called = |listener: &Listener, place: String| match &*listener.name {
        HTTP | UNIX => place,
        name => format!("{place} ({name})"),
    };
    let (mut tcp, mut unix) = (Vec::new(), Vec::new());
    for listener in open {
        // A socket without an address of its own has nothing to say.
        let address = address_of(&listener.socket);
        tcp.extend(address.map(|it| called(listener, it.to_string())));
        let path = path_of(&listener.socket);
        unix.extend(path.map(|it| called(listener, it.display().to_string())));
    }
    let listed = |places: Vec<String>| (!places.is_empty()).then(|| display(places.join(", ")));
    let ident = ident.iter().filter_map(|socket| socket.local_addr().ok());
    let ident = listed(ident.map(|it| it.to_string()).collect());
    info!(tcp = listed(tcp), unix = listed(unix), ident, "listening");
}

/// What to do where a socket cannot be opened.
struct Hints {
    in_use: &'static str,
    otherwise: &'static str,
}

const OF_HTTP: Hints = Hints {
    in_use: "another program listens there: stop it, or set http.listen",
    otherwise: "set http.listen",
};

const OF_LISTENER: Hints = Hints {
    in_use: "another program listens there: stop it, or set the listener's listen",
    otherwise: "set the listener's listen",
};

const OF_IDENT: Hints = Hints {
    in_use: "another program listens there: stop it, or set ident.listen",
    otherwise: "set ident.listen",
};

fn bind_tcp(address: SocketAddr, hints: &Hints) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => hints.in_use,
            io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need CAP_NET_BIND_SERVICE, or a socket handed over"
            }
            _ => hints.otherwise,
        };
        let error = anyhow::Error::from(error).context(format!("listen on {address}"));
        Hinted::new(error, hint).into()
    })
}
