//! Listening sockets: handed over by a supervisor, or opened here.

use std::fs::{self, FileType, Permissions};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use listenfd::ListenFd;
use rustix::net::{AddressFamily, SocketType};
use tracing::field::display;
use tracing::info;

use crate::config::Http;
use crate::handover::{self, HandedOver};
use crate::hint::Hinted;
use crate::http::Listener;

/// Owner and group may ask.
const SOCKET_MODE: u32 = 0o660;

/// The sockets to serve.
pub struct Listeners {
    /// Those of the HTTP face, in no order.
    pub open: Vec<Listener>,
    /// Those of the ident face.
    pub ident: Vec<TcpListener>,
    /// The file of a unix socket that was made here, to be removed at the end.
    pub socket_file: Option<PathBuf>,
    /// What the process before this one has handed over beside them.
    pub handed_over: HandedOver,
}

impl Listeners {
    /// The addresses at which TCP connections are accepted, whoever opened them.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let addresses = self.open.iter().filter_map(|socket| match socket {
            Listener::Tcp(socket) => socket.local_addr().ok(),
            Listener::Unix(_) => None,
        });
        addresses.collect()
    }
}

/// Takes over what a supervisor hands over (`LISTEN_FDS`), and opens what is
/// left of the configuration.
///
/// Handed-over TCP sockets stand in place of `listen`, a handed-over unix socket
/// in place of `unix-socket`. A TCP socket that is bound where the ident face shall listen
/// is that one's.
///
/// # Errors
///
/// An address is in use or not this machine's, or something is in the unix
/// socket's place that is not natconnd's to remove.
pub fn open(settings: &Http, ident: &[SocketAddr]) -> Result<Listeners> {
    let Taken {
        listeners,
        handed_over,
    } = take()?;
    let (taken, mut open): (Vec<_>, Vec<_>) = listeners
        .into_iter()
        .partition(|socket| address_of(socket).is_some_and(|it| ident.contains(&it)));
    let is_taken = |address: &SocketAddr| taken.iter().any(|it| address_of(it) == Some(*address));
    let missing = ident.iter().filter(|address| !is_taken(address));
    let opened: Vec<TcpListener> = missing
        .map(|address| bind_tcp(*address, &OF_IDENT))
        .collect::<Result<_>>()?;
    let taken = taken.into_iter().filter_map(|socket| match socket {
        Listener::Tcp(socket) => Some(socket),
        Listener::Unix(_) => None,
    });
    let ident: Vec<TcpListener> = taken.chain(opened).collect();
    let mut socket_file = None;
    if !open.iter().any(|socket| matches!(socket, Listener::Tcp(_))) {
        for address in &settings.listen {
            open.push(Listener::Tcp(bind_tcp(*address, &OF_HTTP)?));
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
    log_addresses(&open, &ident);
    Ok(Listeners {
        open,
        ident,
        socket_file,
        handed_over,
    })
}

/// Where a TCP socket listens.
fn address_of(socket: &Listener) -> Option<SocketAddr> {
    match socket {
        Listener::Tcp(socket) => socket.local_addr().ok(),
        Listener::Unix(_) => None,
    }
}

/// Says in one line where everything listens, whoever opened it.
fn log_addresses(open: &[Listener], ident: &[TcpListener]) {
    let (mut tcp, mut unix) = (Vec::new(), Vec::new());
    for socket in open {
        // A socket without an address of its own has nothing to say.
        match socket {
            Listener::Tcp(socket) => tcp.extend(socket.local_addr().map(|it| it.to_string())),
            Listener::Unix(socket) => {
                let address = socket.local_addr().ok();
                let path = address.as_ref().and_then(|it| it.as_pathname());
                unix.extend(path.map(|path| path.display().to_string()));
            }
        }
    }
    let listed = |places: Vec<String>| (!places.is_empty()).then(|| display(places.join(", ")));
    let ident = ident.iter().filter_map(|socket| socket.local_addr().ok());
    let ident = listed(ident.map(|it| it.to_string()).collect());
    info!(tcp = listed(tcp), unix = listed(unix), ident, "listening");
}

/// What stood in `LISTEN_FDS`.
#[derive(Default)]
struct Taken {
    listeners: Vec<Listener>,
    handed_over: HandedOver,
}

fn take() -> Result<Taken> {
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
            taken.listeners.extend(socket.map(Listener::Tcp));
        } else if let Ok(socket) = sockets.take_unix_listener(number) {
            taken.listeners.extend(socket.map(Listener::Unix));
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
    if !taken.listeners.is_empty() {
        info!(
            sockets = taken.listeners.len(),
            "took over listening sockets"
        );
    }
    Ok(taken)
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

/// Binds a unix socket, in place of one that a dead daemon left behind.
fn bind_unix(path: &Path) -> Result<UnixListener> {
    let doing = || format!("listen on unix socket {}", path.display());
    let refused = |error| not_allowed(error, doing());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(refused)?;
    }
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            remove_dead_socket(path).map_err(|error| in_the_way(error, &doing()))?;
            UnixListener::bind(path)
        }
        result => result,
    }
    .map_err(refused)?;
    fs::set_permissions(path, Permissions::from_mode(SOCKET_MODE)).map_err(refused)?;
    Ok(listener)
}

/// Adds what was done, and a hint where the system does not let this user.
fn not_allowed(error: io::Error, doing: String) -> anyhow::Error {
    let kind = error.kind();
    let error = anyhow::Error::from(error).context(doing);
    match kind {
        io::ErrorKind::PermissionDenied => {
            Hinted::new(error, "start it as root, or set http.unix-socket").into()
        }
        _ => error,
    }
}

/// Why a file stays where the unix socket shall be.
#[derive(Debug, thiserror::Error)]
enum InTheWay {
    #[error("another natconnd answers there")]
    Alive,
    #[error("found a {0}, expected a socket or nothing")]
    NoSocket(&'static str),
    #[error("found a socket that cannot be tried: {0}")]
    Unclear(io::Error),
    #[error("look at what is there: {0}")]
    Unseen(io::Error),
    #[error("remove the socket that nobody listens on: {0}")]
    Kept(io::Error),
}

/// Removes a socket that nobody listens on any more, and nothing else: the
/// path may be a slip of the pen, and name somebody's file.
fn remove_dead_socket(path: &Path) -> Result<(), InTheWay> {
    let found = fs::symlink_metadata(path)
        .map_err(InTheWay::Unseen)?
        .file_type();
    if !found.is_socket() {
        return Err(InTheWay::NoSocket(name_of(found)));
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(InTheWay::Alive),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(InTheWay::Kept)
        }
        Err(error) => Err(InTheWay::Unclear(error)),
    }
}

fn name_of(file_type: FileType) -> &'static str {
    if file_type.is_file() {
        "regular file"
    } else if file_type.is_dir() {
        "directory"
    } else if file_type.is_symlink() {
        "symbolic link"
    } else if file_type.is_fifo() {
        "named pipe"
    } else {
        "device"
    }
}

fn in_the_way(error: InTheWay, doing: &str) -> Hinted {
    let hint = match &error {
        InTheWay::Alive => "stop it, or set http.unix-socket",
        InTheWay::NoSocket(_) => "set http.unix-socket to a path of its own, or move that away",
        InTheWay::Unclear(_) | InTheWay::Unseen(_) | InTheWay::Kept(_) => {
            "remove it if no other program uses it, or set http.unix-socket"
        }
    };
    Hinted::new(anyhow::Error::from(error).context(doing.to_owned()), hint)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::*;

    /// A folder that is empty now, for the test of this name.
    fn folder(test: &str) -> PathBuf {
        let name = format!("natconnd-listen-{}-{test}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// The error's first line and its hint.
    fn refusal(path: &Path) -> (String, String) {
        let error = bind_unix(path).unwrap_err().to_string();
        let (error, hint) = error.split_once("\n  hint: ").expect("a hint");
        (error.to_owned(), hint.to_owned())
    }

    #[test]
    fn a_dead_socket_is_replaced() {
        let folder = folder("dead");
        let path = folder.join("natconnd.sock");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let _listener = bind_unix(&path).unwrap();
        assert!(UnixStream::connect(&path).is_ok());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, SOCKET_MODE);
        fs::remove_dir_all(folder).unwrap();
    }

    /// EPERM and EACCES; root, who runs the tests, gets neither in any folder
    /// that every machine has.
    #[test]
    fn who_may_not_listen_is_told_what_to_do() {
        for number in [1, 13] {
            let system = io::Error::from_raw_os_error(number);
            let error = not_allowed(system, "listen".to_owned()).to_string();
            assert!(
                error.ends_with("\n  hint: start it as root, or set http.unix-socket"),
                "{error}"
            );
        }
        let other = not_allowed(io::Error::from_raw_os_error(2), "listen".to_owned());
        assert!(!other.to_string().contains("hint"), "{other}");
    }

    #[test]
    fn a_socket_in_use_stays() {
        let folder = folder("alive");
        let path = folder.join("natconnd.sock");
        let _other = UnixListener::bind(&path).unwrap();
        let (error, hint) = refusal(&path);
        assert!(hint.contains("set http.unix-socket"), "{hint}");
        let expected = format!(
            "listen on unix socket {}: another natconnd answers there",
            path.display()
        );
        assert_eq!(error, expected);
        assert!(UnixStream::connect(&path).is_ok());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_socket_stays_and_is_named() {
        let folder = folder("files");
        let file = folder.join("regular");
        fs::write(&file, "precious").unwrap();
        // What the link points to could be removed; the link is not ours.
        let socket = folder.join("socket");
        drop(UnixListener::bind(&socket).unwrap());
        let link = folder.join("link");
        std::os::unix::fs::symlink(&socket, &link).unwrap();
        let below = folder.join("below");
        fs::create_dir(&below).unwrap();
        for (path, what) in [
            (&file, "regular file"),
            (&link, "symbolic link"),
            (&below, "directory"),
        ] {
            let (error, hint) = refusal(path);
            let expected = format!(
                "listen on unix socket {}: found a {what}, expected a socket or nothing",
                path.display()
            );
            assert_eq!(error, expected);
            assert!(hint.contains("http.unix-socket"), "{hint}");
            assert!(fs::symlink_metadata(path).is_ok(), "{what} is gone");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_socket_that_cannot_be_tried_stays() {
        let folder = folder("datagrams");
        let path = folder.join("natconnd.sock");
        let _other = UnixDatagram::bind(&path).unwrap();
        let (error, hint) = refusal(&path);
        assert!(error.contains(path.to_str().unwrap()), "{error}");
        assert!(error.contains("found a socket"), "{error}");
        assert!(error.contains("wrong type for socket"), "{error}");
        assert!(hint.contains("http.unix-socket"), "{hint}");
        assert!(path.exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
