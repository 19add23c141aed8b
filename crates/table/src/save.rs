//! The table as bytes, for the process after this one.
//!
//! Not a format for files: it lives for the moments between two processes on
//! one machine. [`FORMAT`] tells versions apart that do not understand each
//! other.

use model::Timestamp;

use crate::address::Address;
use crate::entry::Entry;
use crate::family::Family;
use crate::table::{Rules, Table};

/// Changes whenever the bytes come to mean something else.
const FORMAT: u32 = 1;

/// Bytes that are handed on at once.
const PIECE: usize = 64 * 1024;

const LIVING: &str = "an entry that lives";
const ENDED: &str = "an entry that has ended";

/// Bytes that are no saved table.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Damaged {
    /// Another version wrote them.
    #[error("found format {found}, expected {FORMAT}")]
    Format {
        /// The format they claim to be in.
        found: u32,
    },
    /// They end too early.
    #[error("found the end, expected {expected}")]
    Short {
        /// What should have followed.
        expected: &'static str,
    },
    /// An entry lives that should have ended, or the other way round.
    #[error("found another entry, expected {expected}")]
    Other {
        /// What should have stood there.
        expected: &'static str,
    },
    /// They go on after the end.
    #[error("found {count} bytes after the end")]
    Long {
        /// How many.
        count: usize,
    },
    /// Two living entries are the same.
    #[error("found one connection twice")]
    Twice,
}

impl Table {
    /// Hands all entries to `sink`, some kilobytes at a time.
    pub fn save(&self, mut sink: impl FnMut(&[u8])) {
        sink(&FORMAT.to_le_bytes());
        self.v4.save(&mut sink);
        self.v6.save(&mut sink);
    }

    /// Takes over what [`Self::save`] gave, as far as it fits the filter.
    ///
    /// Ended ones expire as they would have before.
    ///
    /// # Errors
    ///
    /// The bytes are no saved table. Then the table holds something, and is only
    /// good for being thrown away.
    pub fn restore(&mut self, saved: &[u8]) -> Result<(), Damaged> {
        let mut saved = Saved(saved);
        let format = saved.number("a format")?;
        if format != FORMAT {
            return Err(Damaged::Format { found: format });
        }
        let Self { v4, v6, rules, .. } = self;
        v4.restore(rules, &mut saved)?;
        v6.restore(rules, &mut saved)?;
        match saved.0.len() {
            0 => Ok(()),
            count => Err(Damaged::Long { count }),
        }
    }
}

impl<A: Address> Family<A> {
    fn save(&self, sink: &mut impl FnMut(&[u8])) {
        let mut piece = Vec::with_capacity(PIECE + 256);
        let mut flush_if = |piece: &mut Vec<u8>, least: usize| {
            if piece.len() >= least {
                sink(piece);
                piece.clear();
            }
        };
        // First, so that living ones are found before them.
        piece.extend((self.ended() as u32).to_le_bytes());
        for (slot, learned_at) in self.ended.iter().zip(self.learned_times()) {
            piece.extend(learned_at.0.to_le_bytes());
            self.slab.get(*slot).write(&mut piece);
            flush_if(&mut piece, PIECE);
        }
        let living = (0..self.slab.used())
            .filter_map(|slot| self.slab.scan(slot))
            .filter(|entry| !entry.is_ended());
        piece.extend((self.live() as u32).to_le_bytes());
        for entry in living {
            entry.write(&mut piece);
            flush_if(&mut piece, PIECE);
        }
        flush_if(&mut piece, 0);
    }

    fn restore(&mut self, rules: &Rules, saved: &mut Saved<'_>) -> Result<(), Damaged> {
        for _ in 0..saved.number("how many entries have ended")? {
            let learned_at = saved.time("when an end was learned")?;
            let entry: Entry<A> = saved.entry(ENDED)?;
            let Some(ended_at) = entry.ended_at() else {
                return Err(Damaged::Other { expected: ENDED });
            };
            if rules.keep(&entry) {
                let slot = self.add_ended(entry, ended_at, learned_at);
                self.note_estimate(slot, ended_at.source);
            }
        }
        for _ in 0..saved.number("how many entries live")? {
            let entry: Entry<A> = saved.entry(LIVING)?;
            if entry.is_ended() {
                return Err(Damaged::Other { expected: LIVING });
            }
            let identity = entry.identity();
            let is_first = self.find_live(&identity, None).is_none();
            if !is_first && self.find_live(&identity, Some(entry.kind())).is_some() {
                return Err(Damaged::Twice);
            }
            if rules.keep(&entry) {
                let hashes = self.hashes(&entry);
                self.start(entry, &hashes, is_first);
            }
        }
        Ok(())
    }
}

/// What is left to be read.
struct Saved<'a>(&'a [u8]);

impl Saved<'_> {
    fn number(&mut self, expected: &'static str) -> Result<u32, Damaged> {
        self.take(expected).map(u32::from_le_bytes)
    }

    fn time(&mut self, expected: &'static str) -> Result<Timestamp, Damaged> {
        self.take(expected).map(i64::from_le_bytes).map(Timestamp)
    }

    fn entry<A: Address>(&mut self, expected: &'static str) -> Result<Entry<A>, Damaged> {
        let entry = Entry::read(self.0).ok_or(Damaged::Short { expected })?;
        self.0 = &self.0[Entry::<A>::BYTES..];
        Ok(entry)
    }

    fn take<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], Damaged> {
        let (taken, rest) = self
            .0
            .split_first_chunk()
            .ok_or(Damaged::Short { expected })?;
        self.0 = rest;
        Ok(*taken)
    }
}
