//! Records that are in no segment yet, in memory.
//!
//! Rows gather in a tail; once it is long enough it is sorted and becomes a run. A
//! reader holds the lock while it looks at the tail or at one run, never while it
//! hands on what it found.

use std::sync::Arc;

use model::{EndEvidence, Match, Period, Timestamp};
use parking_lot::{Mutex, RwLock};

use crate::addresses::Addresses;
use crate::deadline::Deadline;
use crate::journal::{self, Begun, OpenSet};
use crate::milliseconds::NOT_KNOWN;
use crate::rows::Rows;
use crate::{Question, RemotePolicy};

/// Records after which the tail is sorted.
const RUN: usize = 16_384;

/// Records of one generation of the journal.
#[derive(Debug)]
pub(crate) struct Generation {
    number: u64,
    memory: RwLock<Memory>,
    written: Mutex<Written>,
}

/// How much of a journal was written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    /// Bytes, all of them whole blocks.
    pub(crate) bytes: u64,
    /// When the journal was begun.
    pub(crate) from: Timestamp,
    /// When it was written last.
    pub(crate) to: Timestamp,
}

#[derive(Debug, Default)]
struct Memory {
    addresses: Addresses,
    /// Runs; only the first `sorted` of them are sorted.
    runs: Vec<Arc<Rows>>,
    sorted: usize,
    tail: Rows,
    records: usize,
    has_checkpoints: bool,
}

impl Generation {
    /// One without records.
    pub(crate) fn new(number: u64) -> Self {
        Self {
            number,
            memory: RwLock::new(Memory {
                tail: Rows::with_capacity(RUN),
                ..Memory::default()
            }),
            written: Mutex::default(),
        }
    }

    /// Its number.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// How much of its journal was written.
    pub(crate) fn written(&self) -> Written {
        *self.written.lock()
    }

    /// Says how much of its journal was written.
    pub(crate) fn set_written(&self, written: Written) {
        *self.written.lock() = written;
    }

    /// Says that its journal has grown to this many bytes.
    pub(crate) fn has_grown(&self, bytes: u64, now: Timestamp) {
        let mut written = self.written.lock();
        written.bytes = bytes;
        written.to = now;
    }

    /// Its records.
    pub(crate) fn len(&self) -> usize {
        self.memory.read().records
    }

    /// Distinct addresses in its records.
    pub(crate) fn addresses(&self) -> usize {
        self.memory.read().addresses.len()
    }

    /// Bytes of memory that it takes, about.
    pub(crate) fn memory(&self) -> usize {
        let memory = self.memory.read();
        let runs = memory.runs.iter().map(|run| run.memory());
        memory.addresses.memory() + memory.tail.memory() + runs.sum::<usize>()
    }

    /// Adds records. There must be one writer only.
    pub(crate) fn push<'a>(&self, records: impl Iterator<Item = &'a Match>) {
        let mut records = records;
        loop {
            let mut memory = self.memory.write();
            let memory = &mut *memory;
            let room = RUN - memory.tail.len();
            let before = memory.tail.len();
            for record in records.by_ref().take(room) {
                memory.tail.push(&mut memory.addresses, record);
            }
            memory.records += memory.tail.len() - before;
            if memory.tail.len() < RUN {
                return;
            }
            let tail = std::mem::replace(&mut memory.tail, Rows::with_capacity(RUN));
            memory.runs.push(Arc::new(tail));
            // The lock is given back here, before the next round and before sorting.
        }
    }

    /// Adds checkpoints, which come once, however often sealing is tried.
    pub(crate) fn push_checkpoints(&self, records: &[Match]) {
        if !std::mem::replace(&mut self.memory.write().has_checkpoints, true) {
            self.push(records.iter());
        }
    }

    /// Sorts what has become long enough, without keeping anybody waiting. Must be
    /// called by the writer.
    pub(crate) fn sort(&self) {
        loop {
            let (place, run) = {
                let memory = self.memory.read();
                match memory.runs.get(memory.sorted) {
                    Some(run) => (memory.sorted, Arc::clone(run)),
                    None => return,
                }
            };
            let mut sorted = Rows::with_capacity(run.len());
            sorted.append(&run);
            sorted.sort();
            let mut memory = self.memory.write();
            memory.runs[place] = Arc::new(sorted);
            memory.sorted = place + 1;
        }
    }

    /// Calls `visit` with each record that fits and lived in the question's time, in
    /// no order, for as long as it says true and there is time; says whether that was
    /// always so.
    pub(crate) fn find(
        &self,
        question: &Question,
        deadline: &Deadline,
        visit: &mut dyn FnMut(Match) -> bool,
    ) -> bool {
        let mut found = Vec::new();
        let mut seen = 0;
        // The tail first: it may become a run meanwhile, which then is not looked at.
        let runs = {
            let memory = self.memory.read();
            memory
                .tail
                .find(&memory.addresses, false, question, |record| {
                    found.push(record);
                    true
                });
            memory.runs.len()
        };
        loop {
            if !found.drain(..).all(&mut *visit) {
                return false;
            }
            if seen == runs {
                return true;
            }
            if deadline.is_over() {
                return false;
            }
            let memory = self.memory.read();
            let is_sorted = seen < memory.sorted;
            memory.runs[seen].find(&memory.addresses, is_sorted, question, |record| {
                found.push(record);
                true
            });
            seen += 1;
        }
    }

    /// Calls `write` with all rows; nothing can be added meanwhile.
    pub(crate) fn with_rows<T>(&self, write: impl FnOnce(&[&Rows], &Addresses) -> T) -> T {
        let memory = self.memory.read();
        let runs = memory.runs.iter().map(|run| &**run);
        let rows: Vec<&Rows> = runs.chain(std::iter::once(&memory.tail)).collect();
        write(&rows, &memory.addresses)
    }

    /// Takes those out of `open` whose end is among its records: what says so in the
    /// journal may be damaged.
    pub(crate) fn remove_ended(&self, open: &mut OpenSet, remote: RemotePolicy) {
        let mut identity = Vec::new();
        self.with_rows(|all, addresses| {
            for rows in all {
                for index in 0..rows.len() {
                    let record = rows.get(addresses, index);
                    if record.end_evidence == Some(EndEvidence::Checkpoint) {
                        continue;
                    }
                    identity.clear();
                    journal::identity(&record, remote, &mut identity);
                    // Another one with the same identity began later.
                    let ends = |begun: Begun<'_>| match record.ended_at {
                        Some(end) => begun.started_at <= end.at.milliseconds(),
                        None => false,
                    };
                    if open.get(&identity).is_some_and(ends) {
                        open.remove(&identity);
                    }
                }
            }
        });
    }

    /// From the first start that is known to the last end; nothing where it is empty.
    pub(crate) fn period(&self) -> Option<Period> {
        self.with_rows(|rows, _| {
            let all = || rows.iter().flat_map(|rows| rows.rows());
            let starts = all().map(|row| row.started_at);
            let from = starts.filter(|start| *start != NOT_KNOWN).min();
            let to = all().map(|row| row.ended_at).max()?;
            Some(Period {
                from: Timestamp::of_milliseconds(from.unwrap_or(to)),
                to: Timestamp::of_milliseconds(to),
            })
        })
    }
}
