//! Any match and any answer, for the property tests of the writers.

use std::net::IpAddr;

use std::time::Duration;

use model::{
    Answer, Counters, Coverage, EndEvidence, Endpoint, Gap, GapCause, KernelId, Match, Period,
    Protocol, TimeSource, Timed, Timestamp, Traffic, Translation, TranslationKind, Verdict, Zone,
    ZoneScope,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::lookup::Context;

fn endpoint() -> impl Strategy<Value = Endpoint> {
    (any::<IpAddr>(), any::<u16>()).prop_map(|(address, port)| Endpoint::new(address, port))
}

fn timed() -> impl Strategy<Value = Option<Timed>> {
    let source = prop_oneof![
        Just(TimeSource::Kernel),
        Just(TimeSource::Received),
        Just(TimeSource::Estimated),
    ];
    option::of((any::<i64>(), source).prop_map(|(at, source)| Timed {
        at: Timestamp(at),
        source,
    }))
}

/// What only history knows of a match.
fn recorded() -> impl Strategy<Value = (Option<EndEvidence>, Option<Traffic>, Option<u32>)> {
    let evidence = (0..EndEvidence::ALL.len()).prop_map(|index| EndEvidence::ALL[index]);
    let counters = || any::<(u64, u64)>().prop_map(|(packets, bytes)| Counters { packets, bytes });
    let traffic =
        (counters(), counters()).prop_map(|(original, reply)| Traffic { original, reply });
    (
        option::of(evidence),
        option::of(traffic),
        option::of(any::<u32>()),
    )
}

/// Any match, also such as no kernel would make.
pub(super) fn found() -> impl Strategy<Value = Match> {
    let kind = prop_oneof![
        Just(TranslationKind::Source),
        Just(TranslationKind::Destination)
    ];
    let scope = prop_oneof![
        Just(ZoneScope::Both),
        Just(ZoneScope::Original),
        Just(ZoneScope::Reply),
    ];
    (
        any::<u8>(),
        (
            kind,
            endpoint(),
            endpoint(),
            prop_oneof![4 => endpoint(), 1 => Just(Endpoint::OMITTED)],
            endpoint(),
        ),
        (any::<u16>(), scope),
        option::of(any::<u32>()),
        timed(),
        timed(),
        recorded(),
    )
        .prop_map(
            |(
                protocol,
                (kind, internal, nat, remote, original_destination),
                zone,
                id,
                from,
                to,
                (end_evidence, traffic, mark),
            )| {
                Match {
                    protocol: Protocol(protocol),
                    translation: Translation {
                        kind,
                        internal,
                        nat,
                        remote,
                    },
                    original_destination,
                    zone: Zone {
                        id: zone.0,
                        scope: zone.1,
                    },
                    kernel_id: id.map(KernelId),
                    started_at: from,
                    ended_at: to,
                    end_evidence,
                    traffic,
                    mark,
                }
            },
        )
}

/// Any answer.
pub(super) fn answer() -> impl Strategy<Value = Answer> {
    let cause = (0..GapCause::ALL.len()).prop_map(|index| GapCause::ALL[index]);
    let gap = (any::<i64>(), option::of(any::<i64>()), cause).prop_map(|(from, to, cause)| Gap {
        from: Timestamp(from),
        to: to.map(Timestamp),
        cause,
    });
    let verdict = prop_oneof![
        Just(Verdict::None),
        Just(Verdict::One),
        Just(Verdict::Several),
    ];
    (vec(found(), 0..4), any::<bool>(), verdict, vec(gap, 0..3)).prop_map(
        |(matches, is_cut, verdict, gaps)| Answer {
            asked_at: model::Timestamp::default(),
            matches,
            is_cut,
            verdict,
            coverage: Coverage::of_gaps(gaps),
        },
    )
}

/// What there is to say of any answer about the past.
pub(super) fn context() -> impl Strategy<Value = Context> {
    let from = prop_oneof![Just(i64::MIN), any::<i64>()];
    let period = (from, any::<i64>()).prop_map(|(from, to)| Period {
        from: Timestamp(from),
        to: Timestamp(to),
    });
    (
        option::of(period),
        any::<u32>(),
        any::<bool>(),
        option::of("\\PC{0,9}[\"\\\\\n]?"),
    )
        .prop_map(|(period, tolerance, is_remote_omitted, gateway)| Context {
            period,
            tolerance: Duration::from_millis(tolerance.into()),
            is_remote_omitted,
            gateway,
        })
}
