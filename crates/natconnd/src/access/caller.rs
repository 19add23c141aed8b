//! Who asks.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::meter::{Meter, TooMuch, Turn};
use super::source::Peer;
use crate::config::{CallerLimits, Roles};

/// By what a caller is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Credential {
    /// By where it comes from, and nothing else.
    Address,
    /// By being this user of the machine.
    User,
    /// By a client certificate.
    Certificate,
    /// By a token.
    Token,
}

impl Credential {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::User => "user",
            Self::Certificate => "certificate",
            Self::Token => "token",
        }
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whoever makes a request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its name in the configuration, or its address or user's number.
    pub name: Arc<str>,
    /// Whether the configuration has it by that name.
    pub is_named: bool,
    /// By what it is known.
    pub credential: Credential,
    /// Where it comes from.
    pub peer: Peer,
    /// The listener that it came to.
    pub listener: Arc<str>,
    /// What it may do.
    pub roles: Roles,
    /// The roles that it may use only with a reason.
    pub needs_reason: Roles,
    /// How much.
    pub limits: CallerLimits,
    pub(super) meter: Option<Arc<Meter>>,
    /// Whether another credential could give it more roles here.
    pub(super) may_identify: bool,
}

impl Caller {
    /// Lets a request of this caller in, or tells when to come again; the turn lasts until
    /// it is dropped. `Ok(None)` where nothing is limited.
    ///
    /// # Errors
    ///
    /// The caller has asked too much.
    pub fn admit(&self) -> Result<Option<Turn>, TooMuch> {
        let meter = self.meter.as_ref();
        meter.map(|meter| meter.admit(Instant::now())).transpose()
    }

    /// Whether a token has shown who it is.
    pub fn is_known_by_token(&self) -> bool {
        self.credential == Credential::Token
    }

    /// Whether it has shown no credential although one could give it more.
    pub fn may_identify(&self) -> bool {
        self.may_identify && self.credential == Credential::Address
    }
}
