//! `natconn ident`: which host a hash stands for that a remote was told.
//!
//! Asks nobody. A hash cannot be undone, so each address that may be meant is hashed
//! and compared.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use ipnet::{IpAddrRange, IpNet};

use super::Outcome;
use super::definition::IdentArguments;
use super::error::Error;
use super::output::Output;
use crate::config::Config;
use crate::host_hash::{HashKey, HostHash};

/// Where hosts behind a NAT mostly are (RFC 1918, RFC 6598).
const USUAL: [&str; 4] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "172.16.0.0/12",
    "192.168.0.0/16",
];

/// The largest network whose addresses are tried, in bits: some tenths of a second.
const LARGEST: u8 = 24;

/// The least digits of a hash that tell addresses apart.
const FEWEST: usize = 8;

/// A hash, or its beginning: some servers cut what they are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Beginning {
    digits: u64,
    /// Bits that were cut off.
    cut: u32,
}

/// What is no beginning of a hash.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("found no hash, expected 8 to 16 hexadecimal digits")]
pub(super) struct NoHash;

impl FromStr for Beginning {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !(FEWEST..=16).contains(&text.len()) || !is_hexadecimal {
            return Err(NoHash);
        }
        let digits = u64::from_str_radix(text, 16).map_err(|_| NoHash)?;
        let cut = 4 * (16 - text.len() as u32);
        Ok(Self { digits, cut })
    }
}

impl Beginning {
    const fn begins(self, HostHash(hash): HostHash) -> bool {
        hash >> self.cut == self.digits
    }
}

/// A network whose addresses can all be tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Candidates(IpNet);

/// Why a network cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum NoCandidates {
    #[error("found no network, expected ADDR or ADDR/BITS")]
    NoNetwork,
    #[error("found a network of 2^{0} addresses, expected 2^{LARGEST} at most")]
    TooLarge(u8),
}

impl FromStr for Candidates {
    type Err = NoCandidates;

    fn from_str(text: &str) -> Result<Self, NoCandidates> {
        let single = text.parse::<IpAddr>().map(IpNet::from);
        let network = single.or_else(|_| text.parse::<IpNet>());
        let network = network.map_err(|_| NoCandidates::NoNetwork)?;
        match network.max_prefix_len() - network.prefix_len() {
            bits if bits > LARGEST => Err(NoCandidates::TooLarge(bits)),
            _ => Ok(Self(network.trunc())),
        }
    }
}

impl fmt::Display for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Candidates {
    /// Every address, the first and the last of a network too.
    fn addresses(self) -> IpAddrRange {
        match self.0 {
            IpNet::V4(network) => {
                ipnet::Ipv4AddrRange::new(network.network(), network.broadcast()).into()
            }
            IpNet::V6(network) => {
                ipnet::Ipv6AddrRange::new(network.network(), network.broadcast()).into()
            }
        }
    }
}

pub(super) fn run(arguments: &IdentArguments, output: &mut Output) -> Result<Outcome, Error> {
    let path = key_file(arguments)?;
    let key = HashKey::read(&path).map_err(|cause| Error::ReadFile { path, cause })?;
    let networks = match &arguments.among[..] {
        [] => USUAL.iter().filter_map(|text| text.parse().ok()).collect(),
        among => among.to_vec(),
    };
    let addresses = networks.iter().flat_map(|network| network.addresses());
    let mut outcome = Outcome::NoMatch;
    for address in addresses {
        if arguments.hash.begins(key.hash(address)) {
            output.line(&address.to_string())?;
            outcome = Outcome::Match;
        }
    }
    if outcome == Outcome::NoMatch {
        let among: Vec<String> = networks.iter().map(Candidates::to_string).collect();
        output.line(&format!("no host among {}", among.join(", ")))?;
    }
    Ok(outcome)
}

/// The file that was named, or the one that natconnd's configuration names.
fn key_file(arguments: &IdentArguments) -> Result<PathBuf, Error> {
    if let Some(path) = &arguments.key_file {
        return Ok(path.clone());
    }
    let loaded = Config::load_default().map_err(|error| Error::Config(error.messages()))?;
    Ok(loaded.config.ident.key_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_may_lack_its_end() {
        let begins = |text: &str| {
            let beginning: Beginning = text.parse().unwrap();
            beginning.begins(HostHash(0x0123_4567_89ab_cdef))
        };
        assert!(begins("0123456789abcdef"));
        assert!(begins("0123456789ABC"));
        assert!(begins("01234567"));
        assert!(!begins("01234568"));
        assert!(!begins("123456789abcdef0"));
        for text in ["", "0123456", "0123456789abcdef0", "0123456g", "+1234567"] {
            assert_eq!(text.parse::<Beginning>(), Err(NoHash), "{text}");
        }
    }

    #[test]
    fn every_address_of_a_network_is_tried() {
        let count = |text: &str| {
            let network: Candidates = text.parse().unwrap();
            network.addresses().count()
        };
        assert_eq!(count("192.168.1.7/24"), 256);
        assert_eq!(count("10.0.0.1"), 1);
        assert_eq!(count("fd00::/120"), 256);
        let refused = |text: &str| text.parse::<Candidates>().unwrap_err();
        assert_eq!(refused("fd00::/64"), NoCandidates::TooLarge(64));
        assert_eq!(refused("lan"), NoCandidates::NoNetwork);
        for text in USUAL {
            text.parse::<Candidates>().unwrap();
        }
    }
}
