//! `natconnd` on the gateway, and questions to it.

use std::fs;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU16, Ordering};

use lab::Lab;
use natconnd::api::{LookupAnswer, Page, Row, Status};

use super::client::{Reply, get, try_get};
use super::confined::confined;
use super::process::{Process, eventually};

/// The daemon, ready.
pub struct Daemon {
    process: Process,
    /// Where it answers.
    pub address: SocketAddr,
    /// Its configuration file.
    pub file: String,
    /// Its unix socket.
    pub socket: String,
}

impl Daemon {
    /// Starts it with these lines of configuration after the `[http]` section,
    /// which begins with a port and a unix socket of its own.
    pub fn start(lab: &Lab, config: &str) -> Self {
        let started = Self::starting(lab, config);
        started.await_ready();
        started
    }

    /// Like [`start`](Self::start), without waiting until it is ready.
    pub fn starting(lab: &Lab, config: &str) -> Self {
        let (address, file, socket) = configure(config);
        let process = Process::start(lab, natconnd().args(["--config", &file]));
        Self {
            process,
            address,
            file,
            socket,
        }
    }

    /// Takes a daemon that was started in another way.
    pub fn of_process(process: Process, address: SocketAddr) -> Self {
        let started = Self {
            process,
            address,
            file: String::new(),
            socket: String::new(),
        };
        started.await_ready();
        started
    }

    /// Waits until it has read the kernel's table.
    pub fn await_ready(&self) {
        eventually(|| match try_get(self.address, "/healthz") {
            Ok(reply) if reply.status == 200 => Ok(()),
            Ok(reply) => Err(format!("{reply:?}")),
            Err(error) => Err(format!("{error}; it wrote:\n{}", self.log())),
        });
    }

    /// Writes its file with these lines, after the listener and socket that it
    /// has, and has it read them.
    pub fn change(&mut self, lines: &str) {
        let Self {
            address, socket, ..
        } = self;
        let text = format!("[http]\nlisten = [\"{address}\"]\nunix-socket = \"{socket}\"\n{lines}");
        fs::write(&self.file, text).unwrap();
        self.signal("HUP");
    }

    /// Gets `target`.
    pub fn get(&self, target: &str) -> Reply {
        get(self.address, target)
    }

    /// The answer to a lookup with these parameters.
    pub fn lookup(&self, query: &str) -> LookupAnswer {
        self.get(&format!("/api/v1/lookup?limit=10000&{query}"))
            .json()
    }

    /// All pages of the list with these parameters, each of few rows, so that
    /// a test has several of them.
    pub fn list(&self, query: &str) -> Vec<Row> {
        self.pages(query, 3)
    }

    /// All pages of the list, each of at most `limit` rows.
    pub fn pages(&self, query: &str, limit: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let target = format!("/api/v1/connections?limit={limit}&{query}{cursor}");
            let page: Page = self.get(&target).json();
            assert!(page.connections.len() <= limit, "{target}");
            rows.extend(page.connections);
            match page.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }

    /// What it says about itself.
    pub fn status(&self) -> Status {
        self.get("/api/v1/status").json()
    }

    /// The same, of a daemon that may not be there.
    pub fn try_status(&self) -> std::io::Result<Status> {
        let reply = try_get(self.address, "/api/v1/status")?;
        serde_json::from_slice(reply.body.as_ref()).map_err(std::io::Error::other)
    }

    /// Runs `natconn` with these arguments against its unix socket.
    pub fn natconn(&self, arguments: &[&str]) -> Output {
        self.natconn_command(arguments).output().unwrap()
    }

    /// `natconn` with these arguments against its unix socket.
    pub fn natconn_command(&self, arguments: &[&str]) -> Command {
        let mut command = lab::command(&[env!("CARGO_BIN_EXE_natconn")]);
        command.args(arguments).env("NATCONN_SOCKET", &self.socket);
        command
    }
}

impl Deref for Daemon {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl DerefMut for Daemon {
    fn deref_mut(&mut self) -> &mut Process {
        &mut self.process
    }
}

/// The command as its unit runs it, with nothing of a supervisor in its environment.
pub fn natconnd() -> Command {
    natconnd_behind(&[])
}

/// The same behind these words.
pub fn natconnd_behind(words: &[&str]) -> Command {
    let mut command = confined(words, env!("CARGO_BIN_EXE_natconnd"));
    command.env_remove("NOTIFY_SOCKET").env_remove("LISTEN_FDS");
    command
}

/// Writes a configuration; returns where the daemon answers, the file, and the
/// unix socket.
pub fn configure(config: &str) -> (SocketAddr, String, String) {
    static CONFIGURED: AtomicU16 = AtomicU16::new(0);
    let number = CONFIGURED.fetch_add(1, Ordering::Relaxed);
    let address = SocketAddr::from(([127, 0, 0, 1], 8080 + number));
    let socket = format!("/run/natconnd-{number}/natconnd.sock");
    let file = format!("/run/natconnd-{number}.toml");
    let text = format!("[http]\nlisten = [\"{address}\"]\nunix-socket = \"{socket}\"\n{config}");
    fs::write(&file, text).unwrap();
    (address, file, socket)
}
