//! Running a program as a systemd unit would, without systemd: the same user, capabilities and
//! system call filter, read from the unit's file.
//!
//! [`line`] begins the command line of a program that is to run so. It goes through
//! `setpriv`, and through a test binary that calls [`enter`], because a filter is for whoever asks
//! for it. `file` reads the unit, `calls` asks systemd for its sets of system calls, `filters` makes
//! of both what the kernel takes.
//!
//! Left out: what a unit does with mounts and control groups. What a directive would do that is
//! not known here is an error, so that nothing is left out unseen.

mod calls;
mod file;
mod filters;

use std::path::Path;

use crate::Error;
use file::Unit;

/// The user and group that a unit's user becomes, where there are users.
pub const USER: u32 = 990;

/// The words before a program that shall run as this unit says, and in them the test binary
/// that calls [`enter`] in its test `runner`.
///
/// Without root a user namespace has one user, who stays.
///
/// # Errors
///
/// The unit cannot be read, or has what is not known here.
pub fn line(unit: &Path, binary: &Path, runner: &str) -> Result<Vec<String>, Error> {
    let unit_file = Unit::read(unit)?;
    let mut line = vec!["setpriv".to_owned()];
    if has_users() {
        line.extend([
            format!("--reuid={USER}"),
            format!("--regid={USER}"),
            "--clear-groups".to_owned(),
        ]);
    }
    line.extend(unit_file.privileges());
    let binary = binary.display().to_string();
    line.extend(
        [
            binary.as_str(),
            "--exact",
            runner,
            "--nocapture",
            "--test-threads=1",
            "--",
        ]
        .map(str::to_owned),
    );
    Ok(line)
}

/// Whether there is a user beside root in this user namespace.
pub fn has_users() -> bool {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.lines().any(|line| {
        let numbers = line.split_whitespace().map(|it| it.parse().unwrap_or(0));
        let [first, _, count] = numbers.collect::<Vec<u64>>()[..] else {
            return false;
        };
        (first..first.saturating_add(count)).contains(&u64::from(USER))
    })
}

/// Takes upon the calling thread the unit's mask of file modes and its filters of system calls,
/// for good and for whatever it executes.
///
/// # Errors
///
/// The unit cannot be read, has what is not known here, or the kernel does not take a filter.
pub fn enter(unit: &Path) -> Result<(), Error> {
    let unit_file = Unit::read(unit)?;
    rustix::process::umask(unit_file.mask()?);
    for filter in unit_file.filters()? {
        filter.apply()?;
    }
    Ok(())
}
