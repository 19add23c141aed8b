//! Values that are one word of a few.

use std::fmt;
use std::str::FromStr;

/// A word that is none of those that can stand here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found \"{found}\", expected {expected}")]
pub struct UnknownWord {
    /// The word.
    pub found: String,
    /// The words that can stand here.
    pub expected: String,
}

/// How important a log line is, most important first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum LogLevel {
    /// Someone must act.
    Error,
    /// Data may be incomplete.
    Warn,
    /// Start, stop, gaps: what a diary would note.
    #[default]
    Info,
    /// Single requests and messages.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// All levels, most important first.
    pub const ALL: [Self; 5] = [
        Self::Error,
        Self::Warn,
        Self::Info,
        Self::Debug,
        Self::Trace,
    ];

    /// The word for it, as `tracing` reads it too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// The level for a debug level of pynatconnd, 0 to 10.
    ///
    /// pynatconnd always wrote its info, warning and error lines; the number
    /// says how many of its debug lines came on top, 4 by default.
    pub const fn of_debug_level(number: u8) -> Option<Self> {
        match number {
            0..=4 => Some(Self::Info),
            5..=7 => Some(Self::Debug),
            8..=10 => Some(Self::Trace),
            _ => None,
        }
    }

    /// Reads what stands behind `--log-level`: a level's name or a debug
    /// level of pynatconnd, 0 to 10.
    pub fn from_argument(text: &str) -> Result<Self, UnknownWord> {
        let number = text.parse().ok().and_then(Self::of_debug_level);
        number.map_or_else(
            || {
                text.parse().map_err(|unknown: UnknownWord| UnknownWord {
                    expected: format!("{}, or a number from 0 to 10", unknown.expected),
                    ..unknown
                })
            },
            Ok,
        )
    }
}

/// What the kernel does with an event that does not fit into the receive
/// buffer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Delivery {
    /// It keeps the end of a connection, and tells it again later.
    #[default]
    Reliable,
    /// It drops it.
    BestEffort,
}

impl Delivery {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Reliable, Self::BestEffort];

    /// The word for it in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reliable => "reliable",
            Self::BestEffort => "best-effort",
        }
    }
}

/// What becomes of remote endpoints in history.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum RemoteEndpoints {
    /// They are in each record.
    #[default]
    Keep,
    /// They are left out (RFC 6888 REQ-12).
    Omit,
}

impl RemoteEndpoints {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Keep, Self::Omit];

    /// The word for it in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Omit => "omit",
        }
    }
}

/// What a remote is told of the host that has its connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum IdentReply {
    /// The host's address.
    Host,
    /// A keyed hash of the address.
    #[default]
    Hash,
    /// The same name for all hosts.
    Name,
}

impl IdentReply {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Host, Self::Hash, Self::Name];

    /// The word for it in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Hash => "hash",
            Self::Name => "name",
        }
    }
}

/// What becomes of a question that cannot be written down.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum OnFailure {
    /// It is not answered.
    #[default]
    Refuse,
    /// It is answered all the same.
    Answer,
}

impl OnFailure {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Refuse, Self::Answer];

    /// The word for it in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Answer => "answer",
        }
    }
}

/// What the URLs of pynatconnd look up, in its own words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyName {
    /// `src_ip`: the internal address.
    SrcIp,
    /// `src_port`: the internal port.
    SrcPort,
    /// `nat_ip`: the NAT address.
    NatIp,
    /// `nat_port`: the NAT port.
    NatPort,
    /// `dst_ip`: the destination address as the initiator wrote it.
    DstIp,
    /// `dst_port`: the destination port as the initiator wrote it.
    DstPort,
}

impl KeyName {
    /// Whether the key is a port; else it is an address.
    pub const fn is_port(self) -> bool {
        matches!(self, Self::SrcPort | Self::NatPort | Self::DstPort)
    }

    /// All six.
    pub const ALL: [Self; 6] = [
        Self::SrcIp,
        Self::SrcPort,
        Self::NatIp,
        Self::NatPort,
        Self::DstIp,
        Self::DstPort,
    ];

    /// The word for it in URLs and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SrcIp => "src_ip",
            Self::SrcPort => "src_port",
            Self::NatIp => "nat_ip",
            Self::NatPort => "nat_port",
            Self::DstIp => "dst_ip",
            Self::DstPort => "dst_port",
        }
    }
}

/// Writes `a, b or c`.
pub(super) fn alternatives(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        words => words.concat(),
    }
}

macro_rules! reads_as_its_name {
    ($word:ident) => {
        impl fmt::Display for $word {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $word {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL
                    .into_iter()
                    .find(|word| word.name() == text)
                    .ok_or_else(|| UnknownWord {
                        found: text.to_owned(),
                        expected: alternatives(&Self::ALL.map(Self::name)),
                    })
            }
        }
    };
}

reads_as_its_name!(Delivery);
reads_as_its_name!(IdentReply);
reads_as_its_name!(LogLevel);
reads_as_its_name!(KeyName);
reads_as_its_name!(OnFailure);
reads_as_its_name!(RemoteEndpoints);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_takes_names_and_pynatconnds_numbers() {
        let read = |text| LogLevel::from_argument(text);
        assert_eq!(read("trace"), Ok(LogLevel::Trace));
        assert_eq!(read("0"), Ok(LogLevel::Info));
        assert_eq!(read("4"), Ok(LogLevel::Info));
        assert_eq!(read("5"), Ok(LogLevel::Debug));
        assert_eq!(read("10"), Ok(LogLevel::Trace));
        assert_eq!(
            read("11").unwrap_err().to_string(),
            "found \"11\", expected error, warn, info, debug or trace, or a number from 0 to 10"
        );
    }
}
