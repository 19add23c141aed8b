//! Why a question is not understood.

use std::fmt;

/// What is wrong with a question, as `X-Nat-Reason` says it.
///
/// Made of words that are known before, never of what somebody sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Unreadable {
    /// The parameter or header.
    pub name: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What can be wrong with a parameter or header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// It is not there.
    Missing,
    /// It is there twice, and only one can be meant.
    Twice,
    /// It has no IP address where one should be.
    NoAddress,
    /// It has no port, or something that is none.
    NoPort,
    /// It is a port that servers have.
    ServersPort,
    /// It is no transport protocol with ports, nor a version of HTTP.
    NoProtocol,
    /// It names somebody without telling the address.
    Hidden,
    /// It is not written as its standard has it.
    Malformed,
    /// It has a value that it cannot have.
    NoSuchValue,
    /// There is no such thing.
    Unknown,
    /// They name different clients.
    Contradiction,
    /// It asks for a host that this is not.
    OtherHost,
    /// There were more of them than its caller may have.
    TooMany,
}

impl Fault {
    const fn text(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Twice => "there twice",
            Self::NoAddress => "no IP address",
            Self::NoPort => "no port from 1 to 65535",
            Self::ServersPort => "the port of a server, not of a client",
            Self::NoProtocol => "no protocol with ports, and no version of HTTP",
            Self::Hidden => "the address is hidden",
            Self::Malformed => "malformed",
            Self::NoSuchValue => "no such value",
            Self::Unknown => "no such parameter",
            Self::Contradiction => "contradict each other",
            Self::OtherHost => "no name of natconnd, see http.hosts",
            Self::TooMany => "too many, see the limits of the caller",
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.fault.text())
    }
}
