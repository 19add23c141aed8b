//! The rules that hold now.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

use super::rules::Rules;
use super::source::Peer;
use super::visitor::Visitor;
use crate::config::Config;
use crate::tls::ClientCertificate;

/// Who may ask: the rules of a configuration, which can be replaced while requests are
/// answered.
///
/// Connections remember what they were judged by, so a request costs one atomic load as long
/// as the rules stay.
#[derive(Debug)]
pub struct Access {
    rules: RwLock<Arc<Rules>>,
    version: AtomicU64,
    own_uid: u32,
}

impl Access {
    /// Starts with the rules of this configuration.
    pub fn of(config: &Config) -> Self {
        let own_uid = rustix::process::geteuid().as_raw();
        Self {
            rules: RwLock::new(Arc::new(Rules::of(config, own_uid))),
            version: AtomicU64::new(0),
            own_uid,
        }
    }

    /// Judges by this configuration from the next request on, on open connections too.
    pub fn replace(&self, config: &Config) {
        let rules = Arc::new(Rules::of(config, self.own_uid));
        *self.rules.write() = rules;
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Whether a listener lets a peer in at all, over TCP.
    pub fn lets_in(&self, listener: &str, address: IpAddr) -> bool {
        let rules = self.rules();
        let listener = rules.listener(listener);
        listener.is_some_and(|it| it.allow.contains(address))
    }

    /// Somebody who has connected to a listener, perhaps with a client certificate.
    pub fn visitor(
        self: &Arc<Self>,
        listener: Arc<str>,
        peer: Peer,
        certificate: Option<ClientCertificate>,
    ) -> Visitor {
        Visitor::new(Arc::clone(self), listener, peer, certificate)
    }

    pub(super) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read())
    }

    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }
}

impl Default for Access {
    fn default() -> Self {
        Self::of(&Config::default())
    }
}
