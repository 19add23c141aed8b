//! Protocols other than TCP and UDP.

use lab::{Error, MASQUERADE, packet};

use crate::agreement::agree;
use crate::daemon::Daemon;

#[test]
fn icmp_and_icmpv6_echo() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        for host in lab.hosts() {
            // The same id: the NAT has to change two of three.
            host.ping(77, lab.outside().v4().into())?;
            host.ping(77, lab.outside().v6().into())?;
        }
        let truth = agree(lab, &daemon, 6);
        let mut ids: Vec<_> = truth.iter().map(|one| one.nat).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 6, "{truth:#?}");
        let protocols: Vec<_> = truth.iter().map(|one| one.protocol.as_str()).collect();
        assert_eq!(
            protocols,
            ["icmp", "icmp", "icmp", "icmpv6", "icmpv6", "icmpv6"]
        );
        Ok::<(), Error>(())
    });
}

#[test]
fn sctp() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        // Nobody answers, and three seconds are soon over on a busy machine.
        lab.sysctl("net.netfilter.nf_conntrack_sctp_timeout_cookie_wait", "60")?;
        let daemon = Daemon::start(lab, "");
        for host in lab.hosts() {
            let init = packet::sctp_init(5000, 36412);
            host.send_ip(packet::SCTP, &init, lab.outside().v4().into())?;
            host.send_ip(packet::SCTP, &init, lab.outside().v6().into())?;
        }
        lab.await_connections(&["--src-nat"], 6)?;
        let truth = agree(lab, &daemon, 6);
        assert!(truth.iter().all(|one| one.protocol == "sctp"), "{truth:#?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn gre_with_and_without_a_key() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        let outside = lab.outside().v4().into();
        let host = lab.host(1);
        host.send_ip(packet::GRE, &packet::gre(), outside)?;
        host.send_ip(packet::GRE, &packet::pptp_gre(7), outside)?;
        lab.host(2)
            .send_ip(packet::GRE, &packet::pptp_gre(8), outside)?;
        lab.await_connections(&["--src-nat"], 3)?;
        let truth = agree(lab, &daemon, 3);
        assert!(truth.iter().all(|one| one.protocol == "gre"), "{truth:#?}");
        assert!(truth.iter().any(|one| one.remote.port() == 7), "{truth:#?}");
        Ok::<(), Error>(())
    });
}

/// Of ESP (50) and of what has no name at all (99) conntrack knows the addresses
/// only, so each pair of them is one connection.
#[test]
fn protocols_that_conntrack_does_not_know() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        let outside = lab.outside();
        lab.host(1).send_ip(50, &[7; 32], outside.v4().into())?;
        lab.host(1).send_ip(99, &[7; 32], outside.v4().into())?;
        lab.host(2).send_ip(99, &[7; 32], outside.v6().into())?;
        lab.await_connections(&["--src-nat"], 3)?;
        let truth = agree(lab, &daemon, 3);
        let protocols: Vec<_> = truth.iter().map(|one| one.protocol.as_str()).collect();
        assert_eq!(protocols, ["99", "99", "esp"]);
        assert!(truth.iter().all(|one| one.nat.port() == 0), "{truth:#?}");
        Ok::<(), Error>(())
    });
}
