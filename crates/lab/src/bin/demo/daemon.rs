//! natconnd on the gateway, started as systemd starts it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use lab::{Lab, Running};

use crate::fault::Fault;
use crate::{folder, inside, programs};

/// The unix socket for the `natconn` command, in the demo's folder.
pub fn socket(folder: &Path) -> PathBuf {
    folder.join("natconnd.sock")
}

/// The configuration file, in the demo's folder.
pub fn config(folder: &Path) -> PathBuf {
    folder.join("natconnd.toml")
}

/// What natconnd writes, in the demo's folder.
fn log(folder: &Path) -> PathBuf {
    folder.join("natconnd.log")
}

/// Hands the listening socket over as `sd_listen_fds(3)` describes: as file
/// descriptor 3, to a process that is told its own id. The socket came here as
/// standard input, the one descriptor that goes through every program between.
const HAND_OVER: &str = r#"
exec 3<&0 </dev/null
export LISTEN_FDS=1 LISTEN_FDNAMES=http LISTEN_PID=$$
exec "$0" --config "$1"
"#;

/// Starts natconnd with the listening socket that is this process's standard
/// input, and waits until it is there for questions.
pub fn start(lab: &Lab, folder: &Path, port: u16) -> Result<Running, Fault> {
    let program = programs::beside_this("natconnd")?;
    let socket = socket(folder);
    let config = config(folder);
    folder::write(
        &config,
        &format!(
            "[http]\n\
             # In the demo this socket is handed over, as by a systemd socket unit.\n\
             listen = [\"127.0.0.1:{port}\"]\n\
             unix-socket = \"{}\"\n\
             allow = [\"127.0.0.0/8\", \"::1/128\"]\n",
            socket.display()
        ),
    )?;
    let path = log(folder);
    let cannot_log = |cause| Fault::system(format!("write {}", path.display()), cause);
    let file = File::create(&path).map_err(cannot_log)?;
    let mut command = lab::command(&["sh", "-c", HAND_OVER]);
    command
        .arg(program)
        .arg(config)
        .stdin(Stdio::inherit())
        .stdout(file.try_clone().map_err(cannot_log)?)
        .stderr(file);
    let mut natconnd = lab.gateway().spawn_command(&mut command)?;
    inside::wait_until(&mut natconnd, "natconnd", &path, || socket.exists())?;
    Ok(natconnd)
}

/// Says that natconnd has ended, if it has.
pub fn check(natconnd: &mut Running, folder: &Path) -> Result<(), Fault> {
    inside::check(natconnd, "natconnd", &log(folder))
}
