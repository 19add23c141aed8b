//! Source translation in all its shapes.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use lab::{Error, Lab, MASQUERADE, Topology};

use crate::agreement::{agree, assert_answer};
use crate::client::in_query;
use crate::daemon::Daemon;
use crate::truth::Truth;

/// Four NAT addresses, of which rules use the last three.
const WIDE: Topology = Topology {
    hosts: 3,
    nat_addresses: 4,
};

/// UDP from every host and the same port, to this port outside; over IPv6 where
/// `is_v6`.
fn exchange(lab: &Lab, port: u16, is_v6: bool) -> Result<Vec<UdpSocket>, Error> {
    let outside = lab.outside();
    let remote = if is_v6 {
        outside.at_v6(port)
    } else {
        outside.at(port)
    };
    outside.serve_udp(port)?;
    lab.hosts()
        .iter()
        .map(|host| host.exchange_udp(5000, remote))
        .collect()
}

fn all_are_source(truth: &[Truth]) -> bool {
    truth.iter().all(|one| one.kind == "source")
}

#[test]
fn masquerade() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        lab.outside().serve_tcp(443)?;
        let web = lab.outside().at(443);
        let _one = lab.host(1).connect_tcp(40123, web)?;
        let _two = lab.host(2).connect_tcp(40123, web)?;
        exchange(lab, 53, false)?;

        let truth = agree(lab, &daemon, 5);
        assert!(all_are_source(&truth), "{truth:#?}");
        let gateway = IpAddr::from(lab.nat_v4()[0]);
        assert!(truth.iter().all(|one| one.nat.ip() == gateway));
        Ok::<(), Error>(())
    });
}

#[test]
fn snat_to_a_range_of_addresses_with_ports() {
    lab::in_gateway!(WIDE, |lab| {
        lab.nft(
            "table ip nat {
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    oifname outside meta l4proto { tcp, udp } snat to 100.64.2.2-100.64.2.4:5100-5109
                }
            }",
        )?;
        let daemon = Daemon::start(lab, "");
        lab.outside().serve_tcp(443)?;
        let web = lab.outside().at(443);
        let _held: Vec<_> = (0..9)
            .map(|at| lab.host(at % 3 + 1).connect_tcp(0, web))
            .collect::<Result<_, _>>()?;
        exchange(lab, 53, false)?;

        let truth = agree(lab, &daemon, 12);
        assert!(all_are_source(&truth), "{truth:#?}");
        assert!(
            truth
                .iter()
                .all(|one| (5100..=5109).contains(&one.nat.port())),
            "{truth:#?}"
        );
        Ok::<(), Error>(())
    });
}

#[test]
fn snat_with_every_choice_of_ports() {
    lab::in_gateway!(WIDE, |lab| {
        let rules: String = [
            (1001, "random"),
            (1002, "fully-random"),
            (1003, "persistent"),
            (1004, "random,persistent"),
            (1005, "fully-random,persistent"),
        ]
        .map(|(port, flags)| format!("udp dport {port} snat to 100.64.2.2-100.64.2.4 {flags}\n"))
        .concat();
        lab.nft(&format!(
            "table ip nat {{
                chain postrouting {{
                    type nat hook postrouting priority srcnat
                    {rules}
                    udp dport 1006 masquerade fully-random
                }}
            }}"
        ))?;
        let daemon = Daemon::start(lab, "");
        for port in 1001..=1006 {
            exchange(lab, port, false)?;
        }
        let truth = agree(lab, &daemon, 18);
        assert!(all_are_source(&truth), "{truth:#?}");
        let has_other_port = |one: &Truth| one.nat.port() != one.internal.port();
        assert!(truth.iter().any(has_other_port), "{truth:#?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn nat66() {
    lab::in_gateway!(WIDE, |lab| {
        lab.nft(
            "table ip6 nat {
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    udp dport 53 masquerade
                    udp dport 54 snat to fd00:2::2-fd00:2::4
                    tcp dport 443 snat to [fd00:2::3]:6000-6009
                }
            }",
        )?;
        let daemon = Daemon::start(lab, "");
        exchange(lab, 53, true)?;
        exchange(lab, 54, true)?;
        lab.outside().serve_tcp(443)?;
        let web = lab.outside().at_v6(443);
        let _held = lab.host(2).connect_tcp(0, web)?;

        let truth = agree(lab, &daemon, 7);
        assert!(all_are_source(&truth), "{truth:#?}");
        assert!(truth.iter().all(|one| one.nat.is_ipv6()), "{truth:#?}");
        // Brackets as they are, which many a client sends in a query.
        let in_block = daemon.lookup("nat=[fd00:2::3]:6000-6009&protocol=tcp");
        assert_eq!(in_block.matches.len(), 1, "{in_block:?}");
        Ok::<(), Error>(())
    });
}

/// Linux keeps reply tuples unique, not NAT ports.
#[test]
fn one_nat_endpoint_is_several_hosts_until_the_remote_is_known() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        for (host, port) in [(1, 443), (2, 444), (3, 445)] {
            lab.outside().serve_udp(port)?;
            lab.host(host).exchange_udp(40123, lab.outside().at(port))?;
        }
        let truth = agree(lab, &daemon, 3);
        let nat = truth[0].nat;
        assert!(truth.iter().all(|one| one.nat == nat), "{truth:#?}");

        let answer = daemon.lookup(&format!("nat={nat}"));
        assert_eq!(answer.verdict, "several");
        for one in &truth {
            let remote = in_query(one.remote);
            for query in [
                format!("nat={nat}&remote={remote}"),
                format!("nat={nat}&remote={remote}&protocol=udp"),
            ] {
                let answer = daemon.lookup(&query);
                assert_eq!(answer.verdict, "one", "{query}");
                assert_answer(&daemon, &query, std::slice::from_ref(one));
            }
        }
        let query = format!("nat={nat}&remote=100.64.2.10:446&protocol=udp");
        assert_answer(&daemon, &query, &[]);
        Ok::<(), Error>(())
    });
}

/// Parts of endpoints, which no index helps with, against the truth.
#[test]
fn networks_and_ranges_of_ports_are_looked_up() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        for (host, from, port) in [(1, 5000, 53), (2, 5001, 53), (2, 5002, 54), (3, 5003, 55)] {
            lab.outside().serve_udp(port).or_else(|error| {
                // The port is served already.
                let is_known = format!("{error:?}").contains("in use");
                if is_known { Ok(()) } else { Err(error) }
            })?;
            lab.host(host).exchange_udp(from, lab.outside().at(port))?;
        }
        let truth = agree(lab, &daemon, 4);
        type Fits = fn(&Truth) -> bool;
        let network = Ipv4Addr::new(192, 168, 248, 2);
        assert!(truth.iter().any(|one| one.internal.ip() == network));
        let questions: [(&str, Fits); 6] = [
            ("nat=100.64.2.0/24", |_| true),
            ("nat=:5001-5002", |one| {
                (5001..=5002).contains(&one.nat.port())
            }),
            ("internal=192.168.248.2/31", |one| {
                one.internal.port() <= 5002
            }),
            ("remote=:54", |one| one.remote.port() == 54),
            ("nat=100.64.2.0/24:5003&remote=:55", |one| {
                one.nat.port() == 5003
            }),
            ("internal=10.0.0.0/8", |_| false),
        ];
        for (query, fits) in questions {
            let expected: Vec<_> = truth.iter().filter(|one| fits(one)).cloned().collect();
            assert_answer(&daemon, query, &expected);
        }
        Ok::<(), Error>(())
    });
}
