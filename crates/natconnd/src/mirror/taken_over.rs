//! What one process hands over to the next: the table and the gaps.
//!
//! One line of JSON, then the table's own bytes. Together with the event socket,
//! which goes on queueing, the next process knows all that this one knew.

use std::io::{self, Read, Write};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use model::{Coverage, Gap, GapCause, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Damaged, Table};

use super::{Mirror, Settings};

/// Changes whenever the first line comes to mean something else.
const FORMAT: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: u32,
    /// Which translations the table keeps, in words.
    filter: String,
    /// How long ended ones were kept, in nanoseconds.
    keep_ended: i64,
    /// When everything up to then had been read.
    last_read: i64,
    /// Begin, end and cause.
    gaps: Vec<(i64, Option<i64>, String)>,
}

/// Why what was handed over is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("read it: {0}")]
    Unreadable(#[from] io::Error),
    #[error("read its first line: {0}")]
    Head(#[from] serde_json::Error),
    #[error("found format {0}, expected {FORMAT}")]
    Format(u32),
    #[error("it is of another track.filter")]
    Filter,
    #[error("read its table: {0}")]
    Table(#[from] Damaged),
}

impl Mirror {
    /// Writes what the next process needs. The reader thread must have stopped.
    ///
    /// # Errors
    ///
    /// `to` cannot be written.
    pub fn hand_over(&self, mut to: impl Write) -> io::Result<()> {
        let gaps = self.gaps();
        let head = Head {
            format: FORMAT,
            filter: in_words(&self.settings),
            keep_ended: self.keep_ended.load(Relaxed),
            last_read: self.applied_until.load(Relaxed),
            gaps: gaps
                .iter()
                .map(|gap| {
                    let to = gap.to.map(|to| to.0);
                    (gap.from.0, to, gap.cause.name().to_owned())
                })
                .collect(),
        };
        serde_json::to_writer(&mut to, &head)?;
        to.write_all(b"\n")?;
        let mut written = Ok(());
        self.table.read().save(|piece| {
            if written.is_ok() {
                written = to.write_all(piece);
            }
        });
        written?;
        to.flush()
    }
}

/// What the process before this one has handed over.
pub struct TakenOver {
    /// Its table.
    pub table: Table,
    /// Its gaps.
    pub coverage: Coverage,
    /// When everything up to then had been read.
    pub last_read: Timestamp,
    /// How long it kept ended ones.
    pub keep_ended: Duration,
}

/// Reads what [`Mirror::hand_over`] wrote.
///
/// # Errors
///
/// It is damaged, or of another configuration or version.
pub fn read_handed_over(settings: &Settings, mut from: impl Read) -> Result<TakenOver, Unusable> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    let end = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .ok_or(io::ErrorKind::UnexpectedEof)
        .map_err(io::Error::from)?;
    let head: Head = serde_json::from_slice(&bytes[..end])?;
    if head.format != FORMAT {
        return Err(Unusable::Format(head.format));
    }
    if head.filter != in_words(settings) {
        return Err(Unusable::Filter);
    }
    let mut table = Table::new(settings.keep_ended, settings.filter.clone());
    table.restore(&bytes[end + 1..])?;
    let gaps = head.gaps.iter().map(|(from, to, cause)| Gap {
        from: Timestamp(*from),
        to: to.map(Timestamp),
        // The cause of a newer version is a fault, to this one.
        cause: GapCause::from_name(cause).unwrap_or(GapCause::Fault),
    });
    Ok(TakenOver {
        table,
        coverage: Coverage::of_gaps(gaps.collect()),
        last_read: Timestamp(head.last_read),
        keep_ended: Duration::from_nanos(head.keep_ended.unsigned_abs()),
    })
}

/// The filter as far as two of the same words are the same filter.
fn in_words(settings: &Settings) -> String {
    format!("{:?}", settings.filter)
}
