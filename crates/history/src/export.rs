//! Any number of records into one Parquet file, in bounded memory.

use std::fs::File;
use std::io::{self, BufWriter};

use model::{Gap, Match};

use crate::FindError;
use crate::addresses::Addresses;
use crate::rows::Rows;
use crate::segment::{Meta, SegmentError, SegmentWriter};

/// Records that are in memory at once at most; each has 48 bytes there, 80 with what was
/// counted.
const AT_ONCE: usize = 1 << 19;

/// A Parquet file that is being written, in the format of a segment. It is one once it is
/// finished. Whoever pushes each translation once has it there once.
pub struct Export<'a> {
    writer: SegmentWriter<BufWriter<&'a File>>,
    addresses: Addresses,
    rows: Rows,
    records: u64,
    at_once: usize,
}

impl<'a> Export<'a> {
    /// Begins to write.
    pub(crate) fn begin(gateway: &str, file: &'a File) -> Result<Self, FindError> {
        let meta = Meta {
            first_generation: 0,
            last_generation: 0,
            gateway: gateway.to_owned(),
            gaps: None,
        };
        let file = BufWriter::with_capacity(1 << 18, file);
        Ok(Self {
            writer: SegmentWriter::new(meta, file).map_err(failed)?,
            addresses: Addresses::default(),
            rows: Rows::default(),
            records: 0,
            at_once: AT_ONCE,
        })
    }

    /// Adds a record; one that has not ended is of a translation that lives.
    ///
    /// # Errors
    ///
    /// Where the file could not be written.
    pub fn push(&mut self, record: &Match) -> Result<(), FindError> {
        self.rows.push(&mut self.addresses, record);
        if self.rows.len() >= self.at_once {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), FindError> {
        let rows = std::mem::take(&mut self.rows);
        let addresses = std::mem::take(&mut self.addresses);
        self.records += rows.len() as u64;
        self.writer.add(&[&rows], &addresses).map_err(failed)
    }

    /// Finishes the file, and writes into it what was not known of the time of its
    /// records. Says how many there are.
    ///
    /// # Errors
    ///
    /// Where the file could not be written.
    pub fn finish(mut self, gaps: &[Gap]) -> Result<u64, FindError> {
        self.write()?;
        self.writer.set_gaps(gaps);
        self.writer.finish().map_err(failed)?;
        Ok(self.records)
    }
}

impl std::fmt::Debug for Export<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export")
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

fn failed(error: SegmentError) -> FindError {
    FindError::Export(match error {
        SegmentError::Write(error) => error,
        other => io::Error::other(other),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::segment::Segment;
    use crate::tests::{TestFolder, at, begun, ended};

    #[test]
    fn any_number_is_written_in_groups_and_nothing_is_cut() {
        let folder = TestFolder::new();
        let path = folder.path().join("export.parquet");
        let file = crate::folder::create(&path).unwrap();
        let mut export = Export::begin("gw1", &file).unwrap();
        export.at_once = 100;
        let mut expected = Vec::new();
        for number in 0..1050 {
            let record = match number % 10 {
                0 => begun(number),
                _ => ended(number),
            };
            export.push(&record).unwrap();
            assert!(export.rows.len() < 100, "memory is bounded");
            expected.push(record);
        }
        let gap = Gap {
            from: at(5),
            to: None,
            cause: model::GapCause::Damaged,
        };
        assert_eq!(export.finish(&[gap]).unwrap(), 1050);
        let segment = Segment::open(&path).unwrap();
        assert_eq!(segment.meta().gaps, Some(vec![gap]));
        let counts: Vec<u64> = segment.groups().iter().map(|it| it.records).collect();
        // Those that live stand apart.
        assert_eq!(counts.len(), 22);
        assert_eq!(counts[..2], [90, 10]);
        let mut found = Vec::new();
        segment
            .scan(&mut |record| {
                found.push(record);
                true
            })
            .unwrap();
        found.sort_by(crate::History::order);
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_without_records_is_one() {
        let folder = TestFolder::new();
        let path = folder.path().join("export.parquet");
        let file = crate::folder::create(&path).unwrap();
        assert_eq!(Export::begin("gw1", &file).unwrap().finish(&[]).unwrap(), 0);
        assert!(fs::read(&path).unwrap().ends_with(b"PAR1"));
        assert_eq!(Segment::open(&path).unwrap().groups(), []);
    }
}
