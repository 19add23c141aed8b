//! Bytes per record on disk, against what the same translations take as
//! compressed logs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{DAYS, RATE};
use crate::arguments::Plan;
use crate::past::compressor::{Compressed, Compressor};
use crate::past::fill;
use crate::past::logs;
use crate::past::place::Place;
use crate::past::traffic::{Profile, Traffic};
use crate::report::{Bound, Report};
use crate::sys;

/// Records for the compressor that takes its time: enough, since it looks back no
/// further than 8 MiB, which are some ten thousand of them.
const FEW: u64 = 1 << 17;

/// How long to wait before it is looked again whether a segment is sealed.
const SEALING: std::time::Duration = std::time::Duration::from_millis(50);

/// The log that is compressed as hard as it goes.
const HARDEST: &str = "ulogd2 JSON, zstd -19";

/// A log of the same translations, put away.
struct Log {
    name: &'static str,
    records: u64,
    bytes: Compressed,
}

/// One kind of record, in a history and in logs.
struct Sizes {
    has_counters: bool,
    records: u64,
    /// Of the segments.
    segments: u64,
    /// Of all else that is not the journal: catalogue, gaps.
    beside: u64,
    logs: Vec<Log>,
}

/// Fills histories, and compresses the same records as logs.
pub fn size(plan: &Plan, report: &mut Report) -> Result<()> {
    let place = Place::take(None)?;
    let mut all = Vec::new();
    for has_counters in [false, true] {
        let profile = Profile {
            connections: plan.past.sized,
            rate: RATE,
            has_counters,
            ..Profile::spread(plan.past.sized, DAYS)
        };
        eprintln!(
            "history-size: {} records{}",
            profile.connections,
            if has_counters { ", counters" } else { "" }
        );
        all.push(measure(&place, profile)?);
    }
    for sizes in &all {
        promise(sizes, report);
    }
    tabulate(&all, report);
    Ok(())
}

fn measure(place: &Place, profile: Profile) -> Result<Sizes> {
    let folder = place.fresh("size")?;
    let filled = fill::fill(&folder, profile)?;
    let last = profile
        .from
        .plus(std::time::Duration::from_secs(DAYS * 24 * 3600));
    let settings = fill::settings(&filled.folder, &profile);
    let full = settings.segment_records as u64;
    let mut recorder = fill::open(&settings, last)?;
    // The last full one is sealed in the background.
    let mut status = recorder.history().status();
    while status.journal_records >= full {
        sys::pause(SEALING)?;
        recorder.tick(last).context("wait for a segment")?;
        status = recorder.history().status();
    }
    fill::close(recorder, last)?;
    let records = status.sealed_records;
    ensure!(
        records + status.journal_records == profile.connections,
        "fill a history: {} records went in, {records} and {} came out",
        profile.connections,
        status.journal_records
    );
    ensure!(
        records > profile.connections / 2,
        "measure a history: only {records} records are sealed; name more of them"
    );
    let segments = bytes_below(&filled.folder.join("segments"))?;
    let journal = bytes_below(&filled.folder.join("journal"))?;
    let all = bytes_below(&filled.folder)?;
    let mut logs = vec![
        log("conntrack -E, gzip -9", "gzip -9 -c", profile, u64::MAX)?,
        log("ulogd2 JSON, zstd -3", "zstd -3 -q -c", profile, u64::MAX)?,
    ];
    logs.push(log(HARDEST, "zstd -19 -q -c", profile, FEW)?);
    Ok(Sizes {
        has_counters: profile.has_counters,
        records,
        segments,
        beside: all - segments - journal,
        logs,
    })
}

/// Compresses the same records, or the first of them, as a log.
fn log(name: &'static str, line: &str, profile: Profile, limit: u64) -> Result<Log> {
    eprintln!("history-size: {name}");
    let is_conntrack = name.starts_with("conntrack");
    let profile = Profile {
        tells_begins: is_conntrack,
        ..profile
    };
    let mut compressor = Compressor::start(line)?;
    let mut records = 0;
    for told in Traffic::of(profile) {
        if records == limit {
            break;
        }
        records += u64::from(told.ended_at.is_some());
        let written = if is_conntrack {
            logs::conntrack(&mut compressor, &told)
        } else {
            logs::ulogd(&mut compressor, &told)
        };
        written.with_context(|| format!("write to {line}"))?;
        ensure!(!sys::is_interrupted(), "write a log: stopped by a signal");
    }
    Ok(Log {
        name,
        records,
        bytes: compressor.finish()?,
    })
}

/// Bytes of all files below a folder; none where it does not exist.
fn bytes_below(folder: &Path) -> Result<u64> {
    let doing = || format!("read {}", folder.display());
    if !folder.exists() {
        return Ok(0);
    }
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(doing)? {
        let entry = entry.with_context(doing)?;
        let metadata = entry.metadata().with_context(doing)?;
        bytes += if metadata.is_dir() {
            bytes_below(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(bytes)
}

impl Sizes {
    fn per_record(&self) -> f64 {
        (self.segments + self.beside) as f64 / self.records as f64
    }

    /// The smallest of logs.
    fn smallest(&self, is_meant: fn(&Log) -> bool) -> f64 {
        let meant = self.logs.iter().filter(|log| is_meant(log));
        meant.map(Log::per_record).fold(f64::INFINITY, f64::min)
    }

    fn words(&self) -> &'static str {
        if self.has_counters {
            "with counters"
        } else {
            "without counters"
        }
    }
}

impl Log {
    fn per_record(&self) -> f64 {
        self.bytes.to as f64 / self.records as f64
    }
}

fn promise(sizes: &Sizes, report: &mut Report) {
    let limit = if sizes.has_counters { 18.0 } else { 11.0 };
    let one = |value: f64| [value].into_iter().collect();
    report.promise(
        &format!("bytes per record on disk, {}", sizes.words()),
        Bound::AtMost(limit),
        one(sizes.per_record()),
        2,
    );
    // What was promised names no level of zstd: it is the one that zstd has if none is
    // named. Its highest takes minutes a million records; it is in the table below.
    let smallest = sizes.smallest(|log| log.name != HARDEST);
    report.promise(
        &format!("bytes / the smaller log (gzip -9, zstd), {}", sizes.words()),
        Bound::AtMost(1.0 / 3.0),
        one(sizes.per_record() / smallest),
        3,
    );
}

fn tabulate(all: &[Sizes], report: &mut Report) {
    let head = ["what", "counters", "records", "bytes per record", "before"];
    report.figures("Size on disk", &head);
    for sizes in all {
        let counters = if sizes.has_counters { "yes" } else { "no" };
        let mut row = |what: &str, records: u64, bytes: u64, before: Option<u64>| {
            let per_record = |bytes: u64| format!("{:.2}", bytes as f64 / records as f64);
            report.row(vec![
                what.to_owned(),
                counters.to_owned(),
                records.to_string(),
                per_record(bytes),
                before.map_or("–".to_owned(), per_record),
            ]);
        };
        row("segments", sizes.records, sizes.segments, None);
        row(
            "all but the journal",
            sizes.records,
            sizes.segments + sizes.beside,
            None,
        );
        for log in &sizes.logs {
            row(log.name, log.records, log.bytes.to, Some(log.bytes.from));
        }
    }
}
