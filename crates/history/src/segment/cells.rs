//! The values that a row has in each column.

use model::{Counters, TimeSource, Traffic, TranslationKind};

use super::column::Column;
use super::words::Word;
use crate::milliseconds::NOT_KNOWN;
use crate::rows::{Row, Rows};

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
        use Column::*;
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
