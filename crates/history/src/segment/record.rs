//! Records out of columns.

use model::{
    Counters, EndEvidence, Endpoint, Match, Protocol, TimeSource, Timed, Timestamp, Traffic,
    Translation, TranslationKind, Zone, ZoneScope,
};

use super::column::Column;
use super::cursor::{Fault, GroupReader};
use super::decode::ABSENT;
use super::words::Word;
use crate::milliseconds::NOT_KNOWN;
use crate::rows::own_destination;

impl GroupReader<'_> {
    /// The record of a row.
    ///
    /// # Errors
    ///
    /// What is wrong with a page or a value.
    pub(super) fn record(&mut self, row: u32) -> Result<Match, Fault> {
        let internal_port = self.port_of_number(Column::InternalPort, row)?;
        let nat_port = self.port_of_number(Column::NatPort, row)?;
        let remote = match self.address(Column::RemoteAddress, row)? {
            None => Endpoint::OMITTED,
            Some(address) => {
                let port = self.small(Column::RemotePort, row)?.unwrap_or(0);
                Endpoint::new(address, port)
            }
        };
        let internal = self.address(Column::InternalAddress, row)?;
        let nat = self.address(Column::NatAddress, row)?;
        let translation = Translation {
            kind: self.required(Column::Kind, row)?,
            internal: Endpoint::new(internal.ok_or_else(no_value)?, internal_port),
            nat: Endpoint::new(nat.ok_or_else(no_value)?, nat_port),
            remote,
        };
        let original_destination = match self.address(Column::OriginalDestinationAddress, row)? {
            None => own_destination(&translation),
            Some(address) => {
                let port = self.small(Column::OriginalDestinationPort, row)?;
                Endpoint::new(address, port.unwrap_or(0))
            }
        };
        Ok(Match {
            protocol: self.protocol(row)?,
            translation,
            original_destination,
            zone: Zone {
                id: self.small(Column::Zone, row)?.unwrap_or(0),
                scope: self.required::<ZoneScope>(Column::ZoneScope, row)?,
            },
            kernel_id: None,
            started_at: self.timed(Column::StartedAt, Column::StartedAtSource, row)?,
            ended_at: self.timed(Column::EndedAt, Column::EndedAtSource, row)?,
            end_evidence: self.word::<EndEvidence>(Column::EndEvidence, row)?,
            traffic: self.traffic(translation.kind, row)?,
            mark: self
                .count(Column::Mark, row)?
                .map(|mark| u32::try_from(mark).map_err(|_| no_value()))
                .transpose()?,
        })
    }

    fn port_of_number(&mut self, column: Column, row: u32) -> Result<u16, Fault> {
        let number = self.number(column, row)?;
        u16::try_from(number).map_err(|_| no_value())
    }

    fn address(&mut self, column: Column, row: u32) -> Result<Option<std::net::IpAddr>, Fault> {
        match self.place(column, row)? {
            ABSENT => Ok(None),
            place => {
                let address = self.distinct(column)?.address(place);
                address.map(Some).ok_or_else(no_value)
            }
        }
    }

    /// The number of a row in a column with dictionary.
    fn count(&mut self, column: Column, row: u32) -> Result<Option<u64>, Fault> {
        match self.place(column, row)? {
            ABSENT => Ok(None),
            place => {
                let number = self.distinct(column)?.number(place);
                number.map(Some).ok_or_else(no_value)
            }
        }
    }

    fn small(&mut self, column: Column, row: u32) -> Result<Option<u16>, Fault> {
        let number = self.count(column, row)?;
        number
            .map(|number| u16::try_from(number).map_err(|_| no_value()))
            .transpose()
    }

    fn word<W: Word>(&mut self, column: Column, row: u32) -> Result<Option<W>, Fault> {
        match self.place(column, row)? {
            ABSENT => Ok(None),
            place => {
                let word = self.distinct(column)?.word(place).ok_or_else(no_value)?;
                let unknown = || unknown_word(column, word);
                W::of(word).map(Some).ok_or_else(unknown)
            }
        }
    }

    fn required<W: Word>(&mut self, column: Column, row: u32) -> Result<W, Fault> {
        self.word(column, row)?.ok_or_else(no_value)
    }

    fn protocol(&mut self, row: u32) -> Result<Protocol, Fault> {
        let place = self.place(Column::Protocol, row)?;
        let word = self.distinct(Column::Protocol)?.word(place);
        let word = word.ok_or_else(no_value)?;
        word.parse()
            .map_err(|_| unknown_word(Column::Protocol, word))
    }

    fn timed(&mut self, time: Column, source: Column, row: u32) -> Result<Option<Timed>, Fault> {
        let milliseconds = self.number(time, row)?;
        if milliseconds == NOT_KNOWN {
            return Ok(None);
        }
        Ok(Some(Timed {
            at: Timestamp::of_milliseconds(milliseconds),
            source: self.required::<TimeSource>(source, row)?,
        }))
    }

    fn traffic(&mut self, kind: TranslationKind, row: u32) -> Result<Option<Traffic>, Fault> {
        let columns = [
            (Column::InternalPackets, Column::InternalBytes),
            (Column::RemotePackets, Column::RemoteBytes),
        ];
        let mut sent = [Counters::default(); 2];
        for (sent, (packets, bytes)) in sent.iter_mut().zip(columns) {
            let Some(packets) = self.count(packets, row)? else {
                return Ok(None);
            };
            *sent = Counters {
                packets,
                bytes: self.count(bytes, row)?.ok_or_else(no_value)?,
            };
        }
        let [internal, remote] = sent;
        let (original, reply) = match kind {
            TranslationKind::Source => (internal, remote),
            TranslationKind::Destination => (remote, internal),
        };
        Ok(Some(Traffic { original, reply }))
    }
}

/// A word that is none. It goes to logs and to screens, and a file may have any.
fn unknown_word(column: Column, word: &str) -> Fault {
    let word: String = word.chars().take(40).collect();
    Fault::Damage(format!("{} is {word:?}", column.name()))
}

fn no_value() -> Fault {
    Fault::Damage("a row has no value where it needs one".to_owned())
}
