//! Destination translation, and both at once.

use lab::{Error, Lab};

use crate::agreement::agree;
use crate::daemon::Daemon;

/// Port forwards on the gateway's outside address, which work from inside too.
const FORWARD: &str = "
table ip nat {
    chain prerouting {
        type nat hook prerouting priority dstnat
        ip daddr 100.64.2.1 tcp dport 8022 dnat to 192.168.248.4:22
        ip daddr 100.64.2.1 udp dport 8053 dnat to 192.168.248.3
    }
    chain postrouting {
        type nat hook postrouting priority srcnat
        ip saddr 192.168.248.0/24 masquerade
    }
}
table ip6 nat {
    chain prerouting {
        type nat hook prerouting priority dstnat
        ip6 daddr fd00:2::1 tcp dport 8022 dnat to [fd00:248::4]:22
    }
}";

fn kinds(lab: &Lab, daemon: &Daemon, count: usize) -> Vec<String> {
    let truth = agree(lab, daemon, count);
    let mut kinds: Vec<_> = truth.into_iter().map(|one| one.kind).collect();
    kinds.sort();
    kinds
}

#[test]
fn a_port_forward() {
    lab::in_gateway!(|lab| {
        lab.nft(FORWARD)?;
        let daemon = Daemon::start(lab, "");
        lab.host(3).serve_tcp(22)?;
        lab.host(2).serve_udp(8053)?;
        let outside = lab.outside();
        let _v4 = outside.connect_tcp(6000, (lab.nat_v4()[0], 8022).into())?;
        outside.exchange_udp(6000, (lab.nat_v4()[0], 8053).into())?;
        // The outside knows its neighbours only, and this is one.
        outside.run(&["ip", "-6", "route", "add", "default", "via", "fd00:2::1"])?;
        let _v6 = outside.connect_tcp(6001, (lab.nat_v6()[0], 8022).into())?;

        assert_eq!(kinds(lab, &daemon, 3), ["destination"; 3]);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_redirect_to_the_gateway_itself() {
    lab::in_gateway!(|lab| {
        lab.nft(
            "table ip nat {
                chain prerouting {
                    type nat hook prerouting priority dstnat
                    iifname inside tcp dport 80 redirect to :3128
                }
            }",
        )?;
        let daemon = Daemon::start(lab, "");
        lab.gateway().serve_tcp(3128)?;
        let _held = lab.host(1).connect_tcp(40080, lab.outside().at(80))?;

        assert_eq!(kinds(lab, &daemon, 1), ["destination"]);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_hairpin_has_two_translations() {
    lab::in_gateway!(|lab| {
        lab.nft(FORWARD)?;
        let daemon = Daemon::start(lab, "");
        lab.host(3).serve_tcp(22)?;
        let forwarded = (lab.nat_v4()[0], 8022).into();
        let _one = lab.host(1).connect_tcp(6001, forwarded)?;
        let _two = lab.host(2).connect_tcp(6001, forwarded)?;

        let truth = agree(lab, &daemon, 4);
        let hosts: Vec<_> = truth
            .iter()
            .map(|one| (one.kind.as_str(), one.internal.ip().to_string()))
            .collect();
        assert_eq!(
            hosts,
            [
                ("destination", "192.168.248.4".to_owned()),
                ("destination", "192.168.248.4".to_owned()),
                ("source", "192.168.248.2".to_owned()),
                ("source", "192.168.248.3".to_owned()),
            ]
        );
        assert_eq!(daemon.status().connections, 2);
        Ok::<(), Error>(())
    });
}

/// A forward to a host that sees the gateway as the client.
#[test]
fn a_masqueraded_port_forward_has_two_translations() {
    lab::in_gateway!(|lab| {
        lab.nft(
            "table ip nat {
                chain prerouting {
                    type nat hook prerouting priority dstnat
                    ip daddr 100.64.2.1 tcp dport 8022 dnat to 192.168.248.4:22
                }
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    oifname inside masquerade
                }
            }",
        )?;
        let daemon = Daemon::start(lab, "");
        lab.host(3).serve_tcp(22)?;
        let _held = lab
            .outside()
            .connect_tcp(6000, (lab.nat_v4()[0], 8022).into())?;

        assert_eq!(kinds(lab, &daemon, 2), ["destination", "source"]);
        Ok::<(), Error>(())
    });
}

/// An echo request from outside is the original tuple, which a get by the tuple
/// of an echo reply does not find.
#[test]
fn an_echo_that_is_forwarded() {
    lab::in_gateway!(|lab| {
        lab.nft(
            "table inet nat {
                chain prerouting {
                    type nat hook prerouting priority dstnat
                    ip daddr 100.64.2.1 ip protocol icmp dnat ip to 192.168.248.3
                    ip6 daddr fd00:2::1 icmpv6 type echo-request dnat ip6 to fd00:248::3
                }
            }",
        )?;
        let daemon = Daemon::start(lab, "");
        let outside = lab.outside();
        outside.ping(77, lab.nat_v4()[0].into())?;
        outside.run(&["ip", "-6", "route", "add", "default", "via", "fd00:2::1"])?;
        outside.ping(78, lab.nat_v6()[0].into())?;

        assert_eq!(kinds(lab, &daemon, 2), ["destination", "destination"]);
        Ok::<(), Error>(())
    });
}
