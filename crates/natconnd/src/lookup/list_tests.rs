//! Lists, held against sorting everything.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::{
    EndpointPattern, EndpointSet, Filter, KernelId, Protocol, TimeSource, Timed, Translation, Zone,
};
use proptest::prelude::*;

use super::*;
use crate::lookup::Answers;

const ORDERS: [SortKey; 4] = [
    SortKey::StartedAt,
    SortKey::Internal,
    SortKey::Nat,
    SortKey::Remote,
];

fn endpoint(is_v6: bool, network: u8, last: u8, port: u16) -> Endpoint {
    let address = match is_v6 {
        false => IpAddr::from(Ipv4Addr::new(192, 0, network, last)),
        true => Ipv6Addr::new(0x2001, 0xdb8, network.into(), 0, 0, 0, 0, last.into()).into(),
    };
    Endpoint::new(address, port)
}

/// A translation of a small world, so that much is alike.
fn any_row() -> impl Strategy<Value = Match> {
    let parts = (
        any::<bool>(),
        (0..4_u8, 0..3_u16),
        (0..2_u8, 0..3_u16),
        (0..3_u8, 0..2_u16),
        (0..6_i64, any::<bool>()),
        (any::<bool>(), any::<bool>()),
    );
    parts.prop_map(
        |(is_v6, internal, nat, remote, (began, is_ended), (is_udp, is_inward))| {
            let remote = endpoint(is_v6, 3, remote.0, remote.1);
            let timed = |at| Timed {
                at: Timestamp(1_795_474_020_000_000_000 + at * 1_000_000_000),
                source: TimeSource::Kernel,
            };
            Match {
                protocol: match is_udp {
                    true => Protocol::UDP,
                    false => Protocol::TCP,
                },
                translation: Translation {
                    kind: match is_inward {
                        true => TranslationKind::Destination,
                        false => TranslationKind::Source,
                    },
                    internal: endpoint(is_v6, 1, internal.0, internal.1),
                    nat: endpoint(is_v6, 2, nat.0, nat.1),
                    remote,
                },
                original_destination: remote,
                zone: Zone::default(),
                kernel_id: Some(KernelId(7)),
                started_at: Some(timed(began)),
                ended_at: is_ended.then(|| timed(9)),
                end_evidence: None,
                traffic: None,
                mark: None,
            }
        },
    )
}

fn any_pattern() -> impl Strategy<Value = EndpointPattern> {
    let one = prop::sample::select(vec![
        "192.0.1.1",
        "192.0.1.0/31",
        "192.0.2.0:1",
        ":2",
        "192.0.3.1",
        "2001:db8:1::2",
        "[2001:db8:2::1]:1",
        "2001:db8::/32",
        "192.0.3.0/24:0-1",
        "0.0.0.0/0",
    ]);
    one.prop_map(|text| text.parse().expect("it is a pattern"))
}

fn any_wanted() -> impl Strategy<Value = Wanted> {
    let set = || prop::collection::vec(any_pattern(), 0..3).prop_map(EndpointSet);
    let parts = (
        (set(), set(), set()),
        prop::collection::vec(any_pattern(), 0..2),
        prop::option::of(any::<bool>()),
        prop::option::of(any::<bool>()),
    );
    parts.prop_map(
        |((internal, nat, remote), anywhere, is_udp, is_inward)| Wanted {
            filter: Filter {
                protocols: is_udp
                    .map(|is_udp| if is_udp { Protocol::UDP } else { Protocol::TCP })
                    .into_iter()
                    .collect(),
                kind: is_inward.map(|is_inward| match is_inward {
                    true => TranslationKind::Destination,
                    false => TranslationKind::Source,
                }),
                internal,
                nat,
                remote,
                ..Filter::default()
            },
            anywhere,
        },
    )
}

proptest! {
    #[test]
    fn paging_to_the_end_lists_what_sorting_everything_would(
        rows in prop::collection::vec(any_row(), 0..60),
        wanted in any_wanted(),
        key in prop::sample::select(&ORDERS[..]),
        descending: bool,
        limit in 1..9_usize,
    ) {
        let order = Order { key, descending };
        let answers = Answers::of_matches(rows);
        // What the table has is what counts: it has one of each identity.
        let mut naive = Vec::new();
        answers.mirror.scan(|found| naive.push(found.to_match()));
        naive.retain(|row| row.ended_at.is_none() && wanted.matches(row));
        naive.sort_by(|left, right| order.compare(left, right));
        let mut listed: Vec<Match> = Vec::new();
        loop {
            let page = answers.list(&wanted, order, listed.last(), limit);
            prop_assert!(page.matches.len() <= limit);
            prop_assert_eq!(page.total, naive.len() as u64);
            listed.extend(&page.matches);
            prop_assert_eq!(page.has_more, listed.len() < naive.len());
            if !page.has_more {
                break;
            }
        }
        prop_assert_eq!(listed, naive);
    }
}

/// Many more rows than are kept, and than a part of a scan has.
#[test]
fn rows_that_are_sorted_out_are_the_last() {
    let row = |number: u32| {
        let [_, network, host, last] = number.to_be_bytes();
        let internal = Endpoint::new(Ipv4Addr::new(10, network, host, last).into(), 1024);
        let remote = endpoint(false, 3, 1, 443);
        Match {
            protocol: Protocol::UDP,
            translation: Translation {
                kind: TranslationKind::Source,
                internal,
                nat: Endpoint::new(endpoint(false, 2, network, 0).address, number as u16),
                remote,
            },
            original_destination: remote,
            zone: Zone::default(),
            kernel_id: Some(KernelId(number)),
            started_at: Some(Timed {
                at: Timestamp(1_795_474_020_000_000_000 + i64::from(number) * 100_000),
                source: TimeSource::Kernel,
            }),
            ended_at: None,
            end_evidence: None,
            traffic: None,
            mark: None,
        }
    };
    let rows: Vec<Match> = (0..20_000).map(row).collect();
    let answers = Answers::of_matches(rows.clone());
    let wanted = Wanted {
        anywhere: vec!["192.0.3.1:443".parse().expect("it is a pattern")],
        ..Wanted::default()
    };
    for descending in [false, true] {
        for key in ORDERS {
            let order = Order { key, descending };
            let mut naive = rows.clone();
            naive.sort_by(|left, right| order.compare(left, right));
            for wanted in [&Wanted::default(), &wanted] {
                for from in [None, Some(&naive[15_000])] {
                    let page = answers.list(wanted, order, from, 200);
                    let begin = if from.is_some() { 15_001 } else { 0 };
                    assert_eq!(page.matches, naive[begin..begin + 200], "{order:?}");
                    assert_eq!((page.total, page.has_more), (20_000, true));
                }
            }
        }
    }
}
