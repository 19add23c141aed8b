//! Any match and any answer, for the property tests of the writers.

use std::net::IpAddr;

use model::{
    Answer, Coverage, Endpoint, Gap, GapCause, KernelId, Match, Protocol, TimeSource, Timed,
    Timestamp, Translation, TranslationKind, Verdict, Zone, ZoneScope,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

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
        (kind, endpoint(), endpoint(), endpoint(), endpoint()),
        (any::<u16>(), scope),
        option::of(any::<u32>()),
        timed(),
        timed(),
    )
        .prop_map(
            |(
                protocol,
                (kind, internal, nat, remote, original_destination),
                zone,
                id,
                from,
                to,
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
                    end_evidence: None,
                    traffic: None,
                    mark: None,
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
