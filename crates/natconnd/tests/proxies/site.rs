//! natconnd on the gateway, and a site beyond the NAT.

use std::fs;
use std::net::{SocketAddr, TcpListener};

use lab::{Lab, MASQUERADE};

use crate::application::Application;
use crate::confined::confined;
use crate::front::{Front, Patience};
use crate::process::{Process, eventually};

/// Where natconnd answers the proxy: on the gateway's outside.
pub const NATCONND: &str = "100.64.2.1:8080";

/// A proxy of one kind, started with the shipped files.
pub type Start = fn(&Lab, Patience) -> Front;

/// Everything that a request passes through.
pub struct Site<'a> {
    pub lab: &'a Lab,
    pub natconnd: Option<Process>,
    pub application: Application,
    pub front: Front,
}

impl<'a> Site<'a> {
    /// Starts it all.
    pub fn open(lab: &'a Lab, start: Start) -> Self {
        Self::with(lab, start, Patience::Long)
    }

    /// Starts it all, with a proxy that is as patient as it is shipped.
    pub fn open_as_shipped(lab: &'a Lab, start: Start) -> Self {
        Self::with(lab, start, Patience::Shipped)
    }

    fn with(lab: &'a Lab, start: Start, patience: Patience) -> Self {
        lab.nft(MASQUERADE).unwrap();
        let natconnd = Some(natconnd(lab, "100.64.2.10", ""));
        Self {
            lab,
            natconnd,
            application: Application::start(lab.outside()),
            front: start(lab, patience),
        }
    }

    /// The proxy's endpoint, as internal hosts reach it.
    pub fn http(&self) -> SocketAddr {
        self.lab.outside().at(crate::front::HTTP)
    }

    /// Ends natconnd without a word.
    pub fn kill_natconnd(&mut self) {
        self.natconnd = None;
    }

    /// Starts natconnd again, so that it answers this address alone.
    pub fn restart_natconnd(&mut self, allow: &str) {
        self.restart_natconnd_with(allow, "");
    }

    /// The same with more sections of configuration.
    pub fn restart_natconnd_with(&mut self, allow: &str, sections: &str) {
        self.natconnd = None;
        self.natconnd = Some(natconnd(self.lab, allow, sections));
    }

    /// The port of natconnd, for something else that listens there.
    pub fn take_natconnds_place(&mut self) -> TcpListener {
        self.natconnd = None;
        let listen = || TcpListener::bind(NATCONND).map_err(|error| error.to_string());
        eventually(listen)
    }
}

/// Starts natconnd on the gateway and waits until it is ready.
fn natconnd(lab: &Lab, allow: &str, sections: &str) -> Process {
    let file = "/run/natconnd.toml";
    let socket = "/run/natconnd/natconnd.sock";
    let text = format!(
        "[http]\nlisten = [\"{NATCONND}\"]\nallow = [\"{allow}\"]\nunix-socket = \"{socket}\"\n{sections}"
    );
    fs::write(file, text).unwrap();
    let mut command = confined(&[], env!("CARGO_BIN_EXE_natconnd"));
    command.args(["--config", file]);
    command.env_remove("NOTIFY_SOCKET").env_remove("LISTEN_FDS");
    let mut process = Process::start(lab, &mut command);
    eventually(|| {
        assert!(process.is_running(), "it ended:\n{}", process.log());
        let line = [
            "curl",
            "-sf",
            "--unix-socket",
            socket,
            "http://natconnd/healthz",
        ];
        lab.gateway().run(&line).map_err(|error| error.to_string())
    });
    process
}
