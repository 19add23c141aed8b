//! Who uses how many connections and ports, as `conntrack` has it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::{Ports, Usage};

use crate::agreement::{agree_on_list, misses_nothing};
use crate::daemon::Daemon;
use crate::process::eventually;
use crate::truth::{Truth, translations};

/// The usage, once it is of all these.
fn usage(daemon: &Daemon, truth: &[Truth]) -> Usage {
    eventually(|| {
        let usage: Usage = daemon.get("/api/v1/usage?top=1000").json();
        match usage.translations == truth.len() as u64 {
            true => Ok(usage),
            false => Err(format!("{} are {usage:?}", truth.len())),
        }
    })
}

/// How often each key comes, and with how many different values.
fn counted<K: Ord, V: Ord>(pairs: impl Iterator<Item = (K, V)>) -> BTreeMap<K, (u64, u64)> {
    let mut all: BTreeMap<K, (u64, BTreeSet<V>)> = BTreeMap::new();
    for (key, value) in pairs {
        let counts = all.entry(key).or_default();
        counts.0 += 1;
        counts.1.insert(value);
    }
    let count = |(count, values): (u64, BTreeSet<V>)| (count, values.len() as u64);
    all.into_iter()
        .map(|(key, counts)| (key, count(counts)))
        .collect()
}

fn has_ports(one: &&Truth) -> bool {
    one.protocol == "tcp" || one.protocol == "udp"
}

/// Holds what is told against what `conntrack` prints.
fn assert_usage(lab: &Lab, daemon: &Daemon) {
    let truth = agree_on_list(lab, daemon);
    let usage = usage(daemon, &truth);
    assert_eq!(translations(lab), truth, "the traffic changes");
    assert!(misses_nothing(&usage.coverage), "{:?}", usage.coverage);

    let told: BTreeMap<_, _> = usage
        .nat_addresses
        .iter()
        .map(|nat| {
            let key = (nat.nat_address.clone(), nat.protocol.clone());
            (key, (nat.translations, nat.ports))
        })
        .collect();
    let nats = truth.iter().map(|one| {
        let key = (one.nat.ip().to_string(), one.protocol.clone());
        (key, one.nat.port())
    });
    let wanted: BTreeMap<_, _> = counted(nats)
        .into_iter()
        .map(|(key, (translations, ports))| {
            let ports = (key.1 != "icmp").then_some(ports);
            (key, (translations, ports))
        })
        .collect();
    assert_eq!(told, wanted);

    let told: BTreeMap<_, _> = usage
        .remotes
        .iter()
        .map(|remote| {
            let nat: IpAddr = remote.nat_address.parse().unwrap();
            let address: IpAddr = remote.remote_address.parse().unwrap();
            let remote_endpoint = (address, remote.remote_port).into();
            (
                (remote.protocol.clone(), nat, remote_endpoint),
                remote.ports,
            )
        })
        .collect();
    let drawn = truth
        .iter()
        .filter(has_ports)
        .filter(|one| one.kind == "source");
    let pairs = drawn.clone().map(|one| {
        let key = (one.protocol.clone(), one.nat.ip(), one.remote);
        (key, one.nat.port())
    });
    let wanted: BTreeMap<_, _> = counted(pairs)
        .into_iter()
        .map(|(key, (_, ports))| (key, ports))
        .collect();
    assert_eq!(told, wanted);

    let told: BTreeMap<_, _> = usage
        .hosts
        .iter()
        .map(|host| {
            let address: IpAddr = host.internal_address.parse().unwrap();
            (address, (host.connections, host.ports))
        })
        .collect();
    let ports = counted(drawn.map(|one| (one.internal.ip(), (one.protocol.clone(), one.nat))));
    let wanted: BTreeMap<_, _> = counted(truth.iter().map(|one| (one.internal.ip(), ())))
        .into_iter()
        .map(|(host, (connections, _))| {
            let ports = ports.get(&host).map_or(0, |(_, ports)| *ports);
            (host, (connections, ports))
        })
        .collect();
    assert_eq!(told, wanted);

    for ((nat, protocol), _) in counted(nats_with_ports(&truth)) {
        assert_ports(daemon, &truth, nat, &protocol);
    }
}

fn nats_with_ports(truth: &[Truth]) -> impl Iterator<Item = ((IpAddr, String), ())> {
    let with_ports = truth.iter().filter(has_ports);
    with_ports.map(|one| ((one.nat.ip(), one.protocol.clone()), ()))
}

fn assert_ports(daemon: &Daemon, truth: &[Truth], nat: IpAddr, protocol: &str) {
    let target = format!("/api/v1/ports?nat={nat}&protocol={protocol}");
    let ports: Ports = daemon.get(&target).json();
    let told: BTreeMap<_, _> = ports
        .ports
        .iter()
        .map(|held| {
            (
                held.port,
                (u64::from(held.connections), u64::from(held.hosts)),
            )
        })
        .collect();
    let of_nat = truth
        .iter()
        .filter(|one| (one.nat.ip(), &*one.protocol) == (nat, protocol));
    let wanted = counted(
        of_nat
            .clone()
            .map(|one| (one.nat.port(), one.internal.ip())),
    );
    assert_eq!(told, wanted, "{target}");
    for held in &ports.ports {
        let host: IpAddr = held.internal_address.parse().unwrap();
        let holds = |one: &Truth| (one.nat.port(), one.internal.ip()) == (held.port, host);
        assert!(of_nat.clone().any(holds), "{held:?}");
    }
}

#[test]
fn the_table_is_counted_as_conntrack_prints_it() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.nft(
            "table ip forward {
                chain prerouting {
                    type nat hook prerouting priority dstnat
                    iifname outside tcp dport 8443 dnat to 192.168.248.4:443
                }
            }",
        )?;
        let daemon = Daemon::start(lab, "");
        let outside = lab.outside();
        outside.serve_tcp(443)?;
        outside.serve_tcp(25)?;
        outside.serve_udp(53)?;
        lab.host(3).serve_tcp(443)?;
        // A host that is busier than all others together.
        let mut held = Vec::new();
        for _ in 0..60 {
            held.push(lab.host(1).connect_tcp(0, outside.at(443))?);
        }
        for _ in 0..7 {
            held.push(lab.host(2).connect_tcp(0, outside.at(443))?);
            held.push(lab.host(2).connect_tcp(0, outside.at(25))?);
        }
        for host in 1..=3 {
            lab.host(host).exchange_udp(5000, outside.at(53))?;
        }
        lab.host(2).ping(9, outside.v4().into())?;
        for _ in 0..4 {
            held.push(outside.connect_tcp(0, (lab.nat_v4()[0], 8443).into())?);
        }
        assert_usage(lab, &daemon);

        let busiest: Usage = daemon.get("/api/v1/usage?top=1").json();
        assert_eq!(busiest.hosts[0].internal_address, "192.168.248.2");
        assert_eq!(
            (busiest.hosts[0].connections, busiest.hosts[0].ports),
            (61, 61)
        );
        let fullest = &busiest.remotes[0];
        let remote = (&*fullest.remote_address, fullest.remote_port);
        assert_eq!((remote, fullest.ports), (("100.64.2.10", 443), 67));
        Ok::<(), Error>(())
    });
}

/// What is told to be full is full, and the ports for another remote are not.
#[test]
fn no_connection_is_possible_where_the_ports_are_told_to_be_used_up() {
    lab::in_gateway!(|lab| {
        lab.nft(
            "table ip nat {
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    oifname outside meta l4proto tcp snat to 100.64.2.1:5100-5109
                }
            }",
        )?;
        let daemon = Daemon::start(lab, "[track]\nnat-ports = \"5100-5109\"\n");
        let outside = lab.outside();
        outside.serve_tcp(443)?;
        outside.serve_tcp(444)?;
        let mut held = Vec::new();
        for at in 0..10 {
            held.push(lab.host(at % 3 + 1).connect_tcp(0, outside.at(443))?);
        }
        let truth = agree_on_list(lab, &daemon);
        assert_eq!(truth.len(), 10);
        let told = usage(&daemon, &truth);
        let fullest = &told.remotes[0];
        assert_eq!((fullest.ports, fullest.available), (10, 10));
        assert_eq!(fullest.per_cent, 100.0);
        eventually(|| {
            let metrics = daemon.get("/metrics");
            let text = String::from_utf8_lossy(metrics.body.as_ref()).into_owned();
            let line = "natconnd_usage_fullest_remote_ports_ratio\
                        {nat_address=\"100.64.2.1\",protocol=\"tcp\"} 1.0";
            let is_there = text.lines().any(|found| found == line);
            is_there.then_some(()).ok_or(text)
        });
        assert!(lab.host(1).connect_tcp(0, outside.at(443)).is_err());
        held.push(lab.host(1).connect_tcp(0, outside.at(444))?);
        Ok::<(), Error>(())
    });
}
