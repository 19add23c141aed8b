//! The six names by which pynatconnd's users look a connection up.

use std::fmt;
use std::str::FromStr;

/// What the connections are found by in pynatconnd's URLs
/// (`/nat_port/40123`): its `key_name`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyName {
    /// Address of the original source.
    SrcIp,
    /// Port of the original source.
    SrcPort,
    /// The NAT address.
    NatIp,
    /// The NAT port.
    NatPort,
    /// Address of the original destination.
    DstIp,
    /// Port of the original destination.
    DstPort,
}

/// A word that is none of the six names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no key name, expected src_ip, src_port, nat_ip, nat_port, dst_ip or dst_port")]
pub struct UnknownKeyName(pub String);

impl KeyName {
    /// All six.
    pub const ALL: [Self; 6] = [
        Self::SrcIp,
        Self::SrcPort,
        Self::NatIp,
        Self::NatPort,
        Self::DstIp,
        Self::DstPort,
    ];

    /// The name in pynatconnd's configuration and URLs.
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

    /// Whether the key is a port; else it is an address.
    pub const fn is_port(self) -> bool {
        matches!(self, Self::SrcPort | Self::NatPort | Self::DstPort)
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for KeyName {
    type Err = UnknownKeyName;

    fn from_str(word: &str) -> Result<Self, UnknownKeyName> {
        Self::ALL
            .into_iter()
            .find(|key| key.name() == word)
            .ok_or_else(|| UnknownKeyName(word.to_owned()))
    }
}
