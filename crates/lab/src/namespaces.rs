//! Starting a program in fresh namespaces, as root or as anyone.
//!
//! `unshare` does the work: inside, the program is root of its own user
//! namespace, the first process, and alone on an empty network. When it ends,
//! or whoever started it ends, everything in there ends with it.

use std::path::Path;
use std::process::Command;

use crate::Error;
use crate::command::{command, finish};

/// A user namespace, in which anyone is root, and nobody else is there.
const USER: &[&str] = &["--user", "--map-root-user"];

/// The user namespace that is there already, with all its users.
const KEEP_USERS: &[&str] = &[];

const REST: [&str; 7] = [
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--",
];

/// Everything that a lab needs of the kernel, tried in a second.
const PROBE: &str = "set -e
mount -t tmpfs tmpfs /run
ip link set lo up
ip netns add probe
ip link add inside type bridge
ip link add probe type veth peer name eth0 netns probe
nft add table inet probe
nft 'add chain inet probe nat { type nat hook postrouting priority srcnat; }'
conntrack -L 2>&1
echo 1 > /proc/sys/net/ipv4/ip_forward";

/// Prepares a command that runs a program in fresh namespaces; the caller
/// adds the program and its arguments.
///
/// The program is killed when the calling thread ends. Inside it calls
/// [`settle`] before anything else.
///
/// # Errors
///
/// [`Error::NoNamespaces`] says what this machine lacks, with a hint where
/// there is something to do about it.
pub fn fresh() -> Result<Command, Error> {
    // Where user namespaces are forbidden root does without.
    first_that_works(&[USER, KEEP_USERS])
}

/// The same for a program that needs more users than root, such as an installed
/// system: for root only.
///
/// # Errors
///
/// Those of [`fresh`], and that the caller is not root.
pub fn fresh_with_all_users() -> Result<Command, Error> {
    first_that_works(&[KEEP_USERS])
}

fn first_that_works(ways: &[&[&str]]) -> Result<Command, Error> {
    let mut reasons = Vec::new();
    for first in ways {
        let line = [
            &["setpriv", "--pdeathsig", "KILL", "unshare"],
            *first,
            &REST,
        ]
        .concat();
        match finish(command(&line).args(["sh", "-c", PROBE])) {
            Ok(_) => return Ok(command(&line)),
            Err(Error::Failed { output, .. }) => reasons.push(output.trim().to_owned()),
            Err(error) => reasons.push(format!("{error:?}")),
        }
    }
    // Without a user namespace it fails for everybody but root, which says
    // nothing new.
    let mut reason = reasons.swap_remove(0);
    if let Some(hint) = hint() {
        reason.push_str("\n  hint: ");
        reason.push_str(hint);
    }
    Err(Error::NoNamespaces { reason })
}

/// What an operator can do about missing namespaces.
fn hint() -> Option<&'static str> {
    let setting = |name: &str| {
        std::fs::read_to_string(Path::new("/proc/sys").join(name))
            .map(|value| value.trim().to_owned())
            .ok()
    };
    if setting("kernel/apparmor_restrict_unprivileged_userns").as_deref() == Some("1") {
        return Some(
            "AppArmor keeps user namespaces from ordinary users here; \
             sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 allows them, or run this as root",
        );
    }
    if setting("kernel/unprivileged_userns_clone").as_deref() == Some("0") {
        return Some(
            "user namespaces are for root only here; \
             sysctl -w kernel.unprivileged_userns_clone=1 allows them, or run this as root",
        );
    }
    if Path::new("/.dockerenv").exists() {
        return Some("in a container this needs --privileged");
    }
    None
}

/// Makes fresh namespaces fit for a lab: an empty `/run`, so that `ip netns`
/// can keep its names there, and a loopback interface that is up.
pub fn settle() -> Result<(), Error> {
    finish(&mut command(&["mount", "-t", "tmpfs", "tmpfs", "/run"]))?;
    finish(&mut command(&["ip", "link", "set", "lo", "up"]))?;
    Ok(())
}
