//! Endpoints that are only partly known.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

use crate::Endpoint;

/// An endpoint of which a part may be unknown.
///
/// Reads and displays as `ADDR`, `ADDR/BITS`, `ADDR:PORT`, `:PORT`,
/// `[V6]:PORT`, `[V6/BITS]:PORT`; for `PORT` also `FIRST-LAST`. The default
/// fits every endpoint and displays as `*`.
///
/// IPv4 written in IPv6 (`::ffff:192.0.2.1`), as servers on dual-stack sockets
/// log it, is read as IPv4.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct EndpointPattern {
    /// The addresses that fit, any where `None`.
    pub addresses: Option<IpNet>,
    /// The ports that fit, any where `None`.
    pub ports: Option<RangeInclusive<u16>>,
}

/// Why a text is no endpoint pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{found}\" is no endpoint: {cause}, expected ADDR, ADDR:PORT, :PORT, [V6]:PORT or ADDR/BITS"
)]
pub struct PatternError {
    /// The text.
    pub found: String,
    /// What is wrong with it.
    pub cause: String,
}

impl EndpointPattern {
    /// The pattern that only `endpoint` fits.
    pub fn exactly(endpoint: Endpoint) -> Self {
        Self {
            addresses: Some(endpoint.address.into()),
            ports: Some(endpoint.port..=endpoint.port),
        }
    }

    /// Whether every endpoint fits.
    pub const fn is_any(&self) -> bool {
        self.addresses.is_none() && self.ports.is_none()
    }

    /// Whether `endpoint` fits.
    pub fn matches(&self, endpoint: &Endpoint) -> bool {
        self.ports
            .as_ref()
            .is_none_or(|ports| ports.contains(&endpoint.port))
            && self
                .addresses
                .is_none_or(|net| net.contains(&endpoint.address))
    }

    /// Whether every endpoint that fits another pattern fits this one.
    pub fn covers(&self, other: &Self) -> bool {
        let has_addresses = self.addresses.is_none_or(|net| {
            other
                .addresses
                .is_some_and(|addresses| net.contains(&addresses))
        });
        let has_ports = self.ports.as_ref().is_none_or(|ports| {
            other
                .ports
                .as_ref()
                .is_some_and(|other| ports.contains(other.start()) && ports.contains(other.end()))
        });
        has_addresses && has_ports
    }

    /// The only address that fits, where there is just one.
    pub fn address(&self) -> Option<IpAddr> {
        let net = self.addresses?;
        (net.prefix_len() == net.max_prefix_len()).then(|| net.addr())
    }

    /// The only port that fits, where there is just one.
    pub fn port(&self) -> Option<u16> {
        let ports = self.ports.as_ref()?;
        (ports.start() == ports.end()).then(|| *ports.start())
    }

    /// The only endpoint that fits, where there is just one.
    pub fn endpoint(&self) -> Option<Endpoint> {
        Some(Endpoint::new(self.address()?, self.port()?))
    }
}

impl fmt::Display for EndpointPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_any() {
            return f.write_str("*");
        }
        if let Some(net) = self.addresses {
            let brackets = self.ports.is_some() && matches!(net, IpNet::V6(_));
            let (open, close) = if brackets { ("[", "]") } else { ("", "") };
            match self.address() {
                Some(address) => write!(f, "{open}{address}{close}")?,
                None => write!(f, "{open}{net}{close}")?,
            }
        }
        match &self.ports {
            Some(ports) if ports.start() == ports.end() => write!(f, ":{}", ports.start()),
            Some(ports) => write!(f, ":{}-{}", ports.start(), ports.end()),
            None => Ok(()),
        }
    }
}

impl FromStr for EndpointPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        parse(text).map_err(|cause| PatternError {
            found: text.to_owned(),
            cause,
        })
    }
}

fn parse(text: &str) -> Result<EndpointPattern, String> {
    let (addresses, ports) = split(text)?;
    if addresses.is_empty() && ports.is_none() {
        return Err("it is empty".to_owned());
    }
    Ok(EndpointPattern {
        addresses: match addresses {
            "" => None,
            addresses => Some(parse_net(addresses)?),
        },
        ports: ports.map(parse_ports).transpose()?,
    })
}

/// Splits at the colon before the ports, which an IPv6 address without
/// brackets has only where it ends in dots: `::ffff:192.0.2.1:443`.
fn split(text: &str) -> Result<(&str, Option<&str>), String> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest
            .split_once(']')
            .ok_or_else(|| "the bracket is not closed".to_owned())?;
        return match rest {
            "" => Ok((address, None)),
            rest => rest
                .strip_prefix(':')
                .map(|ports| (address, Some(ports)))
                .ok_or_else(|| format!("\"{rest}\" follows the bracket")),
        };
    }
    match text.bytes().filter(|byte| *byte == b':').count() {
        0 => Ok((text, None)),
        1 => {
            let (address, ports) = text.split_once(':').unwrap_or((text, ""));
            Ok((address, Some(ports)))
        }
        _ => match text.rsplit_once(':') {
            Some((address, ports)) if address.contains('.') => Ok((address, Some(ports))),
            _ => Ok((text, None)),
        },
    }
}

fn parse_net(text: &str) -> Result<IpNet, String> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address
        .parse()
        .map_err(|_| format!("\"{address}\" is no IP address"))?;
    let Some(bits) = bits else {
        return Ok(address.to_canonical().into());
    };
    bits.parse()
        .ok()
        .and_then(|bits| IpNet::new(address, bits).ok())
        .map(|net| canonical(net.trunc()))
        .ok_or_else(|| format!("\"{bits}\" is no prefix length for {address}"))
}

/// The IPv4 network that an IPv4-mapped IPv6 network stands for.
fn canonical(net: IpNet) -> IpNet {
    let IpNet::V6(mapped) = net else {
        return net;
    };
    mapped
        .addr()
        .to_ipv4_mapped()
        .zip(mapped.prefix_len().checked_sub(96))
        .and_then(|(address, bits)| Ipv4Net::new(address, bits).ok())
        .map_or(net, IpNet::V4)
}

fn parse_ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let number = |text: &str| {
        text.parse::<u16>()
            .map_err(|_| format!("\"{text}\" is no port from 0 to 65535"))
    };
    match text.split_once('-') {
        None => number(text).map(|port| port..=port),
        Some((first, last)) => {
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return Err(format!("the port range {text} runs backwards"));
            }
            Ok(first..=last)
        }
    }
}

/// Endpoints that fit any of some patterns; where there are none, all fit.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct EndpointSet(pub Vec<EndpointPattern>);

impl EndpointSet {
    /// Whether every endpoint fits.
    pub fn is_any(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(EndpointPattern::is_any)
    }

    /// Whether every endpoint that fits another set fits this one, as far as
    /// single patterns tell: two that only together cover a third do not count.
    pub fn covers(&self, other: &Self) -> bool {
        self.is_any()
            || (!other.0.is_empty()
                && other
                    .0
                    .iter()
                    .all(|pattern| self.0.iter().any(|own| own.covers(pattern))))
    }

    /// Whether `endpoint` fits.
    pub fn matches(&self, endpoint: &Endpoint) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(endpoint))
    }
}

impl FromStr for EndpointSet {
    type Err = PatternError;

    /// Reads patterns separated by commas.
    fn from_str(text: &str) -> Result<Self, PatternError> {
        text.split(',')
            .map(|part| part.trim().parse())
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        let address: std::net::SocketAddr = text.parse().unwrap();
        Endpoint::new(address.ip(), address.port())
    }

    #[test]
    fn reads_and_writes_every_shape() {
        for text in [
            "192.0.2.1",
            "192.0.2.0/24",
            "192.0.2.1:443",
            "192.0.2.0/24:1024-2047",
            ":443",
            ":1-2",
            "2001:db8::1",
            "2001:db8::/32",
            "[2001:db8::1]:443",
            "[2001:db8::/32]:443",
        ] {
            let pattern: EndpointPattern = text.parse().unwrap();
            assert_eq!(pattern.to_string(), text);
        }
        let bracketed: EndpointPattern = "[2001:db8::1]".parse().unwrap();
        assert_eq!(bracketed.to_string(), "2001:db8::1");
    }

    #[test]
    fn ipv4_written_in_ipv6_is_ipv4() {
        for (text, meant) in [
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::ffff:cb00:7107", "203.0.113.7"),
            ("[::ffff:203.0.113.7]", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:40123", "203.0.113.7:40123"),
            ("::ffff:203.0.113.7:40123", "203.0.113.7:40123"),
            ("::FFFF:203.0.113.7:1-2", "203.0.113.7:1-2"),
            ("::ffff:203.0.113.9/120", "203.0.113.0/24"),
            ("[::ffff:203.0.113.0/120]:443", "203.0.113.0/24:443"),
            ("::ffff:203.0.113.7/128", "203.0.113.7"),
            ("::ffff:0.0.0.0/96", "0.0.0.0/0"),
        ] {
            let pattern: EndpointPattern = text.parse().unwrap();
            assert_eq!(pattern, meant.parse().unwrap(), "{text}");
            assert_eq!(pattern.to_string(), meant);
        }
        // More than IPv4, and IPv6 that only ends like IPv4.
        for text in ["::/90", "64:ff9b::cb00:7107", "[64:ff9b::cb00:7107]:443"] {
            let pattern: EndpointPattern = text.parse().unwrap();
            assert_eq!(pattern.to_string(), text);
        }
    }

    #[test]
    fn matches_what_it_says() {
        let fits = |pattern: &str, text: &str| {
            let pattern: EndpointPattern = pattern.parse().unwrap();
            pattern.matches(&endpoint(text))
        };
        assert!(fits("192.0.2.0/24:1024-2047", "192.0.2.9:1024"));
        assert!(!fits("192.0.2.0/24:1024-2047", "192.0.2.9:2048"));
        assert!(!fits("192.0.2.0/24", "192.0.3.9:1024"));
        assert!(fits(":53", "[2001:db8::1]:53"));
        assert!(!fits("0.0.0.0/0", "[2001:db8::1]:53"));
    }

    #[test]
    fn errors_name_what_is_wrong() {
        let cause = |text: &str| text.parse::<EndpointPattern>().unwrap_err().cause;
        assert_eq!(cause(""), "it is empty");
        assert_eq!(cause("192.0.2.300"), "\"192.0.2.300\" is no IP address");
        assert_eq!(
            cause("192.0.2.1/33"),
            "\"33\" is no prefix length for 192.0.2.1"
        );
        assert_eq!(
            cause("192.0.2.1:http"),
            "\"http\" is no port from 0 to 65535"
        );
        assert_eq!(cause("192.0.2.1:9-1"), "the port range 9-1 runs backwards");
        assert_eq!(cause("192.0.2.1:5:6"), "\"192.0.2.1:5\" is no IP address");
        assert_eq!(cause("[::1"), "the bracket is not closed");
        assert_eq!(cause("[::1]443"), "\"443\" follows the bracket");
    }
}
