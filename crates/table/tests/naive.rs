//! The table against a list that is searched from end to end.
//!
//! Whatever events come, the table must hold and find just what the list does.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../src/fuzzing/naive.rs"]
mod naive;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use model::{
    Connection, Endpoint, EndpointPattern, Event, EventKind, Filter, Icmp, KernelId, Lookup, Match,
    Protocol, Status, Timestamp, Tuple, Zone, ZoneScope,
};
use naive::{Naive, Row};
use proptest::prelude::*;
use table::{Damaged, Position, Table};

const KEEP: Duration = Duration::from_millis(20);

fn endpoint(family: bool, host: u8, port: u16) -> Endpoint {
    let address = if family {
        IpAddr::V6(Ipv6Addr::from([
            0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host,
        ]))
    } else {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, host))
    };
    Endpoint::new(address, port)
}

prop_compose! {
    /// Few values, so that ports, hosts and tuples collide all the time.
    fn connections()(
        is_v6 in any::<bool>(), internal in 0..3_u8, port in 1..3_u16, nat in prop::sample::select(vec![0_u8, 10, 11]),
        nat_port in 1..3_u16, remote in 20..22_u8, id in 0..3_u32, kind in 1..4_u32,
        protocol in 0..3_u8, zone in 0..2_u16,
    ) -> Connection {
        let protocol = [Protocol::TCP, Protocol::UDP, if is_v6 { Protocol::ICMPV6 } else { Protocol::ICMP }][usize::from(protocol)];
        let at = |host, port| endpoint(is_v6, host, port);
        // Kind 1 rewrites the source, 2 the destination, 3 both.
        let is_icmp = protocol.is_icmp();
        let far = if is_icmp { port } else { 443 };
        let (original, reply) = match kind {
            1 => ([at(internal, port), at(remote, far)], [at(remote, if is_icmp { nat_port } else { 443 }), at(nat, nat_port)]),
            2 => ([at(remote, port), at(nat, if is_icmp { port } else { nat_port })], [at(internal, port), at(remote, port)]),
            _ => ([at(internal, port), at(nat, if is_icmp { port } else { nat_port })], [at(remote, nat_port), at(nat, nat_port)]),
        };
        let echo = if is_v6 { 128 } else { 8 };
        let icmp = is_icmp.then_some(Icmp { kind: echo, code: 0 });
        let tuple = |[source, destination]: [Endpoint; 2], icmp| Tuple { protocol, source, destination, icmp };
        // The kernel sets the bit of a side that it has changed. The id of ICMP
        // is part of the source only.
        let is_source = original[0] != reply[1];
        let is_destination = if is_icmp {
            original[1].address != reply[0].address
        } else {
            original[1] != reply[0]
        };
        let status = u32::from(is_source) << 4 | u32::from(is_destination) << 5;
        Connection {
            original: tuple(original, icmp),
            reply: tuple(reply, icmp.map(Icmp::inverted)),
            zone: Zone { id: zone, scope: if zone == 1 { ZoneScope::Original } else { ZoneScope::Both } },
            kernel_id: KernelId(id),
            status: Status(status),
            ..Connection::default()
        }
    }
}

fn events() -> impl Strategy<Value = Event> {
    let kinds = prop_oneof![
        4 => Just(EventKind::New),
        1 => Just(EventKind::Update),
        3 => Just(EventKind::Destroy),
    ];
    (kinds, connections()).prop_map(|(kind, connection)| Event { kind, connection })
}

fn sorted(mut rows: Vec<Match>) -> Vec<String> {
    rows.sort_by_key(|row| format!("{row:?}"));
    rows.iter().map(|row| format!("{row:?}")).collect()
}

fn everything(table: &Table) -> Vec<Match> {
    let mut rows = Vec::new();
    let mut position = Some(Position::default());
    while let Some(from) = position {
        position = table.scan(from, 3, |found| {
            let row = found.to_match();
            let parts = (
                found.protocol(),
                found.translation(),
                found.zone(),
                found.started_at(),
            );
            assert_eq!(
                parts,
                (row.protocol, row.translation, row.zone, row.started_at)
            );
            rows.push(row);
        });
    }
    rows
}

fn found(table: &Table, question: &Lookup) -> Vec<Match> {
    assert!(table.has_index_for(question));
    let mut rows = Vec::new();
    assert!(table.find(question, 1000, |found| rows.push(found.to_match())));
    rows
}

/// Every question that an index answers, for every endpoint there is.
fn questions(rows: &[Row]) -> Vec<Lookup> {
    let only_address = |endpoint: Endpoint| EndpointPattern {
        addresses: Some(endpoint.address.into()),
        ports: None,
    };
    let mut questions = Vec::new();
    for row in rows {
        let t = row.shown.translation;
        questions.extend([
            Lookup {
                nat: EndpointPattern::exactly(t.nat),
                ..Lookup::default()
            },
            Lookup {
                nat: EndpointPattern::exactly(t.nat),
                remote: EndpointPattern::exactly(t.remote),
                protocol: Some(row.shown.protocol),
                ..Lookup::default()
            },
            Lookup {
                nat: EndpointPattern {
                    addresses: None,
                    ports: Some(t.nat.port..=t.nat.port),
                },
                ..Lookup::default()
            },
            Lookup {
                internal: only_address(t.internal),
                kind: Some(t.kind),
                ..Lookup::default()
            },
            Lookup {
                internal: EndpointPattern::exactly(t.internal),
                ..Lookup::default()
            },
            Lookup {
                remote: only_address(t.remote),
                zone: Some(row.shown.zone.id),
                ..Lookup::default()
            },
        ]);
    }
    questions
}

/// The table as the process after this one has it.
fn handed_over(table: &Table, keep: Duration) -> Table {
    let mut saved = Vec::new();
    table.save(|piece| saved.extend_from_slice(piece));
    let mut restored = Table::new(keep, Filter::default());
    restored.restore(&saved).unwrap();
    let announced = |table: &Table| {
        let mut rows = Vec::new();
        let mut position = Some(Position::default());
        while let Some(from) = position {
            position = table.scan(from, 100, |found| {
                rows.push(format!("{:?} {}", found.to_match(), found.is_announced()));
            });
        }
        rows.sort();
        rows
    };
    assert_eq!(announced(&restored), announced(table));
    restored
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_events_leave_the_table_equal_to_a_list(events in prop::collection::vec(events(), 1..60), hand_over in 0..60_usize) {
        let mut table = Table::new(Duration::from_secs(3600), Filter::default());
        let mut naive = Naive::default();
        for (at, event) in events.iter().enumerate() {
            let now = Timestamp(1_000_000_000_000 + at as i64 * 1_000_000);
            if at == hand_over {
                table = handed_over(&table, Duration::from_secs(3600));
            }
            table.apply(event, now, |_| {});
            naive.apply(event, now);
        }
        let list = || naive.rows.iter().map(|row| row.shown).collect::<Vec<_>>();
        prop_assert_eq!(sorted(everything(&table)), sorted(list()));
        for question in questions(&naive.rows) {
            let wanted = list().into_iter().filter(|row| question.matches(row)).collect();
            prop_assert_eq!(sorted(found(&table, &question)), sorted(wanted), "{:?}", question);
        }
        for row in list() {
            let nat = row.translation.nat;
            let mut rows = Vec::new();
            prop_assert!(table.at_nat(nat, 1000, |found| rows.push(found.to_match())));
            let wanted: Vec<_> = list().into_iter().filter(|row| row.translation.nat == nat).collect();
            prop_assert_eq!(table.at_nat(nat, wanted.len() - 1, |_| {}), false);
            prop_assert_eq!(sorted(rows), sorted(wanted));
        }
        for address in [false, true].into_iter().flat_map(|is_v6| (0..24).map(move |host| endpoint(is_v6, host, 0).address)) {
            let is_nat = list().iter().any(|row| row.translation.nat.address == address);
            prop_assert_eq!(table.has_nat_address(address), is_nat, "{}", address);
        }
        let live: Vec<_> = naive.rows.iter().filter(|row| row.shown.ended_at.is_none()).collect();
        prop_assert_eq!(table.live(), live.len() as u64);
        prop_assert_eq!(table.ended(), (naive.rows.len() - live.len()) as u64);
        let mut connections: Vec<_> = live.iter().map(|row| format!("{:?}{:?}", row.connection.original, row.connection.zone)).collect();
        connections.sort();
        connections.dedup();
        prop_assert_eq!(table.live_connections(), connections.len() as u64);
        for row in live {
            let by_original = table.by_original(&row.connection.original, row.connection.zone, row.shown.translation.kind);
            prop_assert_eq!(by_original.map(|found| found.to_match()), Some(row.shown));
        }
    }

    #[test]
    fn ended_ones_expire_and_live_ones_stay(events in prop::collection::vec(events(), 1..60), hand_over in 0..60_usize, late in 0..80_i64) {
        let mut table = Table::new(KEEP, Filter::default());
        let mut naive = Naive::default();
        let mut ends = Vec::new();
        for (at, event) in events.iter().enumerate() {
            let now = Timestamp(1_000_000_000_000 + at as i64 * 1_000_000);
            if at == hand_over {
                table = handed_over(&table, KEEP);
            }
            table.apply(event, now, |change| {
                if change.kind == model::ChangeKind::Ended {
                    ends.push(now);
                }
            });
            naive.apply(event, now);
        }
        let now = Timestamp(1_000_000_000_000 + late * 1_000_000);
        while table.expire(now, 2) {}
        let left = ends.iter().filter(|learned| learned.plus(KEEP) > now).count();
        prop_assert_eq!(table.ended(), left as u64);
        let live = |rows: Vec<Match>| rows.into_iter().filter(|row| row.ended_at.is_none()).collect::<Vec<_>>();
        prop_assert_eq!(
            sorted(live(everything(&table))),
            sorted(live(naive.rows.iter().map(|row| row.shown).collect()))
        );
    }

    #[test]
    fn a_filter_keeps_just_what_fits(events in prop::collection::vec(events(), 1..40)) {
        let filter = Filter { nat: "192.0.2.10,[2001:db8::b]:1".parse().unwrap(), ..Filter::default() };
        let mut all = Table::new(Duration::from_secs(3600), Filter::default());
        let mut some = Table::new(Duration::from_secs(3600), filter.clone());
        for (at, event) in events.iter().enumerate() {
            let now = Timestamp(1_000_000_000_000 + at as i64 * 1_000_000);
            all.apply(event, now, |_| {});
            some.apply(event, now, |_| {});
        }
        // An unseen start of what is filtered cannot end anything that is kept.
        let live = |rows: Vec<Match>| rows.into_iter().filter(|row| row.ended_at.is_none() && filter.matches(row)).collect::<Vec<_>>();
        prop_assert_eq!(sorted(live(everything(&some))), sorted(live(everything(&all))));
    }
}

/// A ping to a forwarded address whose id the masquerade changed, but not its
/// source address, was once counted as ended twice.
#[test]
fn an_echo_with_two_translations_is_one_connection() {
    let at = |host, id| endpoint(false, host, id);
    let tuple = |source, destination, kind| Tuple {
        protocol: Protocol::ICMP,
        source,
        destination,
        icmp: Some(Icmp { kind, code: 0 }),
    };
    let connection = Connection {
        original: tuple(at(1, 7), at(2, 7), 8),
        reply: tuple(at(3, 9), at(1, 9), 0),
        status: Status::TRANSLATED,
        ..Connection::default()
    };
    let mut table = Table::new(KEEP, Filter::default());
    for (kind, live) in [(EventKind::New, 1), (EventKind::Destroy, 0)] {
        let event = Event { kind, connection };
        table.apply(&event, Timestamp(1_000_000_000), |_| {});
        assert_eq!(table.live_connections(), live);
    }
    assert_eq!((table.live(), table.ended()), (0, 2));
}

#[test]
fn a_clock_that_is_set_back_keeps_nothing_for_longer() {
    let connection = Connection {
        status: Status::SOURCE_TRANSLATED,
        ..Connection::default()
    };
    let mut table = Table::new(KEEP, Filter::default());
    let event = Event {
        kind: EventKind::Destroy,
        connection,
    };
    let hour = Timestamp(3_600_000_000_000);
    table.apply(&event, hour, |_| {});
    table.expire(Timestamp(1_000_000_000), 10);
    assert_eq!(table.ended(), 1);
    table.expire(Timestamp(1_000_000_000).plus(KEEP), 10);
    assert_eq!(table.ended(), 0);
}

#[test]
fn a_popular_port_forward_hides_nobody() {
    let mut table = Table::new(KEEP, Filter::default());
    for number in 0..70_000_u32 {
        let remote = Endpoint::new(Ipv4Addr::from(0x0a00_0000 + number).into(), 5);
        let tuple = |source, destination| Tuple {
            protocol: Protocol::TCP,
            source,
            destination,
            icmp: None,
        };
        let event = Event {
            kind: EventKind::New,
            connection: Connection {
                original: tuple(remote, endpoint(false, 10, 443)),
                reply: tuple(endpoint(false, 1, 443), remote),
                status: Status::DESTINATION_TRANSLATED,
                ..Connection::default()
            },
        };
        table.apply(&event, Timestamp(1_000_000_000), |_| {});
    }
    let oldest = Lookup {
        nat: EndpointPattern::exactly(endpoint(false, 10, 443)),
        remote: "10.0.0.0".parse().unwrap(),
        ..Lookup::default()
    };
    assert_eq!(found(&table, &oldest).len(), 1);
}

#[test]
fn what_is_no_saved_table_is_refused() {
    let mut table = Table::new(KEEP, Filter::default());
    let event = Event {
        kind: EventKind::New,
        connection: Connection {
            status: Status::SOURCE_TRANSLATED,
            ..Connection::default()
        },
    };
    table.apply(&event, Timestamp(1_000_000_000), |_| {});
    let mut saved = Vec::new();
    table.save(|piece| saved.extend_from_slice(piece));
    let restore = |bytes: &[u8]| Table::new(KEEP, Filter::default()).restore(bytes);
    assert_eq!(restore(&saved), Ok(()));
    for length in 0..saved.len() {
        assert!(restore(&saved[..length]).is_err(), "{length}");
    }
    let mut longer = saved.clone();
    longer.push(0);
    assert_eq!(restore(&longer), Err(Damaged::Long { count: 1 }));
    let mut newer = saved.clone();
    newer[0] += 1;
    assert_eq!(restore(&newer), Err(Damaged::Format { found: 2 }));
    // Any other byte may change the meaning, but nothing breaks.
    for at in 4..saved.len() {
        for change in [1, 2, 0x80] {
            let mut changed = saved.clone();
            changed[at] ^= change;
            let _ = restore(&changed);
        }
    }
}

/// As the kernel does while another listener does not read.
#[test]
fn an_end_that_is_told_twice_is_one_end() {
    let at = |seconds: i64| Timestamp(seconds * 1_000_000_000);
    for stopped_at in [None, Some(at(100))] {
        let connection = |started: i64| Connection {
            status: Status::SOURCE_TRANSLATED,
            started_at: stopped_at.map(|_| at(started)),
            ..Connection::default()
        };
        let mut table = Table::new(Duration::from_secs(3600), Filter::default());
        let mut ends = 0;
        let mut tell = |kind, connection, received| {
            table.apply(&Event { kind, connection }, received, |change| {
                ends += u32::from(change.kind == model::ChangeKind::Ended);
            });
        };
        let ended = Connection {
            stopped_at,
            ..connection(90)
        };
        tell(EventKind::New, connection(90), at(90));
        tell(EventKind::Destroy, ended, at(100));
        tell(EventKind::Destroy, ended, at(105));
        // The next one with the same tuples is another one.
        let next = Connection {
            stopped_at: stopped_at.map(|_| at(120)),
            ..connection(110)
        };
        tell(EventKind::New, connection(110), at(110));
        tell(EventKind::Destroy, next, at(120));
        tell(EventKind::Destroy, next, at(121));
        assert_eq!(ends, 2);
        assert_eq!((table.ended(), table.repeated_ends()), (2, 2));
    }
}
