//! Handing the event socket to the process after this one.
//!
//! The kernel goes on queueing events into the socket while nobody reads, so a
//! restart that keeps it open loses nothing. systemd keeps it in its file
//! descriptor store; without systemd, SIGUSR2 makes natconnd execute itself
//! anew with it. Either way the new process finds it among the descriptors of
//! `LISTEN_FDS`.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use ctnetlink::EventQueue;
use sd_notify::NotifyState;
use tracing::warn;

/// The socket's name in systemd's store.
const NAME: &str = "natconnd-events";

/// Gives an event socket to systemd, in place of one given before: a socket
/// that nobody reads would fill up, and the kernel keep what does not fit.
///
/// Does nothing where there is no systemd.
pub fn store(queue: &EventQueue) {
    let stored = sd_notify::notify(&[NotifyState::FdStoreRemove, NotifyState::FdName(NAME)])
        .and_then(|()| {
            let states = [NotifyState::FdStore, NotifyState::FdName(NAME)];
            sd_notify::notify_with_fds(&states, &[queue.as_fd()])
        });
    if let Err(error) = stored {
        warn!(%error, "event socket could not be stored; a restart will be a gap");
    }
}

/// Becomes a new natconnd with the same arguments and this event socket; returns
/// only where that cannot be.
pub fn execute_anew(socket: OwnedFd) -> io::Error {
    // Descriptors above 2 are closed by exec, so the socket travels as standard
    // input and is moved to where the protocol of LISTEN_FDS wants it.
    const MOVE: &str = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"";
    match program() {
        Ok(program) => Command::new("sh")
            .args(["-c", MOVE, "sh"])
            .arg(program)
            .args(std::env::args_os().skip(1))
            .stdin(socket)
            .exec(),
        Err(error) => error,
    }
}

/// This program's file, or the one that has replaced it.
fn program() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    let name = path.as_os_str().to_string_lossy();
    Ok(match name.strip_suffix(" (deleted)") {
        Some(replaced) => PathBuf::from(OsString::from(replaced)),
        None => path,
    })
}
