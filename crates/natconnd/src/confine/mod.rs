//! Confinement: the daemon has the kernel refuse it whatever it does not need.
//!
//! Landlock rules, made of the configuration by `rules` and given to the kernel by
//! `kernel`, hold for this process and whatever it executes, for good: files beneath a few
//! folders, no outgoing TCP connections, no other listening ports, no signals to others. They
//! come on top of what a unit or a container says, and without one they are what there is. `mark`
//! tells the process after a hand-over that it has them already: each time they were
//! given anew would be a layer more, of which the kernel takes 16.
//!
//! Left out: the user, capabilities and the system call filter, which are the unit's
//! (packaging/natconnd.service). docs/confinement.md is for operators.

mod kernel;
mod mark;
mod may;
mod rules;

use tracing::{info, warn};

use crate::config::Loaded;

use rules::Rules;

/// How this process is confined.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// By the kernel's Landlock, in this version of its interface: 1 to 6, of which each
    /// can refuse more.
    Confined {
        /// The version; 6 where the kernel's is higher.
        abi: u8,
    },
    /// Not, because the kernel does not; why.
    Missing(String),
    /// Not, because it was told so.
    Declined,
}

/// The confinement of this process.
#[derive(Clone, Debug)]
pub struct Confinement {
    state: State,
    /// What was known to be needed when it began.
    rules: Rules,
}

impl Confinement {
    /// Confines the calling thread, and all that it starts from now on, to what this
    /// configuration needs; or finds that the process before this one was confined already and has
    /// become this one.
    ///
    /// Folders that are written to and do not exist are made first. Where the kernel cannot, it
    /// is logged, and the daemon runs as it would have without.
    pub fn begin(loaded: &Loaded) -> Self {
        rules::make_folders(&loaded.config);
        let rules = Rules::of(loaded);
        if let Some(mark) = mark::of_this_process() {
            if !mark.is_of_this_version() {
                info!(
                    version = mark.version,
                    "confined as an older natconnd was; a restart confines it anew"
                );
            }
            let state = State::Confined { abi: mark.abi };
            return Self { state, rules };
        }
        let state = match kernel::restrict(&rules) {
            Ok(abi) => State::Confined { abi },
            Err(cause) => State::Missing(cause.to_string()),
        };
        let confinement = Self { state, rules };
        confinement.log();
        confinement
    }

    /// None at all, because the operator wants none.
    pub fn declined() -> Self {
        Self {
            state: State::Declined,
            rules: Rules::default(),
        }
    }

    /// How it stands.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What a process with this configuration would need and cannot have any more, as it
    /// would take over this one's confinement; empty where nothing is in its way.
    pub fn refuses(&self, loaded: &Loaded) -> Vec<String> {
        match self.state {
            State::Confined { .. } => self.rules.lack(&Rules::of(loaded)),
            State::Missing(_) | State::Declined => Vec::new(),
        }
    }

    /// The variable of the environment that tells the process after this one, which has the
    /// same id; `None` where there is nothing to tell.
    pub fn mark(&self) -> Option<(&'static str, String)> {
        match self.state {
            State::Confined { abi } => Some(mark::for_the_next(abi)),
            State::Missing(_) | State::Declined => None,
        }
    }

    fn log(&self) {
        match &self.state {
            State::Confined { abi } => {
                let not_refused = not_refused(*abi);
                info!(landlock = abi, not_refused, "confined to what it needs");
            }
            State::Missing(cause) => {
                warn!(cause, "not confined by Landlock; going on without");
            }
            State::Declined => {}
        }
    }
}

/// What the kernel's Landlock lets pass in this version; `None` where it refuses all that it
/// is asked to.
pub const fn not_refused(abi: u8) -> Option<&'static str> {
    match abi {
        0..3 => Some("cutting files short, TCP ports, ioctls of devices, signals to others"),
        3 => Some("TCP ports, ioctls of devices, signals to others"),
        4 => Some("ioctls of devices, signals to others"),
        5 => Some("signals to others"),
        _ => None,
    }
}
