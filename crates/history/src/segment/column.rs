//! The columns, in the order of the file.

use std::sync::Arc;

use model::{Counters, TimeSource, Traffic, TranslationKind};
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

use super::delta::Bits;
use super::words::Word;
use crate::milliseconds::NOT_KNOWN;
use crate::rows::{Row, Rows};

/// A column. The numbers are places in the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Column {
    Kind,
    Protocol,
    InternalAddress,
    InternalPort,
    NatAddress,
    NatPort,
    RemoteAddress,
    RemotePort,
    Zone,
    ZoneScope,
    StartedAt,
    StartedAtSource,
    EndedAt,
    EndedAtSource,
    EndEvidence,
    InternalPackets,
    InternalBytes,
    RemotePackets,
    RemoteBytes,
    Mark,
    Gateway,
    OriginalDestinationAddress,
    OriginalDestinationPort,
}

use Column::*;

/// What the values of a column are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Values {
    /// Words or addresses, `STRING`.
    Text,
    /// `UINT_16`.
    Small,
    /// `UINT_32`.
    Medium,
    /// `UINT_64`.
    Large,
    /// Milliseconds since 1970, `TIMESTAMP(MILLIS, UTC)`.
    Time,
}

impl Column {
    /// All of them, in the order of the file.
    pub(super) const ALL: [Self; 23] = [
        Kind,
        Protocol,
        InternalAddress,
        InternalPort,
        NatAddress,
        NatPort,
        RemoteAddress,
        RemotePort,
        Zone,
        ZoneScope,
        StartedAt,
        StartedAtSource,
        EndedAt,
        EndedAtSource,
        EndEvidence,
        InternalPackets,
        InternalBytes,
        RemotePackets,
        RemoteBytes,
        Mark,
        Gateway,
        OriginalDestinationAddress,
        OriginalDestinationPort,
    ];

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Kind => "kind",
            Protocol => "protocol",
            InternalAddress => "internal_address",
            InternalPort => "internal_port",
            NatAddress => "nat_address",
            NatPort => "nat_port",
            RemoteAddress => "remote_address",
            RemotePort => "remote_port",
            Zone => "zone",
            ZoneScope => "zone_scope",
            StartedAt => "started_at",
            StartedAtSource => "started_at_source",
            EndedAt => "ended_at",
            EndedAtSource => "ended_at_source",
            EndEvidence => "end_evidence",
            InternalPackets => "internal_packets",
            InternalBytes => "internal_bytes",
            RemotePackets => "remote_packets",
            RemoteBytes => "remote_bytes",
            Mark => "mark",
            Gateway => "gateway",
            OriginalDestinationAddress => "original_destination_address",
            OriginalDestinationPort => "original_destination_port",
        }
    }

    /// What its values are.
    pub(super) const fn values(self) -> Values {
        match self {
            Kind
            | Protocol
            | InternalAddress
            | NatAddress
            | RemoteAddress
            | ZoneScope
            | StartedAtSource
            | EndedAtSource
            | EndEvidence
            | Gateway
            | OriginalDestinationAddress => Values::Text,
            InternalPort | NatPort | RemotePort | Zone | OriginalDestinationPort => Values::Small,
            Mark => Values::Medium,
            InternalPackets | InternalBytes | RemotePackets | RemoteBytes => Values::Large,
            StartedAt | EndedAt => Values::Time,
        }
    }

    /// Whether a record may have no value in it.
    pub(super) const fn is_optional(self) -> bool {
        !matches!(
            self,
            Kind | Protocol
                | InternalAddress
                | InternalPort
                | NatAddress
                | NatPort
                | Zone
                | ZoneScope
                | Gateway
        )
    }

    /// Whether its values are encoded as differences to the one before, and not as
    /// places in a dictionary.
    pub(super) const fn is_delta(self) -> bool {
        matches!(self, InternalPort | NatPort | StartedAt | EndedAt)
    }

    /// Whether its values are addresses.
    pub(super) const fn is_address(self) -> bool {
        matches!(
            self,
            InternalAddress | NatAddress | RemoteAddress | OriginalDestinationAddress
        )
    }

    /// Whether the page index says what is least and greatest in each page.
    pub(super) const fn is_indexed(self) -> bool {
        matches!(self, NatAddress | NatPort | StartedAt | EndedAt)
    }

    /// Its type in the file.
    pub(super) const fn physical(self) -> PhysicalType {
        match self.values() {
            Values::Text => PhysicalType::BYTE_ARRAY,
            Values::Small | Values::Medium => PhysicalType::INT32,
            Values::Large | Values::Time => PhysicalType::INT64,
        }
    }

    /// How many bits its numbers have.
    pub(super) const fn bits(self) -> Bits {
        match self.values() {
            Values::Text | Values::Small | Values::Medium => Bits::B32,
            Values::Large | Values::Time => Bits::B64,
        }
    }
}

/// The schema of a segment.
pub(super) fn schema() -> Result<TypePtr, ParquetError> {
    let integer = |bit_width| LogicalType::integer(bit_width, false);
    let fields = Column::ALL.map(|column| {
        let logical = match column.values() {
            Values::Text => LogicalType::String,
            Values::Small => integer(16),
            Values::Medium => integer(32),
            Values::Large => integer(64),
            Values::Time => LogicalType::timestamp(true, TimeUnit::MILLIS),
        };
        Type::primitive_type_builder(column.name(), column.physical())
            .with_repetition(if column.is_optional() {
                Repetition::OPTIONAL
            } else {
                Repetition::REQUIRED
            })
            .with_logical_type(Some(logical))
            .build()
            .map(Arc::new)
    });
    Type::group_type_builder("translation")
        .with_fields(fields.into_iter().collect::<Result<_, _>>()?)
        .build()
        .map(Arc::new)
}

/// A row with what stands beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    row: Row,
    destination: Option<(u32, u16)>,
    traffic: Option<Traffic>,
    is_remote_omitted: bool,
}

impl Record {
    /// The record at an index; `omitted` is the number of the address that stands
    /// for a remote endpoint that was left out.
    pub(super) fn of(rows: &Rows, index: usize, omitted: Option<u32>) -> Self {
        let row = rows.rows()[index];
        Self {
            row,
            destination: rows.destination(index),
            traffic: rows.traffic(index),
            is_remote_omitted: Some(row.remote) == omitted && row.remote_port == 0,
        }
    }

    /// Its value in a column: a number, the number of an address, or the place of a
    /// word among its like.
    pub(super) fn value(&self, column: Column) -> Option<u64> {
        let row = &self.row;
        let is_known = |milliseconds: &i64| *milliseconds != NOT_KNOWN;
        let time =
            |milliseconds: i64| Some(milliseconds as u64).filter(|_| is_known(&milliseconds));
        let source =
            |milliseconds: i64, source| is_known(&milliseconds).then(|| TimeSource::number(source));
        let remote = |value| (!self.is_remote_omitted).then_some(value);
        Some(match column {
            Kind => row.kind().number(),
            Protocol => row.protocol.into(),
            InternalAddress => row.internal.into(),
            InternalPort => row.internal_port.into(),
            NatAddress => row.nat.into(),
            NatPort => row.nat_port.into(),
            RemoteAddress => remote(row.remote.into())?,
            RemotePort => remote(row.remote_port.into())?,
            Zone => row.zone.into(),
            ZoneScope => row.scope().number(),
            StartedAt => time(row.started_at)?,
            StartedAtSource => source(row.started_at, row.start_source())?,
            EndedAt => time(row.ended_at)?,
            EndedAtSource => source(row.ended_at, row.end_source())?,
            EndEvidence => row.evidence()?.number(),
            InternalPackets => self.sent()?[0].packets,
            InternalBytes => self.sent()?[0].bytes,
            RemotePackets => self.sent()?[1].packets,
            RemoteBytes => self.sent()?[1].bytes,
            Mark => row.mark()?.into(),
            Gateway => 0,
            OriginalDestinationAddress => self.destination?.0.into(),
            OriginalDestinationPort => self.destination?.1.into(),
        })
    }

    /// What the internal and the remote endpoint have sent.
    fn sent(&self) -> Option<[Counters; 2]> {
        let Traffic { original, reply } = self.traffic?;
        Some(match self.row.kind() {
            TranslationKind::Source => [original, reply],
            TranslationKind::Destination => [reply, original],
        })
    }
}
