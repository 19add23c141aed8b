//! What history says about itself.

use std::path::PathBuf;

use model::{Gap, Period, Timestamp};

use crate::archive::Archive;
use crate::catalogue::total;
use crate::retention::bytes_of_all;

/// How much is kept, and how it goes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// Records in sealed segments.
    pub sealed_records: u64,
    /// Records that are in the journal only.
    pub journal_records: u64,
    /// Bytes of sealed segments.
    pub segment_bytes: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Sealed segments.
    pub segments: u64,
    /// Bytes of memory that records in the journal and open segments take, about.
    pub memory: u64,
    /// The first start that is known among all records.
    pub oldest: Option<Timestamp>,
    /// Whether records can be written at this time.
    pub is_recording: bool,
    /// Why they cannot.
    pub trouble: Option<String>,
    /// Records that could not be written since the start.
    pub unrecorded: u64,
    /// Files that are damaged or missing.
    pub damaged: Vec<PathBuf>,
    /// When the journal was last made safe on the disk; `None` where it was not since
    /// history was opened.
    pub synced_at: Option<Timestamp>,
    /// When every file had been verified for the last time.
    pub verified_at: Option<Timestamp>,
}

/// One sealed segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedSegment {
    /// Its file.
    pub path: PathBuf,
    /// Its records.
    pub records: u64,
    /// Its bytes.
    pub bytes: u64,
    /// From the first begin to the last end.
    pub period: Period,
}

/// A case that holds records beyond their time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    /// The name of the case.
    pub case: String,
    /// How many records it holds.
    pub records: u64,
    /// What was not known of the time that they were asked for, oldest first; `None` where
    /// an earlier version has held some of them, which did not note it.
    pub gaps: Option<Vec<Gap>>,
}

/// What became of verifying one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it; nothing where `None`.
    pub fault: Option<String>,
}

/// How much is kept, and how it goes.
pub(crate) fn of(archive: &Archive) -> Status {
    let sources = archive.sources();
    let progress = archive.progress.lock().clone();
    let segments = &sources.segments;
    let faulty = segments.iter().filter(|sealed| sealed.fault().is_some());
    let damaged = faulty.map(|sealed| sealed.path().to_owned());
    let groups = segments.iter().flat_map(|sealed| &sealed.entry().groups);
    let oldest = match groups.filter_map(|group| group.from).min() {
        Some(start) => Some(Timestamp::of_milliseconds(start)),
        None => {
            let generations = sources.generations.iter();
            let periods = generations.filter_map(|generation| generation.period());
            periods.map(|period| period.from).min()
        }
    };
    let (verified_at, held) = {
        let catalogue = archive.catalogue.lock();
        let segments = catalogue.segments().map(|entry| entry.verified_at);
        let holds = catalogue.holds().map(|hold| hold.verified_at);
        // One that was never verified soon is.
        let times = segments.chain(holds.filter(|at| *at != 0));
        let faulty = catalogue.holds().filter(|hold| hold.fault.is_some());
        let held: Vec<PathBuf> = faulty.map(|it| archive.folder.hold(&it.case)).collect();
        (times.min().map(Timestamp::of_milliseconds), held)
    };
    Status {
        sealed_records: total(segments.iter().map(|sealed| sealed.entry().records())),
        journal_records: sources
            .generations
            .iter()
            .map(|generation| generation.len() as u64)
            .sum(),
        segment_bytes: total(segments.iter().map(|sealed| sealed.entry().bytes)),
        bytes: bytes_of_all(archive),
        segments: segments.len() as u64,
        memory: {
            let generations = sources.generations.iter();
            let rows: usize = generations.map(|generation| generation.memory()).sum();
            (rows + archive.readers.memory()) as u64
        },
        oldest,
        is_recording: progress.stopped.is_none(),
        trouble: progress.stopped.or(progress.trouble),
        unrecorded: progress.unrecorded,
        damaged: damaged.chain(held).chain(progress.damaged).collect(),
        synced_at: progress.synced_at,
        verified_at,
    }
}
