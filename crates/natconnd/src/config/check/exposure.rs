//! Nothing is for all the world by accident.
//!
//! Who talked to whom is nobody's business but the operator's. Without TLS
//! anybody on the way can read it too, so a listener that everybody can reach
//! and may ask has to be called `unprotected` by the one who wants it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Mistake, Written};

/// Listeners without TLS that all the world may ask.
pub(super) fn check(written: &Written<'_>) -> Vec<Mistake> {
    let http = &written.config.http;
    let mut mistakes = Vec::new();
    if !http.unprotected && !(written.is_faulty)("http.unprotected") {
        mistakes.extend(exposed("http", &http.listen, &http.allow));
    }
    for (name, listener) in &written.config.listeners {
        let section = format!("listener.{name}");
        let is_given = |key: &str| (written.is_given)(&format!("{section}.{key}"));
        let is_faulty = |key: &str| (written.is_faulty)(&format!("{section}.{key}"));
        let has_tls = listener.tls.is_some() || is_given("certificate") || is_given("key");
        if has_tls || listener.unprotected || is_faulty("unprotected") {
            continue;
        }
        match &listener.allow {
            Some(allow) => mistakes.extend(exposed(&section, &listener.listen, allow)),
            None if is_faulty("allow") => {}
            None => mistakes.extend(without_allow(&section, &listener.listen)),
        }
    }
    mistakes
}

fn exposed(section: &str, listen: &[SocketAddr], allow: &[IpNet]) -> Option<Mistake> {
    let address = listen.iter().find(|it| is_beyond_loopback(**it))?;
    is_everybody(allow).then(|| {
        let by_tls = match section {
            "http" => "serve TLS at a [listener.NAME]",
            _ => "write certificate and key to serve TLS",
        };
        Mistake::new(
            format!("{section}.allow"),
            format!("lets all the world ask {address} without TLS"),
            format!(
                "name the networks that may ask, or {by_tls}, or write unprotected = true if \
                 that is meant"
            ),
        )
    })
}

/// The machine itself, which is let in by default, has no need of such an address.
fn without_allow(section: &str, listen: &[SocketAddr]) -> Option<Mistake> {
    let address = listen.iter().find(|it| is_beyond_loopback(**it))?;
    Some(Mistake::new(
        format!("{section}.listen"),
        format!("{address} is beyond loopback, and there is neither allow nor a certificate"),
        "write allow = [\"192.0.2.0/24\"] for those who may ask, or certificate and key to serve TLS",
    ))
}

/// Whether others than the machine itself can reach an address.
pub(in super::super) fn is_beyond_loopback(address: SocketAddr) -> bool {
    !address.ip().to_canonical().is_loopback()
}

/// Whether these networks together are all that there is of IPv4 or of IPv6.
pub(in super::super) fn is_everybody(networks: &[IpNet]) -> bool {
    // What is beyond the addresses of hosts does not make it less: multicast, and all of IPv6
    // that was never given away.
    let every_v4 = [(0, 1), (128, 2), (192, 3)]
        .map(|(first, bits)| Ipv4Net::new_assert(Ipv4Addr::new(first, 0, 0, 0), bits));
    let every_v6 = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
    let networks = IpNet::aggregate(&networks.iter().map(|it| canonical(*it)).collect());
    let covers = |all: IpNet| networks.iter().any(|network| network.contains(&all));
    every_v4.into_iter().all(|part| covers(part.into())) || covers(every_v6.into())
}

/// IPv4 that is written in IPv6 is IPv4, as it is where addresses are let in.
fn canonical(network: IpNet) -> IpNet {
    let IpAddr::V6(address) = network.addr() else {
        return network;
    };
    let bits = network.prefix_len().checked_sub(96);
    match (address.to_ipv4_mapped(), bits) {
        (Some(address), Some(bits)) => Ipv4Net::new(address, bits).map_or(network, IpNet::V4),
        _ => network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everybody(networks: &[&str]) -> bool {
        let networks: Vec<IpNet> = networks.iter().map(|it| it.parse().unwrap()).collect();
        is_everybody(&networks)
    }

    #[test]
    fn the_world_is_the_world_however_it_is_cut() {
        for networks in [
            &["0.0.0.0/0"][..],
            &["::/0"],
            &["10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1"],
            &["128.0.0.0/2", "0.0.0.0/2", "64.0.0.0/2", "192.0.0.0/3"],
            &["::/1", "8000::/1"],
            &["2000::/3"],
            &["2000::/4", "3000::/4"],
            &["::ffff:0.0.0.0/96"],
        ] {
            assert!(everybody(networks), "{networks:?}");
        }
        for networks in [
            &[][..],
            &["10.0.0.0/8", "192.168.0.0/16", "fc00::/7"],
            &["0.0.0.0/1"],
            &["0.0.0.0/1", "128.0.0.0/2"],
            &["2000::/4", "8000::/1"],
            &["::ffff:10.0.0.0/104", "127.0.0.1/32", "::1/128"],
        ] {
            assert!(!everybody(networks), "{networks:?}");
        }
    }

    #[test]
    fn every_address_is_beyond_loopback() {
        let beyond = |text: &str| is_beyond_loopback(text.parse().unwrap());
        assert!(beyond("0.0.0.0:80") && beyond("[::]:80") && beyond("192.0.2.1:80"));
        assert!(!beyond("127.0.0.53:80") && !beyond("[::1]:80"));
        assert!(!beyond("[::ffff:127.0.0.1]:80"));
    }
}
