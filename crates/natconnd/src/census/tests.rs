//! The census against counts that are made in the plainest way.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use model::{
    Connection, Endpoint, Event, EventKind, KernelId, Protocol, Timestamp, Translation,
    TranslationKind, Tuple, Zone, ZoneScope,
};
use proptest::prelude::*;

use super::{Census, HostUse, KEPT, NatUse, RemoteUse, UNPRIVILEGED, ports, take};
use crate::mirror::Mirror;

/// A NAT address and a protocol.
type NatKey = (IpAddr, Protocol);

/// A live translation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Row {
    protocol: Protocol,
    kind: TranslationKind,
    internal: Endpoint,
    nat: Endpoint,
    remote: Endpoint,
    zone: u16,
    is_reply_zone: bool,
}

const PROTOCOLS: [Protocol; 4] = [Protocol::TCP, Protocol::UDP, Protocol::GRE, Protocol(50)];

fn address(is_v6: bool, number: u8) -> IpAddr {
    if is_v6 {
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, number.into()).into()
    } else {
        Ipv4Addr::new(192, 0, 2, number).into()
    }
}

prop_compose! {
    /// Few values, so that ports, hosts and pairs are shared all the time.
    fn rows()(
        is_v6 in any::<bool>(), protocol in prop::sample::select(&PROTOCOLS[..]),
        kind in prop::sample::select(&TranslationKind::ALL[..]),
        internal in (0..4_u8, 1..4_u16), nat in (10..13_u8, 1022..1028_u16),
        remote in (20..23_u8, 443..446_u16), zone in 0..2_u16, is_reply_zone in any::<bool>(),
    ) -> Row {
        let endpoint = |(host, port)| Endpoint::new(address(is_v6, host), port);
        Row {
            protocol, kind, zone, is_reply_zone,
            internal: endpoint(internal), nat: endpoint(nat), remote: endpoint(remote),
        }
    }
}

impl Row {
    fn zone(&self) -> Zone {
        Zone {
            id: self.zone,
            scope: if self.is_reply_zone {
                ZoneScope::Both
            } else {
                ZoneScope::Original
            },
        }
    }

    fn reply_zone(&self) -> u16 {
        if self.is_reply_zone { self.zone } else { 0 }
    }

    fn connection(&self, id: u32) -> Connection {
        let tuple = |source, destination| Tuple {
            protocol: self.protocol,
            source,
            destination,
            icmp: None,
        };
        let (original, reply) = match self.kind {
            TranslationKind::Source => (
                tuple(self.internal, self.remote),
                tuple(self.remote, self.nat),
            ),
            TranslationKind::Destination => (
                tuple(self.remote, self.nat),
                tuple(self.internal, self.remote),
            ),
        };
        Connection {
            original,
            reply,
            zone: self.zone(),
            kernel_id: KernelId(id),
            status: self.kind.status(),
            started_at: Some(Timestamp(i64::from(id) * 1_000_000)),
            ..Connection::default()
        }
    }

    fn is_drawn(&self, given: &RangeInclusive<u16>) -> bool {
        self.kind == TranslationKind::Source
            && self.protocol.has_ports()
            && given.contains(&self.nat.port)
    }
}

/// A mirror of these, of which every third has ended, and those that live, in the
/// order of their beginnings.
///
/// As the kernel does, no two that live have the same tuple.
fn mirrored(rows: &[Row]) -> (Mirror, Vec<Row>) {
    let mut tuples = HashSet::new();
    let mut events = Vec::new();
    let mut live = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let id = u32::try_from(at).unwrap();
        let connection = row.connection(id);
        let zone = row.zone();
        let original_zone = zone.id;
        let both = [
            (connection.original, original_zone),
            (connection.reply, row.reply_zone()),
        ];
        if both.iter().any(|tuple| tuples.contains(tuple)) {
            continue;
        }
        let event = |kind| Event { kind, connection };
        events.push(event(EventKind::New));
        if at % 3 == 2 {
            events.push(event(EventKind::Destroy));
        } else {
            tuples.extend(both);
            live.push(*row);
        }
    }
    (Mirror::recorded(&events), live)
}

fn counted(mirror: &Mirror, given: &RangeInclusive<u16>) -> Census {
    take(mirror, given, || false).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_census_is_what_counting_one_by_one_gives(
        rows in prop::collection::vec(rows(), 0..150), first in 1022..1026_u16, last in 1026..1030_u16,
    ) {
        let (mirror, live) = mirrored(&rows);
        let given = first..=last;
        let census = counted(&mirror, &given);
        prop_assert_eq!(census.translations, live.len() as u64);
        prop_assert_eq!(census.available(), u64::from(last - first) + 1);

        let mut pairs: HashMap<_, HashSet<u16>> = HashMap::new();
        let mut nats: HashMap<_, (u64, HashSet<u16>)> = HashMap::new();
        let mut hosts: HashMap<IpAddr, (u64, HashSet<(NatKey, u16)>)> = HashMap::new();
        for row in &live {
            let nat = nats.entry((row.nat.address, row.protocol)).or_default();
            nat.0 += 1;
            nat.1.insert(row.nat.port);
            let host = hosts.entry(row.internal.address).or_default();
            host.0 += 1;
            if row.kind == TranslationKind::Source && row.protocol.has_ports() {
                host.1.insert(((row.nat.address, row.protocol), row.nat.port));
            }
            if row.is_drawn(&given) {
                let pair = (row.protocol, row.nat.address, row.remote, row.reply_zone());
                pairs.entry(pair).or_default().insert(row.nat.port);
            }
        }

        let fullest = |address: IpAddr, protocol: Protocol| {
            let of_nat = pairs.iter().filter(|(pair, _)| (pair.1, pair.0) == (address, protocol));
            of_nat.map(|(_, ports)| ports.len() as u64).max().unwrap_or(0)
        };
        let mut wanted: Vec<NatUse> = nats.iter().map(|((address, protocol), (translations, ports))| NatUse {
            address: *address, protocol: *protocol, translations: *translations,
            ports: protocol.has_ports().then_some(ports.len() as u64),
            fullest: fullest(*address, *protocol),
        }).collect();
        wanted.sort_by_key(|nat| (std::cmp::Reverse(nat.translations), nat.address, nat.protocol));
        prop_assert_eq!(&census.nat_addresses, &wanted);

        let mut wanted: Vec<RemoteUse> = pairs.iter().map(|((protocol, nat_address, remote, zone), ports)| RemoteUse {
            protocol: *protocol, nat_address: *nat_address, remote: *remote, zone: *zone, ports: ports.len() as u64,
        }).collect();
        wanted.sort_by_key(|pair| (std::cmp::Reverse(pair.ports), pair.protocol, pair.nat_address, pair.remote, pair.zone));
        prop_assert_eq!(&census.remotes, &wanted);
        prop_assert_eq!(census.remote_count, wanted.len() as u64);

        let mut wanted: Vec<HostUse> = hosts.iter().map(|(address, (connections, ports))| HostUse {
            address: *address, connections: *connections, ports: ports.len() as u64,
        }).collect();
        prop_assert_eq!(census.host_count, wanted.len() as u64);
        wanted.sort_by_key(|host| (std::cmp::Reverse((host.connections, host.ports)), host.address));
        prop_assert_eq!(&census.by_connections, &wanted);
        wanted.sort_by_key(|host| (std::cmp::Reverse((host.ports, host.connections)), host.address));
        prop_assert_eq!(&census.by_ports, &wanted);
    }

    #[test]
    fn the_ports_are_what_counting_one_by_one_gives(
        rows in prop::collection::vec(rows(), 0..150), first in 1021..1026_u16, more in 0..6_u16,
    ) {
        let (mirror, live) = mirrored(&rows);
        let asked = first..=first + more;
        for is_v6 in [false, true] {
            let nat = address(is_v6, 10);
            let map = ports(&mirror, nat, Protocol::TCP, &asked);
            let mut held = map.held.iter();
            for port in asked.clone() {
                let holders: Vec<&Row> = live.iter().filter(|row| {
                    row.protocol == Protocol::TCP && row.nat == Endpoint::new(nat, port)
                }).collect();
                let Some(newest) = holders.last() else {
                    continue;
                };
                let held = held.next().unwrap();
                let hosts: HashSet<IpAddr> = holders.iter().map(|row| row.internal.address).collect();
                let forwarded = holders.iter().filter(|row| row.kind == TranslationKind::Destination);
                prop_assert_eq!(held.port, port);
                prop_assert_eq!(held.connections as usize, holders.len());
                prop_assert_eq!(held.forwarded as usize, forwarded.count());
                prop_assert_eq!(held.newest_host, newest.internal.address);
                prop_assert_eq!(held.hosts as usize, hosts.len());
            }
            prop_assert!(held.next().is_none());
        }
    }
}

/// More of everything than a census keeps.
#[test]
fn the_first_thousand_are_kept_and_the_rest_is_summed_up() {
    let number = |number: u32| IpAddr::from(Ipv4Addr::from(0x0a00_0000 + number));
    let mut rows = Vec::new();
    for nat in 0..1500 {
        // The last ones have more: 2 for each remote, and 2 remotes.
        let (connections, remotes) = if nat < 1200 { (1, 1) } else { (2, 2) };
        for remote in 0..remotes {
            for connection in 0..connections {
                rows.push(Row {
                    protocol: Protocol::TCP,
                    kind: TranslationKind::Source,
                    internal: Endpoint::new(
                        number(0x1_0000 + nat),
                        5000 + connection + 10 * remote,
                    ),
                    nat: Endpoint::new(number(nat), 5000 + connection),
                    remote: Endpoint::new(address(false, 1), 443 + remote),
                    zone: 0,
                    is_reply_zone: true,
                });
            }
        }
    }
    let events: Vec<Event> = (0..)
        .zip(&rows)
        .map(|(id, row)| Event {
            kind: EventKind::New,
            connection: row.connection(id),
        })
        .collect();
    let census = counted(&Mirror::recorded(&events), &UNPRIVILEGED);
    assert_eq!(census.translations, 1200 + 4 * 300);
    assert_eq!(census.remote_count, 1200 + 2 * 300);
    assert_eq!(census.host_count, 1500);
    let kept = [
        census.nat_addresses.len(),
        census.remotes.len(),
        census.by_connections.len(),
        census.by_ports.len(),
    ];
    assert_eq!(kept, [KEPT; 4]);
    let full = |nat: &&NatUse| (nat.translations, nat.ports, nat.fullest) == (4, Some(2), 2);
    assert_eq!(census.nat_addresses.iter().take_while(full).count(), 300);
    let pairs = census.remotes.iter().take_while(|pair| pair.ports == 2);
    assert_eq!(pairs.count(), 600);
    let hosts = census
        .by_connections
        .iter()
        .take_while(|host| host.connections == 4);
    assert_eq!(hosts.count(), 300);
    let hosts = census.by_ports.iter().take_while(|host| host.ports == 2);
    assert_eq!(hosts.count(), 300);
    let others = census.other_nat_addresses;
    let others = [
        others.count,
        others.translations,
        others.ports,
        others.fullest,
    ];
    assert_eq!(others, [500, 500, 500, 1]);
}

#[test]
fn a_census_that_is_stopped_is_none() {
    let (mirror, _) = mirrored(&[]);
    assert_eq!(take(&mirror, &UNPRIVILEGED, || true), None);
}

/// Both tuples of a translation, so that the rows above mean what they say.
#[test]
fn rows_are_read_from_the_table_as_they_were_made() {
    let row = Row {
        protocol: Protocol::UDP,
        kind: TranslationKind::Destination,
        internal: Endpoint::new(address(false, 1), 53),
        nat: Endpoint::new(address(false, 10), 1024),
        remote: Endpoint::new(address(false, 20), 5000),
        zone: 1,
        is_reply_zone: false,
    };
    let (mirror, _) = mirrored(&[row]);
    let mut seen = Vec::new();
    mirror.scan(|found| seen.push((found.protocol(), found.translation(), found.zone())));
    let Row {
        protocol,
        kind,
        internal,
        nat,
        remote,
        ..
    } = row;
    let translation = Translation {
        kind,
        internal,
        nat,
        remote,
    };
    assert_eq!(seen, [(protocol, translation, row.zone())]);
}
