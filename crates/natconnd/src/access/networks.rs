//! Networks that are let in.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// Networks from which requests are answered.
///
/// IPv4 addresses and networks written in IPv6 (`::ffff:192.0.2.1`), as a
/// dual-stack listener reports them, count as IPv4. The default is the
/// machine itself: `127.0.0.0/8` and `::1`. An empty list lets nobody in but
/// peers of a unix socket, which the list does not concern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AllowList(Vec<IpNet>);

impl AllowList {
    /// Lets peers in these networks in.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().map(canonical).collect())
    }

    /// Whether a peer with this address is let in.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl Default for AllowList {
    fn default() -> Self {
        let loopback = Ipv4Net::new_assert([127, 0, 0, 0].into(), 8);
        Self::new([
            IpNet::V4(loopback),
            IpAddr::V6(std::net::Ipv6Addr::LOCALHOST).into(),
        ])
    }
}

/// The IPv4 network that an IPv4-mapped IPv6 network stands for.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else {
        return network;
    };
    mapped
        .addr()
        .to_ipv4_mapped()
        .zip(mapped.prefix_len().checked_sub(96))
        .and_then(|(address, bits)| Ipv4Net::new(address, bits).ok())
        .map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(networks: &[&str]) -> AllowList {
        AllowList::new(networks.iter().map(|network| network.parse().unwrap()))
    }

    fn allows(list: &AllowList, address: &str) -> bool {
        list.contains(address.parse().unwrap())
    }

    #[test]
    fn networks_of_both_families_count() {
        let list = list(&["192.0.2.0/24", "2001:db8::/32"]);
        assert!(allows(&list, "192.0.2.255"));
        assert!(!allows(&list, "192.0.3.0"));
        assert!(allows(&list, "2001:db8:ffff::1"));
        assert!(!allows(&list, "2001:db9::1"));
    }

    #[test]
    fn ipv4_written_in_ipv6_is_ipv4() {
        let plain = list(&["192.0.2.0/24"]);
        assert!(allows(&plain, "::ffff:192.0.2.7"));
        assert!(!allows(&plain, "::ffff:192.0.3.7"));
        let mapped = list(&["::ffff:192.0.2.0/120"]);
        assert!(allows(&mapped, "192.0.2.7"));
        assert!(!allows(&mapped, "192.0.3.7"));
    }

    #[test]
    fn the_default_is_the_machine_itself_and_empty_is_nobody() {
        assert!(allows(&AllowList::default(), "127.0.0.1"));
        assert!(allows(&AllowList::default(), "::1"));
        assert!(!allows(&AllowList::default(), "192.0.2.1"));
        assert!(!allows(&list(&[]), "127.0.0.1"));
    }
}
