//! The names by which a listener without TLS may be asked.
//!
//! A page of somebody else's can have its own name point at this machine (DNS rebinding); the
//! browser then takes natconnd for that page's server and shows it the answers. The name in
//! `Host` is that page's. Addresses, `localhost` and names of one word are no names that
//! somebody else could have.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Names with a dot that may be asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostNames {
    /// All of them.
    Any,
    /// These, in lower case.
    Only(Vec<String>),
}

impl HostNames {
    /// Those of a configuration, where `*` is any.
    pub fn of(names: &[String]) -> Self {
        if names.iter().any(|name| name == "*") {
            return Self::Any;
        }
        Self::Only(names.iter().map(|name| bare(name)).collect())
    }

    /// Whether a request for this host may be answered: a name or an address, with a port
    /// or without.
    pub fn allow(&self, host: &str) -> bool {
        let Self::Only(names) = self else {
            return true;
        };
        if let Some(rest) = host.strip_prefix('[') {
            let address = rest.split_once(']').map(|(address, _)| address);
            return address.is_some_and(|it| it.parse::<Ipv6Addr>().is_ok());
        }
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let name = bare(name);
        name.parse::<Ipv4Addr>().is_ok()
            || !name.contains(['.', ':'])
            || name.ends_with(".localhost")
            || names.contains(&name)
    }
}

/// A name as it is compared: in lower case, without the dot of the root.
fn bare(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_elses_name_is_answered_to() {
        let names = HostNames::of(&["GW1.example.net.".to_owned()]);
        for host in [
            "127.0.0.1:8080",
            "192.0.2.1",
            "[::1]:8080",
            "[2001:db8::1]",
            "localhost:8080",
            "a.localhost",
            "natconnd",
            "gw1:8080",
            "gw1.example.net",
            "gw1.EXAMPLE.net.:8080",
            "",
        ] {
            assert!(names.allow(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "gw1.example.net.evil.example",
            "[evil.example]:8080",
            "[::1",
            "localhost.evil.example.:1",
            "::1.evil.example:1",
        ] {
            assert!(!names.allow(host), "{host}");
        }
        assert!(HostNames::of(&["*".to_owned()]).allow("evil.example"));
    }
}
