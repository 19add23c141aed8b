//! The daemon's doctor: looks whenever it is asked, and remembers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ipnet::IpNet;
use model::Timestamp;
use parking_lot::{Mutex, RwLock};
use tracing::warn;

use super::check;
use super::facts::{Kept, Observer, OfDaemon};
use super::gather;
use super::watch::Watch;
use crate::api::Health;
use crate::config::Config;
use crate::confine;
use crate::mirror::{Mirror, now};
use crate::panics::seen;
use crate::recorder::Archive;
use crate::tls::{self, ServerTls};

/// How long a look is good enough for the next one who asks.
const FRESH: Duration = Duration::from_secs(1);

/// Examines the daemon that it is part of, and the machine below.
pub struct Doctor {
    mirror: Arc<Mirror>,
    archive: Option<Arc<Archive>>,
    config: RwLock<Config>,
    tls: RwLock<Vec<(Arc<str>, Arc<ServerTls>)>>,
    started_at: Timestamp,
    listen: Vec<SocketAddr>,
    allow: RwLock<Vec<IpNet>>,
    confinement: confine::State,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    watch: Watch,
    last: Option<(Instant, Health)>,
}

impl Doctor {
    /// A doctor of a daemon with this mirror and, where it records, this archive,
    /// which listens on these addresses and lets these networks ask. It takes the daemon
    /// for one that is not confined.
    pub fn new(
        mirror: Arc<Mirror>,
        archive: Option<Arc<Archive>>,
        listen: Vec<SocketAddr>,
        allow: Vec<IpNet>,
    ) -> Self {
        let doctor = Self {
            mirror,
            archive,
            config: RwLock::default(),
            tls: RwLock::default(),
            started_at: now(),
            listen,
            allow: RwLock::new(allow),
            confinement: confine::State::Declined,
            memory: Mutex::default(),
        };
        doctor.look(&mut doctor.memory.lock().watch);
        doctor
    }

    /// The same of a daemon that is confined like this.
    #[must_use]
    pub fn with_confinement(mut self, confinement: confine::State) -> Self {
        self.confinement = confinement;
        self
    }

    /// Notes that other networks may ask from now on.
    pub fn set_allow(&self, allow: Vec<IpNet>) {
        *self.allow.write() = allow;
        self.memory.lock().last = None;
    }

    /// Looks, or says again what was found less than a second ago, so that
    /// asking often costs nothing. Reads files, so call it where blocking is
    /// allowed.
    pub fn health(&self) -> Health {
        let memory = &mut *self.memory.lock();
        if let Some((at, health)) = &memory.last
            && at.elapsed() < FRESH
        {
            return health.clone();
        }
        let health = check::health(&self.look(&mut memory.watch));
        memory.last = Some((Instant::now(), health.clone()));
        health
    }

    /// Logs what is worth a warning at the start and nobody else has logged.
    ///
    /// What was found so early is not kept for those who ask: the reader thread
    /// may not have opened its eyes yet.
    pub fn log_at_start(&self) {
        let facts = self.look(&mut self.memory.lock().watch);
        for finding in check::health(&facts).findings {
            if check::is_told_at_start(&finding) {
                warn!(
                    check = finding.check,
                    hint = finding.hint,
                    command = finding.command,
                    "{}",
                    finding.finding
                );
            }
        }
    }

    /// Notes what the daemon is configured with from now on.
    pub fn set_config(&self, config: &Config) {
        self.config.write().clone_from(config);
        self.memory.lock().last = None;
    }

    /// Notes which listeners speak TLS, and with what.
    pub fn set_tls(&self, listeners: Vec<(Arc<str>, Arc<ServerTls>)>) {
        *self.tls.write() = listeners;
        self.memory.lock().last = None;
    }

    fn tls_of_listeners(&self) -> Vec<(Arc<str>, tls::Status)> {
        let listeners = self.tls.read();
        let listeners = listeners.iter();
        listeners
            .map(|(name, tls)| (Arc::clone(name), tls.status()))
            .collect()
    }

    fn look(&self, watch: &mut Watch) -> super::Facts {
        let condition = self.mirror.condition();
        let dying = condition.dying;
        let mut facts = gather::look(Observer::Daemon(OfDaemon {
            started_at: self.started_at,
            condition,
            gaps: self.mirror.gaps(),
            listen: self.listen.clone(),
            allow: self.allow.read().clone(),
            config: self.config.read().clone(),
            tls: self.tls_of_listeners(),
            earlier: watch.earlier(),
            dying_for: Duration::ZERO,
            history: self.archive.as_ref().map(|archive| Kept {
                folder: archive.settings().folder.clone(),
                status: archive.status(),
                room: archive.room(),
            }),
            panics: seen(),
            confinement: self.confinement.clone(),
        }));
        watch.note(facts.at, facts.drops, dying);
        if let Observer::Daemon(daemon) = &mut facts.observer {
            daemon.dying_for = if dying == 0 {
                Duration::ZERO
            } else {
                watch.dying_for(facts.at)
            };
        }
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doctor() -> Doctor {
        let mirror = Arc::new(Mirror::recorded(&[]));
        let listen = vec![([0, 0, 0, 0], 8080).into()];
        Doctor::new(mirror, None, listen, Vec::new())
    }

    fn listeners(doctor: &Doctor) -> String {
        let health = doctor.health();
        assert_eq!(health.checked_by, "natconnd");
        let found = health
            .findings
            .into_iter()
            .find(|it| it.check == "listeners");
        found.unwrap().finding
    }

    #[test]
    fn asking_again_at_once_looks_no_second_time() {
        let doctor = doctor();
        assert_eq!(doctor.health().checked_at, doctor.health().checked_at);
        let before = Instant::now().checked_sub(FRESH).unwrap();
        let first = {
            let mut memory = doctor.memory.lock();
            let (at, health) = memory.last.as_mut().unwrap();
            *at = before;
            health.checked_at.clear();
            health.checked_at.clone()
        };
        assert_ne!(doctor.health().checked_at, first);
    }

    #[test]
    fn networks_that_may_ask_from_now_on_are_judged_at_once() {
        let doctor = doctor();
        let before = listeners(&doctor);
        doctor.set_allow(vec!["0.0.0.0/0".parse().unwrap()]);
        assert_ne!(listeners(&doctor), before);
    }
}
