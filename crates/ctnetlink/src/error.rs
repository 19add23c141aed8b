//! What can go wrong, by what the caller can do about it.

use std::io;

/// Why talking to the kernel did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A system call failed.
    #[error("{action}")]
    System {
        /// What was being done.
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// The kernel understood the request and refused it.
    #[error("{action}: kernel refused: {errno}{}", reason(.message))]
    Refused {
        /// What was asked for.
        action: &'static str,
        /// The error number it answered with.
        errno: io::Error,
        /// The kernel's own words (extended ack), where it had any.
        message: Option<String>,
    },
    /// A message was not what the protocol promises.
    #[error("{action}")]
    Decode {
        /// What was being read.
        action: &'static str,
        /// What was wrong with it.
        source: DecodeError,
    },
}

fn reason(message: &Option<String>) -> String {
    message
        .as_deref()
        .map(|message| format!(" ({message})"))
        .unwrap_or_default()
}

impl Error {
    /// Wraps the error of a system call.
    pub(crate) fn system(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { action, source }
    }

    /// The error number, where there is one.
    pub fn errno(&self) -> Option<i32> {
        match self {
            Self::System { source, .. } => source.raw_os_error(),
            Self::Refused { errno, .. } => errno.raw_os_error(),
            Self::Decode { .. } => None,
        }
    }
}

/// Why a kernel message could not be decoded.
///
/// The message is skipped and counted; the socket stays usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A fixed-size attribute has another size.
    #[error("attribute {attribute} is {found} bytes long, expected {expected}")]
    WrongLength {
        /// The attribute's kernel name.
        attribute: &'static str,
        /// Its size in the kernel's headers.
        expected: usize,
        /// Its size in the message.
        found: usize,
    },
    /// A message or attribute claims more bytes than there are.
    #[error("{what} claims {claimed} bytes where {available} are left")]
    Truncated {
        /// What was being read.
        what: &'static str,
        /// The length in its header.
        claimed: usize,
        /// The bytes there are.
        available: usize,
    },
    /// A connection without one of its two tuples.
    #[error("connection has no {0} tuple")]
    MissingTuple(&'static str),
    /// A tuple without an address.
    #[error("tuple has no {0} address")]
    MissingAddress(&'static str),
    /// A tuple with an IPv4 and an IPv6 address, or two tuples that differ.
    #[error("tuple mixes IPv4 and IPv6")]
    MixedFamilies,
    /// A message of another subsystem.
    #[error("message type {0:#06x} is none of conntrack's")]
    UnknownMessage(u16),
}
