//! The lab's gateway does what a NAT gateway does, on the real kernel.

use lab::{Error, MASQUERADE, Topology, packet};
use model::Protocol;

#[test]
fn a_masqueraded_tcp_connection_is_listed() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(443)?;
        let _held = lab.host(1).connect_tcp(40123, lab.outside().at(443))?;

        let listed = lab.connections(&["-p", "tcp"])?;
        assert_eq!(listed.len(), 1, "{listed:?}");
        let connection = &listed[0];
        assert_eq!(
            connection.original.source.to_string(),
            "192.168.248.2:40123"
        );
        assert_eq!(
            connection.original.destination.to_string(),
            "100.64.2.10:443"
        );
        assert_eq!(connection.reply.destination.to_string(), "100.64.2.1:40123");
        assert!(connection.has("ESTABLISHED"), "{connection:?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn two_hosts_with_the_same_source_port_get_two_nat_ports() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(443)?;
        let web = lab.outside().at(443);
        let _first = lab.host(1).connect_tcp(40123, web)?;
        let _second = lab.host(2).connect_tcp(40123, web)?;

        let listed = lab.connections(&["--src-nat"])?;
        assert_eq!(listed.len(), 2, "{listed:?}");
        assert_ne!(listed[0].reply.destination, listed[1].reply.destination);
        Ok::<(), Error>(())
    });
}

#[test]
fn ipv6_is_masqueraded_too() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_udp(53)?;
        lab.host(2).exchange_udp(5353, lab.outside().at_v6(53))?;

        let listed = lab.connections(&["-p", "udp"])?;
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!(listed[0].original.source.to_string(), "[fd00:248::3]:5353");
        assert_eq!(listed[0].reply.destination.to_string(), "[fd00:2::1]:5353");
        Ok::<(), Error>(())
    });
}

#[test]
fn an_echo_request_is_listed_with_its_id() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.host(3).ping(77, lab.outside().v4().into())?;
        lab.host(3).ping(78, lab.outside().v6().into())?;

        let listed = lab.connections(&[])?;
        let ids: Vec<_> = listed
            .iter()
            .map(|one| (one.original.protocol, one.original.source.port))
            .collect();
        assert_eq!(ids, [(Protocol::ICMP, 77), (Protocol::ICMPV6, 78)]);
        assert!(listed.iter().all(|one| one.is_source_translated()));
        Ok::<(), Error>(())
    });
}

#[test]
fn sctp_and_gre_are_translated_without_a_host_that_speaks_them() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let outside = lab.outside().v4().into();
        let host = lab.host(1);
        host.send_ip(packet::SCTP, &packet::sctp_init(5000, 36412), outside)?;
        host.send_ip(packet::GRE, &packet::gre(), outside)?;
        host.send_ip(packet::GRE, &packet::pptp_gre(7), outside)?;

        let mut listed = lab.await_connections(&["--src-nat"], 3)?;
        listed.sort_by_key(|one| (one.original.protocol, one.original.destination));
        let seen: Vec<_> = listed
            .iter()
            .map(|one| (one.original.protocol, one.original.destination.port))
            .collect();
        assert_eq!(
            seen,
            [
                (Protocol::GRE, 0),
                (Protocol::GRE, 7),
                (Protocol::SCTP, 36412)
            ]
        );
        Ok::<(), Error>(())
    });
}

#[test]
fn a_port_forward_leads_to_a_host_and_a_hairpin_too() {
    lab::in_gateway!(|lab| {
        lab.nft(
            "table ip nat {
                chain prerouting {
                    type nat hook prerouting priority dstnat
                    ip daddr 100.64.2.1 tcp dport 8022 dnat to 192.168.248.4:22
                }
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    ip saddr 192.168.248.0/24 masquerade
                }
            }",
        )?;
        lab.host(3).serve_tcp(22)?;
        let forwarded = (lab.nat_v4()[0], 8022).into();
        let _from_outside = lab.outside().connect_tcp(6000, forwarded)?;
        let _from_inside = lab.host(1).connect_tcp(6001, forwarded)?;

        let mut listed = lab.connections(&["-p", "tcp"])?;
        listed.sort_by_key(|one| one.original.source.port);
        let kinds: Vec<_> = listed
            .iter()
            .map(|one| (one.is_source_translated(), one.is_destination_translated()))
            .collect();
        assert_eq!(kinds, [(false, true), (true, true)]);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_larger_lab_has_more_hosts_and_nat_addresses() {
    let topology = Topology {
        hosts: 5,
        nat_addresses: 4,
    };
    lab::in_gateway!(topology, |lab| {
        lab.nft(
            "table ip nat {
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    oifname outside ip protocol tcp snat to 100.64.2.2-100.64.2.4:5000-5009
                }
            }",
        )?;
        lab.outside().serve_tcp(443)?;
        let _held = lab.host(5).connect_tcp(0, lab.outside().at(443))?;

        let listed = lab.connections(&["--src-nat"])?;
        let nat = listed[0].reply.destination;
        assert!((5000..=5009).contains(&nat.port), "{nat}");
        assert!(
            lab.nat_v4()[1..]
                .iter()
                .any(|&address| nat.address == address)
        );
        Ok::<(), Error>(())
    });
}

#[test]
fn a_setting_of_the_kernel_can_be_changed() {
    lab::in_gateway!(|lab| {
        lab.sysctl("net.netfilter.nf_conntrack_timestamp", "1")?;
        let error = lab.sysctl("net.netfilter.no_such_thing", "1").unwrap_err();
        assert!(error.to_string().contains("no_such_thing"), "{error:?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn an_error_on_the_gateway_fails_the_test() {
    let outcome = std::panic::catch_unwind(|| {
        lab::in_gateway!(|lab| lab.nft("this is no rule"));
    });
    match outcome {
        Err(panic) if std::env::var_os("NATCONND_LAB").is_some() => {
            std::panic::resume_unwind(panic)
        }
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map_or("", |text| text);
            assert!(message.contains("nft -f -"), "{message}");
        }
        // The test was skipped: there was no gateway to fail on.
        Ok(()) => assert!(lab::namespaces::fresh().is_err()),
    }
}
