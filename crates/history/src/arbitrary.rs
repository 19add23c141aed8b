//! Records and questions for property tests: few distinct values, so that they meet.

use std::ops::Range;

use model::{
    Counters, EndEvidence, Endpoint, EndpointPattern, Lookup, Match, Period, Protocol, TimeSource,
    Timed, Timestamp, Traffic, Translation, TranslationKind, Zone, ZoneScope,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::Question;
use crate::rows::own_destination;

/// What history keeps of a record.
pub(crate) fn kept(record: &Match) -> Match {
    let cut = |time: Timed| Timed {
        at: Timestamp::of_milliseconds(time.at.milliseconds()),
        ..time
    };
    Match {
        kernel_id: None,
        started_at: record.started_at.map(cut),
        ended_at: record.ended_at.map(cut),
        ..*record
    }
}

/// A record like any other.
pub(crate) fn example() -> Match {
    let endpoint = |text: &str| {
        let address: std::net::SocketAddr = text.parse().unwrap();
        Endpoint::new(address.ip(), address.port())
    };
    let timed = |milliseconds| Timed {
        at: Timestamp::of_milliseconds(milliseconds),
        source: TimeSource::Kernel,
    };
    let remote = endpoint("198.51.100.1:443");
    Match {
        protocol: Protocol::TCP,
        translation: Translation {
            kind: TranslationKind::Source,
            internal: endpoint("192.168.1.2:40123"),
            nat: endpoint("203.0.113.7:40123"),
            remote,
        },
        original_destination: remote,
        zone: Zone::default(),
        kernel_id: None,
        started_at: Some(timed(1_795_474_020_000)),
        ended_at: Some(timed(1_795_474_028_000)),
        end_evidence: Some(EndEvidence::Event),
        traffic: None,
        mark: None,
    }
}

/// The question that everything fits.
pub(crate) fn everything() -> Question {
    Question {
        lookup: Lookup::default(),
        period: Period::ALWAYS,
    }
}

/// As many records as the range says, most of them ordinary.
pub(crate) fn records(many: Range<usize>) -> impl Strategy<Value = Vec<Match>> {
    vec(record(), many)
}

fn address() -> impl Strategy<Value = std::net::IpAddr> {
    let texts = ["192.0.2.1", "192.0.2.10", "9.9.9.9", "2001:db8::1", "::1"];
    prop_oneof![
        8 => select(texts.to_vec()).prop_map(|text| text.parse().unwrap()),
        1 => any::<std::net::IpAddr>(),
    ]
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    let port = prop_oneof![4 => 0_u16..4, 1 => any::<u16>()];
    (address(), port).prop_map(|(address, port)| Endpoint::new(address, port))
}

fn moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        8 => (0_i64..2_000_000_000).prop_map(Timestamp),
        4 => (0_i64..200_000).prop_map(|seconds| Timestamp(seconds * 1_000_000_000)),
        1 => any::<i64>().prop_map(Timestamp),
    ]
}

fn timed() -> impl Strategy<Value = Timed> {
    let sources = [
        TimeSource::Kernel,
        TimeSource::Received,
        TimeSource::Estimated,
    ];
    (moment(), select(sources.to_vec())).prop_map(|(at, source)| Timed { at, source })
}

fn zone() -> impl Strategy<Value = Zone> {
    let scopes = [ZoneScope::Both, ZoneScope::Original, ZoneScope::Reply];
    prop_oneof![
        3 => Just(Zone::default()),
        1 => (0_u16..3, select(scopes.to_vec())).prop_map(|(id, scope)| Zone { id, scope }),
    ]
}

fn traffic() -> impl Strategy<Value = Traffic> {
    let counters = || {
        let number = || prop_oneof![4 => 0_u64..100_000, 1 => any::<u64>()];
        (number(), number()).prop_map(|(packets, bytes)| Counters { packets, bytes })
    };
    (counters(), counters()).prop_map(|(original, reply)| Traffic { original, reply })
}

fn record() -> impl Strategy<Value = Match> {
    let protocols = [Protocol::TCP, Protocol::UDP, Protocol::ICMP, Protocol(250)];
    let remote = prop_oneof![6 => endpoint(), 1 => Just(Endpoint::OMITTED)];
    let ports_kept = any::<bool>();
    (
        (
            select(protocols.to_vec()),
            select(TranslationKind::ALL.to_vec()),
        ),
        (endpoint(), endpoint(), remote, ports_kept),
        option::weighted(0.1, endpoint()),
        zone(),
        option::weighted(0.9, timed()),
        (timed(), select(EndEvidence::ALL.to_vec())),
        option::weighted(0.2, traffic()),
        option::weighted(0.1, any::<u32>()),
    )
        .prop_map(
            |(
                (protocol, kind),
                (internal, mut nat, remote, kept),
                other,
                zone,
                start,
                end,
                traffic,
                mark,
            )| {
                if kept {
                    nat.port = internal.port;
                }
                let translation = Translation {
                    kind,
                    internal,
                    nat,
                    remote,
                };
                Match {
                    protocol,
                    translation,
                    original_destination: other.unwrap_or(own_destination(&translation)),
                    zone,
                    kernel_id: None,
                    started_at: start,
                    ended_at: Some(end.0),
                    end_evidence: Some(end.1),
                    traffic,
                    mark,
                }
            },
        )
}

fn pattern() -> impl Strategy<Value = EndpointPattern> {
    let nets = ["192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::/0"];
    let written = |address: std::net::IpAddr| match address {
        std::net::IpAddr::V4(address) => address.to_string(),
        std::net::IpAddr::V6(address) => format!("[{address}]"),
    };
    let exactly = endpoint().prop_map(EndpointPattern::exactly);
    prop_oneof![
        4 => Just(EndpointPattern::default()),
        4 => exactly,
        2 => address().prop_map(move |address| written(address).parse().unwrap()),
        1 => select(nets.to_vec()).prop_map(|net| net.parse().unwrap()),
        1 => (0_u16..3, 0_u16..3).prop_map(|(first, more)| EndpointPattern {
            addresses: None,
            ports: Some(first..=first + more),
        }),
    ]
}

/// A question of any shape.
pub(crate) fn question() -> impl Strategy<Value = Question> {
    let protocols = [Protocol::TCP, Protocol::UDP];
    let period = prop_oneof![
        2 => Just(Period::ALWAYS),
        2 => moment().prop_map(Period::at),
        2 => (moment(), moment()).prop_map(|(one, other)| Period {
            from: one.min(other),
            to: one.max(other),
        }),
    ];
    (
        option::weighted(0.2, select(protocols.to_vec())),
        option::weighted(0.2, select(TranslationKind::ALL.to_vec())),
        option::weighted(0.1, 0_u16..3),
        (pattern(), pattern(), pattern()),
        period,
    )
        .prop_map(
            |(protocol, kind, zone, (nat, remote, internal), period)| Question {
                lookup: Lookup {
                    protocol,
                    kind,
                    zone,
                    nat,
                    remote,
                    internal,
                },
                period,
            },
        )
}
