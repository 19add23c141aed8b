//! A few of the records, to ask about them later.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use model::{Endpoint, Match, Protocol, Timestamp};

use super::random::Random;

/// One record, and a moment of its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sampled {
    /// Transport protocol.
    pub protocol: Protocol,
    /// What is asked for: the NAT endpoint.
    pub nat: Endpoint,
    /// Likewise: the remote endpoint.
    pub remote: Endpoint,
    /// What the answer must be.
    pub internal: Endpoint,
    /// A moment at which it lived.
    pub at: Timestamp,
}

impl Sampled {
    /// The path of a lookup with all of it, and no tolerance in time.
    pub fn lookup(&self) -> String {
        let Self {
            protocol,
            nat,
            remote,
            at,
            ..
        } = self;
        format!("/api/v1/lookup?protocol={protocol}&nat={nat}&remote={remote}&at={at}&tolerance=0s")
    }

    /// A row of a table, under [`Sampled::HEAD`].
    pub fn row(&self) -> String {
        let Self {
            protocol,
            nat,
            remote,
            internal,
            at,
        } = self;
        format!(
            "{protocol},{},{},{},{},{at},{internal}\n",
            nat.address, nat.port, remote.address, remote.port
        )
    }

    /// The columns of a row.
    pub const HEAD: &str = "protocol,nat_address,nat_port,remote_address,remote_port,at,expected\n";

    fn read(row: &str) -> Option<Self> {
        let cells: Vec<&str> = row.split(',').collect();
        let endpoint = |address: &str, port: &str| {
            let address: IpAddr = address.parse().ok()?;
            Some(Endpoint::new(address, port.parse().ok()?))
        };
        let internal: SocketAddr = cells.get(6)?.parse().ok()?;
        Some(Self {
            protocol: cells[0].parse().ok()?,
            nat: endpoint(cells[1], cells[2])?,
            remote: endpoint(cells[3], cells[4])?,
            internal: Endpoint::new(internal.ip(), internal.port()),
            at: Timestamp(crate::truth::time::parse(cells[5]).ok()?),
        })
    }
}

/// Records, spread evenly over all that were offered.
pub struct Sample {
    random: Random,
    every: u64,
    offered: u64,
    /// Those that were taken, in the order in which they ended.
    pub taken: Vec<Sampled>,
}

impl Sample {
    /// About `wanted` of `of` records.
    pub fn of(wanted: u64, of: u64) -> Self {
        Self {
            random: Random::of(of ^ 0x5a4d),
            every: (of / wanted).max(1),
            offered: 0,
            taken: Vec::new(),
        }
    }

    /// Offers an ended one.
    pub fn offer(&mut self, ended: &Match) {
        self.offered += 1;
        if !self.offered.is_multiple_of(self.every) {
            return;
        }
        let life = ended.life();
        let span = life.to.milliseconds() - life.from.milliseconds();
        let after = (self.random.share() * span as f64) as i64;
        self.taken.push(Sampled {
            protocol: ended.protocol,
            nat: ended.translation.nat,
            remote: ended.translation.remote,
            internal: ended.translation.internal,
            at: Timestamp::of_milliseconds(life.from.milliseconds() + after),
        });
    }

    /// Those taken, in no order: neighbours in time are not asked for one after
    /// the other.
    pub fn shuffled(mut self) -> Vec<Sampled> {
        for index in (1..self.taken.len()).rev() {
            let other = self.random.below(index as u64 + 1) as usize;
            self.taken.swap(index, other);
        }
        self.taken
    }
}

/// Writes a sample to a file.
pub fn write(path: &Path, sample: &[Sampled]) -> Result<()> {
    let mut text = Sampled::HEAD.to_owned();
    text.extend(sample.iter().map(Sampled::row));
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

/// Reads it again.
pub fn read(path: &Path) -> Result<Vec<Sampled>> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    let rows = text.lines().skip(1).map(|row| {
        Sampled::read(row).with_context(|| format!("read {}: found {row}", path.display()))
    });
    let sample = rows.collect::<Result<Vec<_>>>()?;
    ensure!(!sample.is_empty(), "read {}: it is empty", path.display());
    Ok(sample)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::past::traffic::{Profile, Traffic};

    #[test]
    fn a_sample_is_taken_evenly_and_survives_a_file() {
        let profile = Profile::spread(10_000, 1);
        let mut sample = Sample::of(100, profile.connections);
        for ended in Traffic::of(profile) {
            sample.offer(&ended);
        }
        let sample = sample.shuffled();
        assert_eq!(sample.len(), 100);
        let rows: Vec<_> = sample
            .iter()
            .map(|one| Sampled::read(one.row().trim_end()))
            .collect();
        for (one, row) in sample.iter().zip(rows) {
            assert_eq!(Some(*one), row);
        }
    }
}
