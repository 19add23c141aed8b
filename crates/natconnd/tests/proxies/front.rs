//! A proxy that runs, and the files that are shipped for it.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::Lab;

use crate::process::{Process, eventually};

/// The port for HTTP/1.1.
pub const HTTP: u16 = 80;
/// The port for TLS, with HTTP/2.
pub const HTTPS: u16 = 443;
/// Where the proxies write what they have served.
pub const ACCESS_LOG: &str = "/run/access.log";

/// A proxy that answers.
pub struct Front {
    _process: Process,
    /// What stands between it and the clients.
    _balancer: Option<Process>,
}

impl Front {
    /// Starts it beyond the NAT and waits until it listens there.
    pub fn start(lab: &Lab, command: &mut Command, endpoints: &[SocketAddr]) -> Self {
        let process = start(lab, command, endpoints);
        Self {
            _process: process,
            _balancer: None,
        }
    }

    /// It stands behind another proxy.
    pub fn behind(self, balancer: Process) -> Self {
        let _balancer = Some(balancer);
        Self { _balancer, ..self }
    }

    /// The line of the access log about this path.
    pub fn access_log(&self, path: &str) -> String {
        eventually(|| {
            let log = fs::read_to_string(ACCESS_LOG).unwrap_or_default();
            let line = log.lines().find(|line| line.contains(path));
            line.map(str::to_owned)
                .ok_or_else(|| format!("{path} is not in:\n{log}"))
        })
    }
}

/// Starts a program beyond the NAT and waits until it listens there.
pub fn start(lab: &Lab, command: &mut Command, endpoints: &[SocketAddr]) -> Process {
    let mut process = Process::start_on(lab.outside(), command);
    eventually(|| {
        assert!(process.is_running(), "it ended:\n{}", process.log());
        endpoints.iter().try_for_each(|endpoint| {
            let connect = || TcpStream::connect(endpoint);
            let connected = lab.outside().enter(connect).unwrap();
            connected.map(drop).map_err(|error| error.to_string())
        })
    });
    process
}

/// How long a proxy waits for natconnd.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// As shipped: a quarter of a second.
    Shipped,
    /// So long that a machine that is busy with other things is none the matter.
    Long,
}

/// Puts a shipped file where a configuration can include it: with natconnd's address
/// as it is in these tests, and perhaps with more patience, else as it is.
pub fn install(name: &str, patience: Patience) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/proxies");
    let text = fs::read_to_string(folder.join(name)).unwrap();
    let mut text = text.replace("127.0.0.1:8080", crate::site::NATCONND);
    if patience == Patience::Long {
        text = patient(&text);
    }
    let path = Path::new("/run").join(Path::new(name).file_name().unwrap());
    fs::write(&path, text).unwrap();
    path
}

/// The same with ten seconds in place of every limit in milliseconds.
fn patient(text: &str) -> String {
    let is_limit = |word: &str| {
        let number = word.strip_suffix("ms").unwrap_or_default();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let lines = text.split_inclusive('\n').map(|line| {
        let words = line.split_inclusive([' ', ';', '\n']).map(|word| {
            let bare = word.trim_end_matches([' ', ';', '\n']);
            if is_limit(bare) {
                word.replace(bare, "10s")
            } else {
                word.to_owned()
            }
        });
        words.collect::<String>()
    });
    lines.collect()
}

/// Whether these programs are there. Where they are not, and may be missing, says so.
pub fn has(test: &str, programs: &[&str]) -> bool {
    let is_missing = |program: &&&str| {
        let found = lab::command(&["sh", "-c", "command -v \"$0\" >/dev/null", program]).status();
        !found.unwrap().success()
    };
    let missing: Vec<_> = programs.iter().filter(is_missing).collect();
    let is_required = std::env::var("NATCONND_REQUIRE_PROXY_TESTS").is_ok_and(|value| value == "1");
    assert!(
        missing.is_empty() || !is_required,
        "{test} needs {missing:?}"
    );
    if !missing.is_empty() {
        use std::io::Write as _;
        // As `lab` does: the runner hides what a passed test prints.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: {test}: there is no {missing:?}"
        );
    }
    missing.is_empty()
}
