//! `/api/v1/usage` and `/api/v1/ports`.

use model::{Match, Protocol, TranslationKind};
use natconnd::api::{Ports, Usage};

use crate::client::Reply;
use crate::server::{Running, example, many, masqueraded};

fn parsed<T: serde::de::DeserializeOwned>(reply: &Reply) -> T {
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    serde_json::from_str(&reply.body).unwrap()
}

fn usage(server: &Running, query: &str) -> Usage {
    parsed(&server.get(&format!("/api/v1/usage{query}")))
}

fn ports(server: &Running, query: &str) -> Ports {
    parsed(&server.get(&format!("/api/v1/ports?{query}")))
}

fn forwarded(internal: &str, nat: &str, remote: &str) -> Match {
    let mut found = masqueraded(internal, nat, remote);
    found.translation.kind = TranslationKind::Destination;
    found
}

/// Two hosts, two remotes, a port forward and a ping.
fn mixed() -> Vec<Match> {
    let mut ping = masqueraded("192.168.248.3:7", "100.64.2.1:7", "100.64.2.10:7");
    ping.protocol = Protocol::ICMP;
    vec![
        masqueraded("192.168.248.2:5000", "100.64.2.1:5000", "100.64.2.10:443"),
        masqueraded("192.168.248.2:5000", "100.64.2.1:5000", "100.64.2.11:443"),
        masqueraded("192.168.248.2:5001", "100.64.2.1:5001", "100.64.2.10:443"),
        masqueraded("192.168.248.3:5000", "100.64.2.1:5000", "100.64.2.12:25"),
        masqueraded("192.168.248.3:1000", "100.64.2.1:1000", "100.64.2.10:443"),
        forwarded("192.168.248.4:80", "100.64.2.1:80", "198.51.100.1:5000"),
        forwarded("192.168.248.4:80", "100.64.2.1:80", "198.51.100.1:5001"),
        ping,
    ]
}

#[test]
fn nat_addresses_remotes_and_hosts_are_counted() {
    let server = Running::with(mixed());
    let usage = usage(&server, "");
    assert_eq!(usage.translations, 8);
    assert!(usage.coverage.complete);
    let counts = (
        usage.nat_address_count,
        usage.remote_count,
        usage.host_count,
    );
    assert_eq!(counts, (2, 3, 3));
    let nats: Vec<_> = usage
        .nat_addresses
        .iter()
        .map(|nat| {
            (
                &*nat.nat_address,
                &*nat.protocol,
                nat.translations,
                nat.ports,
            )
        })
        .collect();
    assert_eq!(
        nats,
        [
            ("100.64.2.1", "tcp", 7, Some(4)),
            ("100.64.2.1", "icmp", 1, None)
        ]
    );
    // Neither the forwarded port nor the privileged one is drawn from the many.
    let remotes: Vec<_> = usage
        .remotes
        .iter()
        .map(|remote| (&*remote.remote_address, remote.remote_port, remote.ports))
        .collect();
    assert_eq!(
        remotes,
        [
            ("100.64.2.10", 443, 2),
            ("100.64.2.11", 443, 1),
            ("100.64.2.12", 25, 1)
        ]
    );
    assert!(
        usage
            .remotes
            .iter()
            .all(|remote| remote.available == 64_512)
    );
    let hosts: Vec<_> = usage
        .hosts
        .iter()
        .map(|host| (&*host.internal_address, host.connections, host.ports))
        .collect();
    assert_eq!(
        hosts,
        [
            ("192.168.248.2", 3, 2),
            ("192.168.248.3", 3, 2),
            ("192.168.248.4", 2, 0)
        ]
    );
}

#[test]
fn the_fullest_remote_is_told_in_per_cent() {
    // Its NAT ports are 0 to 9999, of which the first 1024 are not drawn.
    let usage = usage(&Running::with(many(10_000)), "");
    let [remote] = &usage.remotes[..] else {
        panic!("{:?}", usage.remotes);
    };
    assert_eq!((remote.ports, remote.per_cent), (8976, 13.91));
    assert_eq!(usage.nat_addresses[0].ports, Some(10_000));
}

#[test]
fn top_and_sort_choose_the_rows() {
    let server = Running::with(mixed());
    let one = usage(&server, "?top=1");
    let rows = (one.nat_addresses.len(), one.remotes.len(), one.hosts.len());
    assert_eq!(rows, (1, 1, 1));
    assert_eq!(one.host_count, 3);

    let mut matches = mixed();
    for remote in 0..5 {
        let remote = format!("198.51.100.2:{remote}");
        matches.push(masqueraded("192.168.248.9:9", "100.64.2.1:9000", &remote));
    }
    let server = Running::with(matches);
    let first = |query: &str| {
        let host = usage(&server, query).hosts.remove(0);
        (host.internal_address, host.connections, host.ports)
    };
    let busiest = ("192.168.248.9".to_owned(), 5, 1);
    assert_eq!(first("?sort=connections"), busiest);
    assert_eq!(first(""), busiest);
    assert_eq!(first("?sort=ports"), ("192.168.248.2".to_owned(), 3, 2));
}

#[test]
fn held_ports_name_their_newest_host() {
    let mut matches = mixed();
    matches[3].started_at = crate::server::at(60);
    let server = Running::with(matches);
    let all = ports(&server, "nat=100.64.2.1&protocol=tcp");
    assert!(all.coverage.complete);
    let held: Vec<_> = all
        .ports
        .iter()
        .map(|held| {
            let counts = (held.connections, held.forwarded, held.hosts);
            (held.port, counts, &*held.internal_address)
        })
        .collect();
    assert_eq!(
        held,
        [
            (80, (2, 2, 1), "192.168.248.4"),
            (1000, (1, 0, 1), "192.168.248.3"),
            (5000, (3, 0, 2), "192.168.248.3"),
            (5001, (1, 0, 1), "192.168.248.2"),
        ]
    );
    let some = ports(&server, "nat=100.64.2.1&protocol=6&from=81&to=5000");
    let numbers: Vec<_> = some.ports.iter().map(|held| held.port).collect();
    assert_eq!(numbers, [1000, 5000]);
    for nobody in ["nat=100.64.2.1&protocol=udp", "nat=100.64.2.2&protocol=tcp"] {
        assert_eq!(ports(&server, nobody).ports, []);
    }
    // As a server on a socket for both families logs it.
    let mapped = ports(&server, "nat=::ffff:100.64.2.1&protocol=tcp");
    assert_eq!(mapped.ports, all.ports);
}

#[test]
fn what_cannot_be_asked_is_said() {
    let server = Running::with(vec![example()]);
    for (target, parameter) in [
        ("usage?top=0", "top"),
        ("usage?top=1001", "top"),
        ("usage?sort=name", "sort"),
        ("usage?limit=1", "limit"),
        ("ports", "nat"),
        ("ports?nat=100.64.2.1", "protocol"),
        ("ports?nat=100.64.2.0/24&protocol=tcp", "nat"),
        ("ports?nat=100.64.2.1&protocol=icmp", "protocol"),
        ("ports?nat=100.64.2.1&protocol=gre", "protocol"),
        ("ports?nat=100.64.2.1&protocol=tcp&from=-1", "from"),
        ("ports?nat=100.64.2.1&protocol=tcp&from=2&to=1", "to"),
        ("ports?nat=100.64.2.1&protocol=tcp&to=65536", "to"),
    ] {
        let reply = server.get(&format!("/api/v1/{target}"));
        assert_eq!(reply.status, 400, "{target}: {}", reply.body);
        assert_eq!(reply.json()["parameter"], parameter, "{target}");
    }
    assert_eq!(server.request("POST", "/api/v1/usage", "").status, 405);
    assert_eq!(server.request("HEAD", "/api/v1/ports", "").status, 400);
}

#[test]
fn everybody_asks_at_once_and_the_table_is_counted_once() {
    let server = Running::with(many(5000));
    let taken: Vec<String> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| usage(&server, "").taken_at))
            .collect();
        asking
            .into_iter()
            .map(|asked| asked.join().unwrap())
            .collect()
    });
    assert!(taken.iter().all(|at| *at == taken[0]), "{taken:?}");
}
