//! The rules that hold now.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use super::rules::Rules;
use super::source::Peer;
use super::visitor::Visitor;
use crate::config::{Config, Listener};
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
    /// The named listeners as they are judged by.
    listeners: Mutex<BTreeMap<String, Listener>>,
}

impl Access {
    /// Starts with the rules of this configuration.
    pub fn of(config: &Config) -> Self {
        let own_uid = rustix::process::geteuid().as_raw();
        Self {
            rules: RwLock::new(Arc::new(Rules::of(config, own_uid))),
            version: AtomicU64::new(0),
            own_uid,
            listeners: Mutex::new(config.listeners.clone()),
        }
    }

    /// Judges by this configuration from the next request on, on open connections too.
    ///
    /// A listener that is to speak TLS from the next start on keeps its rules until then: the
    /// socket that is open does not speak it, and the new ones may let everybody in.
    pub fn replace(&self, config: &Config) {
        let mut config = config.clone();
        let mut before = self.listeners.lock();
        for (name, listener) in &mut config.listeners {
            if let Some(plain) = before.get(name).filter(|it| it.tls.is_none())
                && listener.tls.is_some()
            {
                listener.clone_from(plain);
            }
        }
        before.clone_from(&config.listeners);
        drop(before);
        let rules = Arc::new(Rules::of(&config, self.own_uid));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Role, Roles, Tls};

    #[test]
    fn a_plain_socket_is_not_opened_by_the_tls_that_it_does_not_speak_yet() {
        let mut config = Config::default();
        let plain = Listener {
            listen: vec![([192, 0, 2, 1], 8443).into()],
            allow: Some(vec!["192.0.2.0/24".parse().unwrap()]),
            roles: Roles::LOOKING,
            ..Listener::default()
        };
        config.listeners.insert("desk".to_owned(), plain);
        let access = Arc::new(Access::of(&config));
        let lets_in = |text: &str| access.lets_in("desk", text.parse().unwrap());
        config.listeners.get_mut("desk").unwrap().roles = Roles::NONE.with(Role::Lookup);
        access.replace(&config);
        let desk = config.listeners.get_mut("desk").unwrap();
        desk.tls = Some(Tls::default());
        desk.allow = None;
        desk.roles = Roles::ALL;
        for _ in 0..2 {
            access.replace(&config);
            assert!(lets_in("192.0.2.7") && !lets_in("198.51.100.1"));
            let peer = Peer::Tcp("192.0.2.7".parse().unwrap());
            let visitor = access.visitor("desk".into(), peer, None);
            let caller = visitor.caller(None, None).unwrap();
            assert_eq!(caller.roles, Roles::NONE.with(Role::Lookup));
        }
        // The next start has the socket speak it.
        let access = Access::of(&config);
        assert!(access.lets_in("desk", "198.51.100.1".parse().unwrap()));
    }
}
