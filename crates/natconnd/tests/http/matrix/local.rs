//! Connecting to a unix socket as somebody else.

use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::fs::{Gid, Uid};
use rustix::thread::{set_thread_res_gid, set_thread_res_uid};

/// Whether this process may become other users.
pub fn can_be_others() -> bool {
    rustix::process::geteuid().is_root()
}

/// Connects as this user with this first group. Only the connecting thread is somebody
/// else, and it ends.
pub fn connect_as(uid: u32, gid: u32, path: &Path) -> UnixStream {
    let connect = || {
        let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
        set_thread_res_gid(gid, gid, gid).unwrap();
        set_thread_res_uid(uid, uid, uid).unwrap();
        UnixStream::connect(path).unwrap()
    };
    std::thread::scope(|scope| scope.spawn(connect).join().unwrap())
}
