//! What a configuration says of listeners and callers, ready to be judged by.

use std::collections::HashMap;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::caller::Credential;
use super::host_name::HostNames;
use super::meter::{Meter, Meters};
use super::networks::AllowList;
use super::source::Peer;
use crate::config::{self, CallerLimits, CertificateName, Config, Roles, TokenHash};
use crate::tls::ClientCertificate;

/// The listener of `http.listen`.
pub const HTTP: &str = "http";

/// The listener of `http.unix-socket`.
pub const UNIX: &str = "unix";

/// One configuration's rules.
#[derive(Debug)]
pub(super) struct Rules {
    listeners: HashMap<Arc<str>, Listener>,
    callers: Vec<Named>,
    /// The caller of each token, by its place.
    tokens: HashMap<TokenHash, usize>,
    /// How much each caller without a name may ask.
    pub limits: CallerLimits,
    pub meters: Meters,
    /// The roles that may be used only with a reason.
    pub needs_reason: Roles,
    /// The user that natconnd runs as.
    own_uid: u32,
}

/// The rules of one listener.
#[derive(Debug)]
pub(super) struct Listener {
    pub name: Arc<str>,
    /// Who is let in over TCP.
    pub allow: AllowList,
    /// What it may do without a credential.
    pub roles: Roles,
    /// By which names it may be asked.
    pub hosts: HostNames,
    /// Whether a token is worth showing here.
    pub takes_tokens: bool,
}

/// A caller with a name.
#[derive(Debug)]
pub(super) struct Named {
    pub name: Arc<str>,
    pub roles: Roles,
    pub limits: CallerLimits,
    pub meter: Option<Arc<Meter>>,
    caller: config::Caller,
}

impl Named {
    /// Whether it is known at a listener.
    fn is_known_at(&self, listener: &str) -> bool {
        let listeners = &self.caller.listeners;
        listeners.is_empty() || listeners.iter().any(|name| name == listener)
    }

    fn has_certificate(&self, shown: &ClientCertificate) -> bool {
        self.caller.certificates.iter().any(|name| match name {
            CertificateName::Fingerprint(fingerprint) => *fingerprint == shown.fingerprint,
            CertificateName::Dns(name) => shown.is_for(name),
        })
    }

    fn is_user(&self, uid: u32, gid: u32) -> bool {
        let caller = &self.caller;
        caller.users.iter().any(|user| user.uid == uid)
            || caller
                .groups
                .iter()
                .any(|group| group.gid == gid || group.members.contains(&uid))
    }
}

impl Rules {
    pub fn of(config: &Config, own_uid: u32) -> Self {
        let callers: Vec<Named> = config
            .callers
            .iter()
            .map(|(name, caller)| Named {
                name: name.as_str().into(),
                roles: caller.roles,
                limits: caller.limits,
                meter: Meter::of(&caller.limits),
                caller: caller.clone(),
            })
            .collect();
        let of_callers = callers.iter().enumerate();
        let tokens = of_callers
            .flat_map(|(at, named)| named.caller.tokens.iter().map(move |token| (*token, at)))
            .collect();
        let http = &config.http;
        let mut listeners = vec![
            Listener {
                name: HTTP.into(),
                allow: AllowList::new(http.allow.iter().copied()),
                roles: http.roles,
                hosts: HostNames::of(&http.hosts),
                takes_tokens: false,
            },
            Listener {
                name: UNIX.into(),
                allow: AllowList::default(),
                roles: http.unix_roles,
                hosts: HostNames::Any,
                takes_tokens: false,
            },
        ];
        listeners.extend(config.listeners.iter().map(named_listener));
        for listener in &mut listeners {
            listener.takes_tokens = callers
                .iter()
                .any(|named| !named.caller.tokens.is_empty() && named.is_known_at(&listener.name));
        }
        let listeners = listeners
            .into_iter()
            .map(|listener| (Arc::clone(&listener.name), listener))
            .collect();
        Self {
            listeners,
            callers,
            tokens,
            limits: http.limits,
            meters: Meters::default(),
            needs_reason: config.audit.require_reason,
            own_uid,
        }
    }

    /// The rules of a listener; `None` for one that the configuration has no more.
    pub fn listener(&self, name: &str) -> Option<&Listener> {
        self.listeners.get(name)
    }

    /// Whose token this is, where it counts at this listener.
    pub fn of_token(&self, hash: TokenHash, listener: &str) -> Option<&Named> {
        let named = &self.callers[*self.tokens.get(&hash)?];
        named.is_known_at(listener).then_some(named)
    }

    /// Who is known by its certificate or by being a user of this machine.
    pub fn of_connection(
        &self,
        peer: Peer,
        certificate: Option<&ClientCertificate>,
        listener: &str,
    ) -> Option<(&Named, Credential)> {
        let known = || {
            let callers = self.callers.iter();
            callers.filter(|named| named.is_known_at(listener))
        };
        if let Some(shown) = certificate
            && let Some(named) = known().find(|named| named.has_certificate(shown))
        {
            return Some((named, Credential::Certificate));
        }
        let Peer::Unix { uid, gid } = peer else {
            return None;
        };
        let named = known().find(|named| named.is_user(uid, gid))?;
        Some((named, Credential::User))
    }

    /// Whether somebody is root or natconnd's own user: who could read all that it has.
    pub fn is_master(&self, peer: Peer) -> bool {
        matches!(peer, Peer::Unix { uid, .. } if uid == 0 || uid == self.own_uid)
    }
}

fn named_listener((name, listener): (&String, &config::Listener)) -> Listener {
    let everybody = || [IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())];
    let has_tls = listener.tls.is_some();
    Listener {
        name: name.as_str().into(),
        allow: match (&listener.allow, has_tls || listener.unprotected) {
            (Some(networks), _) => AllowList::new(networks.iter().copied()),
            (None, true) => AllowList::new(everybody()),
            (None, false) => AllowList::default(),
        },
        roles: listener.roles,
        // Nobody else has a certificate for this listener's name.
        hosts: match has_tls {
            true => HostNames::Any,
            false => HostNames::of(&listener.hosts),
        },
        takes_tokens: false,
    }
}
