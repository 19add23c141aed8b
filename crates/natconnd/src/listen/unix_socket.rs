//! Unix sockets, in place of those that a dead daemon left behind.

use std::fs::{self, FileType, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use anyhow::Result;

use crate::hint::Hinted;

/// Owner and group may ask.
const SOCKET_MODE: u32 = 0o660;

/// Binds a unix socket, in place of one that a dead daemon left behind.
pub(super) fn bind_unix(path: &Path) -> Result<UnixListener> {
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
    use std::path::PathBuf;

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
