//! Handing the event socket and the table to the process after this one.
//!
//! The kernel goes on queueing events into the socket while nobody reads, so a
//! restart that keeps it open loses nothing. What the kernel does not tell again,
//! such as what has ended, travels beside it in a file in memory. systemd keeps
//! both in its file descriptor store, and the new process finds them among the descriptors of
//! `LISTEN_FDS`. Without systemd, SIGUSR2 makes natconnd execute itself anew, with them as
//! standard input and output.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use ctnetlink::EventQueue;
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::net::AddressFamily;
use rustix::net::sockopt::socket_domain;
use rustix::stdio::{dup2_stdin, dup2_stdout};
use sd_notify::NotifyState;
use tracing::warn;

/// What the process before this one has handed over.
#[derive(Debug, Default)]
pub struct HandedOver {
    /// Its event socket, and all that waits in it.
    pub events: Option<OwnedFd>,
    /// The file that its table was written to.
    pub table: Option<File>,
}

/// The socket's name in systemd's store.
const SOCKET: &str = "natconnd-events";

/// The table's name in systemd's store, and that of its file.
const TABLE: &str = "natconnd-table";

/// Names the process, itself, to which natconnd has handed over by standard input and output.
const BY_STDIO: &str = "NATCONND_HAND_OVER";

/// Gives an event socket to systemd, in place of one given before: a socket
/// that nobody reads would fill up, and the kernel keep what does not fit.
///
/// Does nothing where there is no systemd.
pub fn store(queue: &EventQueue) {
    // Of the process before this one, and read by now.
    forget(TABLE);
    forget(SOCKET);
    keep(SOCKET, queue.as_fd());
}

/// Gives a table to systemd, to be taken over after a restart.
///
/// Does nothing where there is no systemd.
pub fn store_table(table: &File) {
    keep(TABLE, table.as_fd());
}

/// Whether there is a systemd that keeps descriptors over a restart.
pub fn has_store() -> bool {
    // Said by systemd 254 and newer; an older one says nothing, and may keep them.
    let kept = std::env::var("FDSTORE").ok();
    std::env::var_os("NOTIFY_SOCKET").is_some() && kept.is_none_or(|number| number != "0")
}

fn keep(name: &str, descriptor: BorrowedFd<'_>) {
    let states = [NotifyState::FdStore, NotifyState::FdName(name)];
    if let Err(error) = sd_notify::notify_with_fds(&states, &[descriptor]) {
        warn!(%error, name, "descriptor could not be stored; a restart will be a gap");
    }
}

fn forget(name: &str) {
    let states = [NotifyState::FdStoreRemove, NotifyState::FdName(name)];
    if let Err(error) = sd_notify::notify(&states) {
        warn!(%error, name, "stored descriptor could not be removed");
    }
}

/// A file in memory that holds what `write` writes into it.
///
/// # Errors
///
/// There is no memory left for it.
pub fn file_of(write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>) -> io::Result<File> {
    let file = File::from(memfd_create(TABLE, MemfdFlags::CLOEXEC)?);
    write(&mut BufWriter::with_capacity(1 << 20, &file))?;
    Ok(file)
}

/// Whether descriptor `number` of this process is the file of a table.
pub fn is_table(number: usize) -> bool {
    let target = fs::read_link(path_of(number)).unwrap_or_default();
    let name = target.to_str().and_then(|it| it.strip_prefix("/memfd:"));
    name.is_some_and(|name| name.starts_with(TABLE))
}

/// Opens the file of a table anew: it is read from its beginning, whoever wrote
/// it to its end. `None` where it cannot be opened, which only costs a dump.
pub fn open_table(number: usize) -> Option<File> {
    File::options()
        .read(true)
        .write(true)
        .open(path_of(number))
        .inspect_err(|error| warn!(%error, "the handed over table could not be opened"))
        .ok()
}

fn path_of(number: usize) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{number}"))
}

/// Becomes a new natconnd with the same arguments, this event socket and this
/// table, and with more in its environment; returns only where that cannot be.
pub fn execute_anew(
    socket: OwnedFd,
    table: File,
    environment: Option<(&str, String)>,
) -> io::Error {
    // Descriptors above 2 are closed by exec, so the two travel as standard input and
    // output. A shell could move them to where LISTEN_FDS wants them, but natconnd is not
    // allowed to execute any.
    match program() {
        Ok(program) => Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(BY_STDIO, std::process::id().to_string())
            .envs(environment)
            .stdin(socket)
            .stdout(table)
            .exec(),
        Err(error) => error,
    }
}

/// Takes over what the process before this one has made its standard input and output, where
/// it has; from then on they are what they are for a daemon without.
///
/// # Errors
///
/// What is there is no event socket, or a descriptor cannot be had.
pub fn take_from_stdio() -> io::Result<HandedOver> {
    let addressee = std::env::var(BY_STDIO).ok();
    if addressee != Some(std::process::id().to_string()) {
        return Ok(HandedOver::default());
    }
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    if socket_domain(&socket)? != AddressFamily::NETLINK {
        return Err(io::Error::other("standard input is no event socket"));
    }
    let table = is_table(1).then(|| open_table(1)).flatten();
    dup2_stdin(File::open("/dev/null")?)?;
    // Nothing is written there.
    dup2_stdout(io::stderr())?;
    Ok(HandedOver {
        events: Some(socket),
        table,
    })
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
