//! natconnd as a reader, and as the server whose lookups are measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::gateway::Gateway;
use crate::http::Client;
use crate::past::place::Place;
use crate::process::{self, Process};
use crate::reader::{Counted, Reader, Running};

/// Where natconnd listens, in the gateway's namespace.
const PORT: u16 = 8080;

/// natconnd as a package would install it.
pub struct Natconnd {
    program: PathBuf,
}

/// natconnd that records what ends.
pub struct Recording<'a> {
    natconnd: &'a Natconnd,
    place: &'a Place,
}

impl Natconnd {
    /// The same, recording at a place.
    pub fn recording<'a>(&'a self, place: &'a Place) -> Recording<'a> {
        Recording {
            natconnd: self,
            place,
        }
    }
}

impl Reader for Recording<'_> {
    fn name(&self) -> &str {
        "natconnd, history on"
    }

    fn start(&self, gateway: &Gateway, folder: &Path) -> Result<Box<dyn Running>> {
        let history = self.place.fresh("events")?;
        let lines = format!("[history]\nfolder = \"{}\"\n", history.display());
        Ok(Box::new(
            self.natconnd.launch_with(gateway, folder, &lines)?,
        ))
    }
}

impl Natconnd {
    /// Builds natconnd, unless `NATCONND_BIN` names a binary.
    pub fn build() -> Result<Self> {
        if let Some(program) = std::env::var_os("NATCONND_BIN") {
            return Ok(Self {
                program: program.into(),
            });
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let status = Command::new("cargo")
            .args(["build", "--release", "-p", "natconnd", "--manifest-path"])
            .arg(root.join("Cargo.toml"))
            .status()
            .context("run cargo")?;
        anyhow::ensure!(
            status.success(),
            "build natconnd: cargo ended with {status}"
        );
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
        Ok(Self {
            program: target.join("release/natconnd"),
        })
    }

    /// Its version line.
    pub fn version(&self) -> Result<String> {
        let program = self.program.display();
        let output = Command::new(&self.program)
            .arg("--version")
            .output()
            .with_context(|| format!("run {program}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Starts it and waits until it is ready.
    pub fn launch(&self, gateway: &Gateway, folder: &Path) -> Result<Daemon> {
        self.launch_with(gateway, folder, "")
    }

    /// The same, with these lines of configuration after the section `[http]`.
    pub fn launch_with(&self, gateway: &Gateway, folder: &Path, lines: &str) -> Result<Daemon> {
        let socket = folder.join("natconnd.sock");
        let configuration = folder.join("natconnd.toml");
        let text = format!(
            "[http]\nlisten = [\"127.0.0.1:{PORT}\"]\nunix-socket = \"{}\"\n{lines}",
            socket.display()
        );
        fs::write(&configuration, text)
            .with_context(|| format!("write {}", configuration.display()))?;
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(&configuration);
        let place = gateway.namespace();
        let start = Instant::now();
        let process = Process::start(self.name(), &mut command, place, process::CORE, folder)?;
        let mut daemon = Daemon {
            process,
            socket,
            time_to_ready: Duration::ZERO,
        };
        let socket = daemon.socket.clone();
        daemon.process.wait_until(Duration::from_secs(120), |_| {
            // The socket appears some time after the process.
            Ok(read_status(&socket).is_ok_and(|status| status.ready))
        })?;
        daemon.time_to_ready = start.elapsed();
        Ok(daemon)
    }
}

impl Reader for Natconnd {
    fn name(&self) -> &str {
        "natconnd"
    }

    fn start(&self, gateway: &Gateway, folder: &Path) -> Result<Box<dyn Running>> {
        Ok(Box::new(self.launch(gateway, folder)?))
    }
}

/// A natconnd that is ready.
pub struct Daemon {
    process: Process,
    socket: PathBuf,
    time_to_ready: Duration,
}

impl Daemon {
    /// Time from its start until it said that it is ready.
    pub fn time_to_ready(&self) -> Duration {
        self.time_to_ready
    }

    /// The TCP port of its HTTP interface.
    pub fn port(&self) -> u16 {
        PORT
    }

    /// Its unix socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The value of one of its metrics, without labels.
    pub fn metric(&self, name: &str) -> Result<f64> {
        let response = Client::connect_unix(&self.socket)?.get("/metrics")?;
        let text = String::from_utf8_lossy(&response.body);
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
            .with_context(|| format!("read natconnd's metrics: no {name}"))
    }

    /// What it says about itself.
    pub fn status(&self) -> Result<Status> {
        read_status(&self.socket)
    }
}

impl Running for Daemon {
    fn process(&self) -> &Process {
        &self.process
    }

    fn finish(self: Box<Self>) -> Result<Counted> {
        let status = self.status()?;
        self.process.stop()?;
        Ok(Counted {
            events: status.events,
            overruns: Some(status.lost),
        })
    }
}

/// What natconnd says about itself, as far as the benchmark needs it.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// Whether the kernel's table has been read to the end.
    pub ready: bool,
    /// Events read from the kernel.
    pub events: u64,
    /// How often the kernel dropped events.
    pub lost: u64,
    /// Live connections with a translation.
    pub connections: u64,
}

fn read_status(socket: &Path) -> Result<Status> {
    let response = Client::connect_unix(socket)?.get("/api/v1/status")?;
    let body: Value = serde_json::from_slice(&response.body).context("read natconnd's status")?;
    let number = |field: &str| {
        body[field]
            .as_u64()
            .with_context(|| format!("read natconnd's status: no {field} in {body}"))
    };
    Ok(Status {
        ready: body["ready"]
            .as_bool()
            .context("read natconnd's status: no ready")?,
        events: number("events")?,
        lost: number("lost")?,
        connections: number("connections")?,
    })
}
