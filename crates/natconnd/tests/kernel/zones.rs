//! Conntrack zones: equal tuples, and zones of one direction.

use lab::{Error, Lab};

use crate::agreement::agree;
use crate::daemon::Daemon;

/// Masquerades, and puts packets of a host into zones by these rules.
fn rules(lab: &Lab, zones: &str) -> Result<(), Error> {
    lab.nft(&format!(
        "table inet nat {{
            chain zones {{
                type filter hook prerouting priority raw
                {zones}
            }}
            chain postrouting {{
                type nat hook postrouting priority srcnat
                oifname outside masquerade
            }}
        }}"
    ))
}

#[test]
fn a_zone_of_both_directions() {
    lab::in_gateway!(|lab| {
        rules(
            lab,
            "udp dport 53 ct zone set 5
             udp sport 53 ct zone set 5
             ip6 daddr fd00:2::10 icmpv6 type echo-request ct zone set 6",
        )?;
        let daemon = Daemon::start(lab, "");
        for port in [53, 54] {
            lab.outside().serve_udp(port)?;
            for host in lab.hosts() {
                host.exchange_udp(5000, lab.outside().at(port))?;
                host.exchange_udp(5000, lab.outside().at_v6(port))?;
            }
        }
        let truth = agree(lab, &daemon, 12);
        let in_zone = truth.iter().filter(|one| one.zone == 5).count();
        assert_eq!(in_zone, 6, "{truth:#?}");
        for (query, count) in [
            ("zone=5", 6),
            ("zone=0", 6),
            ("zone=0,5", 12),
            ("zone=7", 0),
        ] {
            assert_eq!(daemon.list(query).len(), count, "{query}");
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn a_zone_of_the_original_direction() {
    lab::in_gateway!(|lab| {
        rules(lab, "iifname inside ct original zone set 5")?;
        let daemon = Daemon::start(lab, "");
        lab.outside().serve_udp(53)?;
        for host in lab.hosts() {
            host.exchange_udp(5000, lab.outside().at(53))?;
        }
        let truth = agree(lab, &daemon, 3);
        assert!(truth.iter().all(|one| one.zone == 5), "{truth:#?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn a_zone_of_the_reply_direction() {
    lab::in_gateway!(|lab| {
        rules(
            lab,
            "iifname inside ct reply zone set 6
             iifname outside ct zone set 6",
        )?;
        let daemon = Daemon::start(lab, "");
        lab.outside().serve_udp(53)?;
        for host in lab.hosts() {
            host.exchange_udp(5000, lab.outside().at(53))?;
        }
        let truth = agree(lab, &daemon, 3);
        assert!(truth.iter().all(|one| one.zone == 6), "{truth:#?}");
        Ok::<(), Error>(())
    });
}

/// Two connections that differ in nothing but their zone, NAT endpoint included.
#[test]
fn equal_tuples_in_two_zones() {
    lab::in_gateway!(|lab| {
        rules(lab, "udp sport 5000 ct zone set numgen inc mod 2")?;
        let daemon = Daemon::start(lab, "");
        // Each packet goes into the other zone; nothing answers.
        for _ in 0..2 {
            lab.host(1).send_udp(5000, lab.outside().at(53))?;
        }
        lab.await_connections(&["--src-nat"], 2)?;
        let truth = agree(lab, &daemon, 2);
        assert_eq!(truth[0].nat, truth[1].nat, "{truth:#?}");
        assert_eq!([truth[0].zone, truth[1].zone], [0, 1], "{truth:#?}");
        Ok::<(), Error>(())
    });
}
