//! A segment of each version of the format, written when that version was the newest.

use std::path::Path;

use model::{
    Counters, EndEvidence, Endpoint, Match, Protocol, TimeSource, Timed, Timestamp, Traffic,
    Translation, TranslationKind, Zone, ZoneScope,
};

use super::{SMALL, bytes_of, find, meta, sorted};
use crate::arbitrary::everything;
use crate::segment::Segment;

const FIXTURE: &str = "tests/fixtures/segment-1.parquet";

/// The n-th of the records that are in the fixtures. Between them they have
/// everything that a record can have.
pub(super) fn record(n: u16) -> Match {
    let endpoint = |text: &str, port| Endpoint::new(text.parse().unwrap(), port);
    let is_ipv6 = n.is_multiple_of(5);
    let [internal, nat, remote] = if is_ipv6 {
        ["2001:db8:1::2", "2001:db8::7", "2001:db8:ffff::1"]
    } else {
        ["192.168.1.2", "203.0.113.7", "198.51.100.1"]
    };
    let is_icmp = n % 7 == 3;
    let kept = 40_123 + n;
    let nat_port = if n % 3 == 2 { 1024 + n } else { kept };
    let remote = match n % 11 {
        10 => Endpoint::OMITTED,
        _ if is_icmp => endpoint(remote, nat_port),
        _ => endpoint(remote, [443, 53, 80][usize::from(n % 3)]),
    };
    let kind = TranslationKind::ALL[usize::from(n % 13 == 12)];
    let nat = endpoint(nat, nat_port);
    let source = [
        TimeSource::Kernel,
        TimeSource::Received,
        TimeSource::Estimated,
    ][usize::from(n % 3)];
    let timed = |milliseconds| Timed {
        at: Timestamp::of_milliseconds(milliseconds),
        source,
    };
    let started = 1_795_474_020_000 + i64::from(n) * 997;
    let life = [8000, 3_600_000, 86_400_001][usize::from(n % 3)];
    let counters = |packets, bytes| Counters { packets, bytes };
    Match {
        protocol: match n % 7 {
            3 => [Protocol::ICMP, Protocol::ICMPV6][usize::from(is_ipv6)],
            5 => Protocol(253),
            _ => [Protocol::TCP, Protocol::UDP][usize::from(n % 2)],
        },
        translation: Translation {
            kind,
            internal: endpoint(internal, kept),
            nat,
            remote,
        },
        original_destination: match kind {
            TranslationKind::Destination => nat,
            // A hairpin.
            TranslationKind::Source if n % 9 == 8 => endpoint("203.0.113.7", 80),
            TranslationKind::Source => remote,
        },
        zone: match n % 8 {
            6 => Zone {
                id: 7,
                scope: ZoneScope::Original,
            },
            7 => Zone {
                id: u16::MAX,
                scope: ZoneScope::Reply,
            },
            _ => Zone::default(),
        },
        kernel_id: None,
        started_at: (n % 10 != 9).then(|| timed(started)),
        ended_at: Some(timed(started + life)),
        end_evidence: Some(EndEvidence::ALL[usize::from(n % 5)]),
        traffic: (n % 2 == 1).then(|| Traffic {
            original: counters(u64::from(n), u64::MAX - u64::from(n)),
            reply: counters(3, 1 << 40),
        }),
        mark: (n % 6 == 5).then_some(u32::MAX),
    }
}

#[test]
fn version_1_is_read_as_ever() {
    let records: Vec<Match> = (0..60).map(record).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FIXTURE);
    if !path.exists() {
        let (bytes, _) = bytes_of(&records, SMALL);
        std::fs::write(&path, bytes).unwrap();
        panic!("{FIXTURE} was not there and has been written; keep it for ever");
    }
    let segment = Segment::open(&path).unwrap();
    assert_eq!(segment.meta(), &meta());
    let found = find(&segment, &everything()).unwrap();
    assert_eq!(sorted(found), sorted(records));
}
