//! One record as numbers.

use model::{
    EndEvidence, Endpoint, Match, Protocol, TimeSource, Timed, Timestamp, Translation,
    TranslationKind, Zone, ZoneScope,
};

use crate::addresses::Addresses;
use crate::milliseconds::NOT_KNOWN;

/// Instead of an index: the original destination is the role's own.
pub(super) const OWN: u32 = u32::MAX;

/// One record as numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    /// When it began, in milliseconds since 1970, or [`NOT_KNOWN`].
    pub(crate) started_at: i64,
    /// When it ended, in milliseconds since 1970, or [`NOT_KNOWN`].
    pub(crate) ended_at: i64,
    /// Number of the internal address.
    pub(crate) internal: u32,
    /// Number of the NAT address.
    pub(crate) nat: u32,
    /// Number of the remote address.
    pub(crate) remote: u32,
    /// Index of the original destination, or [`OWN`].
    pub(super) destination: u32,
    mark: u32,
    pub(crate) internal_port: u16,
    pub(crate) nat_port: u16,
    pub(crate) remote_port: u16,
    pub(crate) zone: u16,
    pub(crate) protocol: u8,
    /// Kind (1 bit), scope of the zone (2), evidence (3), whether there is a mark.
    words: u8,
    /// Sources of start and end (2 bits each), whether traffic was counted.
    sources: u8,
}

const _: () = assert!(size_of::<Row>() == 48);

const HAS_MARK: u8 = 1 << 6;
const IS_COUNTED: u8 = 1 << 4;
/// Evidence of one that has not ended.
const NO_EVIDENCE: u8 = 7;

const SCOPES: [ZoneScope; 3] = [ZoneScope::Both, ZoneScope::Original, ZoneScope::Reply];
const SOURCES: [TimeSource; 3] = [
    TimeSource::Kernel,
    TimeSource::Received,
    TimeSource::Estimated,
];

impl Row {
    /// The numbers of a record.
    pub(super) fn of(addresses: &mut Addresses, record: &Match) -> Self {
        let translation = &record.translation;
        let kind = u8::from(translation.kind == TranslationKind::Destination);
        let evidence = record.end_evidence.map_or(NO_EVIDENCE, place_of_evidence);
        let words = kind
            | place(&SCOPES, &record.zone.scope) << 1
            | evidence << 3
            | if record.mark.is_some() { HAS_MARK } else { 0 };
        let source = |time: Option<Timed>| time.map_or(0, |time| place(&SOURCES, &time.source));
        let sources = source(record.started_at)
            | source(record.ended_at) << 2
            | if record.traffic.is_some() {
                IS_COUNTED
            } else {
                0
            };
        let milliseconds =
            |time: Option<Timed>| time.map_or(NOT_KNOWN, |time| time.at.milliseconds());
        Self {
            started_at: milliseconds(record.started_at),
            ended_at: milliseconds(record.ended_at),
            internal: addresses.number(translation.internal.address),
            nat: addresses.number(translation.nat.address),
            remote: addresses.number(translation.remote.address),
            destination: OWN,
            mark: record.mark.unwrap_or(0),
            internal_port: translation.internal.port,
            nat_port: translation.nat.port,
            remote_port: translation.remote.port,
            zone: record.zone.id,
            protocol: record.protocol.0,
            words,
            sources,
        }
    }

    /// The record, without what stands beside the rows.
    pub(super) fn record(&self, addresses: &Addresses) -> Match {
        let endpoint = |address, port| Endpoint::new(addresses.get(address), port);
        let translation = Translation {
            kind: self.kind(),
            internal: endpoint(self.internal, self.internal_port),
            nat: endpoint(self.nat, self.nat_port),
            remote: endpoint(self.remote, self.remote_port),
        };
        let timed = |milliseconds, source| {
            (milliseconds != NOT_KNOWN).then(|| Timed {
                at: Timestamp::of_milliseconds(milliseconds),
                source,
            })
        };
        Match {
            protocol: Protocol(self.protocol),
            translation,
            original_destination: own_destination(&translation),
            zone: Zone {
                id: self.zone,
                scope: self.scope(),
            },
            kernel_id: None,
            started_at: timed(self.started_at, self.start_source()),
            ended_at: timed(self.ended_at, self.end_source()),
            end_evidence: self.evidence(),
            traffic: None,
            mark: self.mark(),
        }
    }

    /// Its kind of translation.
    pub(crate) fn kind(&self) -> TranslationKind {
        match self.words & 1 {
            0 => TranslationKind::Source,
            _ => TranslationKind::Destination,
        }
    }

    /// The directions in which its zone counts.
    pub(crate) fn scope(&self) -> ZoneScope {
        SCOPES[usize::from(self.words >> 1 & 3)]
    }

    /// How its end was learned; `None` while it lives.
    pub(crate) fn evidence(&self) -> Option<EndEvidence> {
        EndEvidence::ALL
            .get(usize::from(self.words >> 3 & 7))
            .copied()
    }

    /// Who measured the start, where there is one.
    pub(crate) fn start_source(&self) -> TimeSource {
        SOURCES[usize::from(self.sources & 3)]
    }

    /// Who measured the end, where there is one.
    pub(crate) fn end_source(&self) -> TimeSource {
        SOURCES[usize::from(self.sources >> 2 & 3)]
    }

    /// Its firewall mark.
    pub(crate) fn mark(&self) -> Option<u32> {
        (self.words & HAS_MARK != 0).then_some(self.mark)
    }

    /// Whether its traffic was counted.
    pub(crate) fn is_counted(&self) -> bool {
        self.sources & IS_COUNTED != 0
    }

    pub(super) fn nat_endpoint(&self) -> (u32, u16) {
        (self.nat, self.nat_port)
    }

    pub(super) fn order(&self) -> (u32, u16, i64) {
        (self.nat, self.nat_port, self.started_at)
    }
}

/// The original destination where no hairpin is involved.
pub(crate) fn own_destination(translation: &Translation) -> Endpoint {
    match translation.kind {
        TranslationKind::Source => translation.remote,
        TranslationKind::Destination => translation.nat,
    }
}

fn place<T: PartialEq>(all: &[T], one: &T) -> u8 {
    all.iter().position(|other| other == one).unwrap_or(0) as u8
}

fn place_of_evidence(evidence: EndEvidence) -> u8 {
    place(&EndEvidence::ALL, &evidence)
}
