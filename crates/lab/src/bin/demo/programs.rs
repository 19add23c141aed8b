//! The programs that the demo runs.

use std::path::PathBuf;

use crate::fault::Fault;

/// The system's programs that the demo needs.
const NEEDED: [&str; 7] = [
    "unshare",
    "setpriv",
    "ip",
    "nft",
    "conntrack",
    "nginx",
    "curl",
];

/// Says which of the system's programs are missing.
pub fn require_system() -> Result<(), Fault> {
    let missing: Vec<_> = NEEDED
        .into_iter()
        .filter(|program| !is_installed(program))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(
        Fault::new(format!("look for programs: no {}", missing.join(", ")))
            .hint("\"make demo\" installs them on Debian and Ubuntu"),
    )
}

fn is_installed(program: &str) -> bool {
    lab::command(&["sh", "-c", "command -v \"$0\" >/dev/null", program])
        .status()
        .is_ok_and(|status| status.success())
}

/// Finds one of natconnd's own programs, which cargo puts beside this one.
pub fn beside_this(name: &str) -> Result<PathBuf, Fault> {
    let path = std::env::current_exe()
        .map_err(|cause| Fault::system("look for this program's folder", cause))?
        .with_file_name(name);
    if path.is_file() {
        return Ok(path);
    }
    Err(Fault::new(format!(
        "look for {}: there is no such file",
        path.display()
    ))
    .hint("\"make build\" makes it"))
}
