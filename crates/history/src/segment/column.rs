//! The columns, in the order of the file.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

use super::delta::Bits;

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
