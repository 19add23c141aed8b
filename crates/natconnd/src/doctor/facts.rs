//! What the doctor has looked at, before it is judged.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ctnetlink::{ClockDiscipline, Drops, Settings};
use ipnet::IpNet;
use model::{Gap, Timestamp};

use super::netlink::Netlink;
use crate::config::{Config, Loaded};
use crate::confine;
use crate::mirror::Condition;
use crate::panics::Seen;
use crate::tls;

/// Everything that can be judged.
#[derive(Debug)]
pub struct Facts {
    /// When it was looked at.
    pub at: Timestamp,
    /// Who has looked, and what only they know.
    pub observer: Observer,
    /// What came of asking the kernel for a connection.
    pub netlink: Netlink,
    /// conntrack's settings in this network namespace.
    pub settings: Settings,
    /// Whether the table's size can be set here; the machine's first network
    /// namespace alone can.
    pub is_max_ours: bool,
    /// `net.core.rmem_max`, in bytes.
    pub receive_buffer_limit: Option<u64>,
    /// What conntrack has dropped; `None` where the kernel does not count it.
    pub drops: Option<Drops>,
    /// Whether who looks has CAP_NET_ADMIN; `None` where `/proc` does not say.
    pub has_net_admin: Option<bool>,
    /// Whether who looks is in the machine's own user namespace, where
    /// CAP_NET_ADMIN can force a receive buffer.
    pub is_in_initial_user_namespace: bool,
    /// Modules in use that forward packets past conntrack.
    pub offloading_modules: Vec<String>,
    /// Whether the machine's clock is kept right, or why that is not known.
    pub clock: Result<ClockDiscipline, String>,
}

/// Who has looked.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one of them, for as long as a look takes"
)]
pub enum Observer {
    /// The daemon, at itself.
    Daemon(OfDaemon),
    /// The command `natconn`, because the daemon could not be asked.
    Command(OfCommand),
}

/// What the daemon knows of itself.
#[derive(Debug)]
pub struct OfDaemon {
    /// When it started.
    pub started_at: Timestamp,
    /// How the mirror is doing.
    pub condition: Condition,
    /// Every gap that is remembered, oldest first.
    pub gaps: Vec<Gap>,
    /// Where it listens on TCP.
    pub listen: Vec<SocketAddr>,
    /// Who may ask over TCP.
    pub allow: Vec<IpNet>,
    /// What it is configured with.
    pub config: Config,
    /// How the TLS of each listener is doing, by the listener's name.
    pub tls: Vec<(Arc<str>, tls::Status)>,
    /// What it counted at an earlier look.
    pub earlier: Option<Earlier>,
    /// For how long, at every look, there have been connections whose end the
    /// kernel could not tell.
    pub dying_for: Duration,
    /// How recording goes; `None` where nothing is to be recorded.
    pub history: Option<Kept>,
    /// The parts of it that have panicked.
    pub panics: Vec<Seen>,
    /// How it is confined.
    pub confinement: confine::State,
}

/// How recording goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Where.
    pub folder: PathBuf,
    /// What history says of itself.
    pub status: history::Status,
    /// Bytes that are free there, and all there are.
    pub room: Option<(u64, u64)>,
}

/// What was counted at an earlier look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Earlier {
    /// When.
    pub at: Timestamp,
    /// What conntrack had dropped by then.
    pub drops: Drops,
}

/// What the command `natconn` knows where the daemon does not answer.
#[derive(Debug)]
pub struct OfCommand {
    /// Why it does not.
    pub unreachable: Unreachable,
    /// What the daemon would be configured with.
    pub configuration: Result<Loaded, ConfigurationFault>,
}

/// Why the daemon could not be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreachable {
    /// What was asked, and what came of it.
    pub message: String,
    /// Whether it is the way in that was closed to this user.
    pub is_forbidden: bool,
}

/// Why the configuration is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConfigurationFault {
    /// This user may not read it.
    Forbidden(String),
    /// natconnd would not start with it: one message for each mistake.
    Mistakes(Vec<String>),
}

impl Facts {
    /// What the daemon knows of itself, where it is the daemon that looks.
    pub const fn daemon(&self) -> Option<&OfDaemon> {
        match &self.observer {
            Observer::Daemon(daemon) => Some(daemon),
            Observer::Command(_) => None,
        }
    }

    /// What the command knows, where it is the command that looks.
    pub const fn command(&self) -> Option<&OfCommand> {
        match &self.observer {
            Observer::Daemon(_) => None,
            Observer::Command(command) => Some(command),
        }
    }

    /// Whether there is no conntrack at all in this kernel, or none yet.
    pub fn has_no_conntrack(&self) -> bool {
        self.settings == Settings::default()
    }
}
