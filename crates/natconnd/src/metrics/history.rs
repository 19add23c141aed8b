//! What recording has counted, and how much is kept.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use ::history::Status;
use model::Timestamp;

use super::metric::{Kind, Metric, Samples, Unit};
use crate::mirror::now;
use crate::recorder::Archive;

/// History at one moment.
pub struct Look {
    archive: Arc<Archive>,
    status: Status,
    /// Bytes that are free where history is, and all there are.
    room: Option<(u64, u64)>,
}

impl Look {
    pub fn new(archive: Arc<Archive>) -> Self {
        Self {
            status: archive.status(),
            room: archive.room(),
            archive,
        }
    }
}

fn time(out: &mut Samples<'_>, time: Option<Timestamp>) {
    if let Some(time) = time {
        out.level(&[], time.0 as f64 / 1e9);
    }
}

type Row = Metric<Look>;

pub const METRICS: &[Row] = &[
    Row::gauge(
        "natconnd_history_recording",
        "1 while records can be written, else 0",
        |it| f64::from(it.status.is_recording),
    ),
    Row::gauge("natconnd_history_records", "Records that are kept", |it| {
        (it.status.sealed_records + it.status.journal_records) as f64
    }),
    Row::gauge(
        "natconnd_history_journal_records",
        "Records that are kept and in no segment yet",
        |it| it.status.journal_records as f64,
    ),
    Row::gauge("natconnd_history_segments", "Sealed segments", |it| {
        it.status.segments as f64
    }),
    Row::gauge(
        "natconnd_history_size",
        "What the files of history take",
        |it| it.status.bytes as f64,
    )
    .of(Unit::Bytes),
    Row::each(
        "natconnd_history_disk_free",
        Kind::Gauge,
        &[],
        "What can still be written where history is",
        |it, out| {
            if let Some((free, _)) = it.room {
                out.level(&[], free as f64);
            }
        },
    )
    .of(Unit::Bytes),
    Row::each(
        "natconnd_history_disk_size",
        Kind::Gauge,
        &[],
        "The size of the file system that history is on",
        |it, out| {
            if let Some((_, size)) = it.room {
                out.level(&[], size as f64);
            }
        },
    )
    .of(Unit::Bytes),
    Row::gauge(
        "natconnd_history_memory",
        "What records in memory and open segments take, about",
        |it| it.status.memory as f64,
    )
    .of(Unit::Bytes),
    Row::gauge(
        "natconnd_history_oldest_timestamp",
        "The first begin among the records that are kept, seconds since 1970, 0 for none",
        |it| it.status.oldest.map_or(0.0, |oldest| oldest.0 as f64 / 1e9),
    )
    .of(Unit::Seconds),
    Row::counter(
        "natconnd_history_changes",
        "Translations that began or ended and were given to history",
        |it| it.archive.recorded.load(Relaxed),
    ),
    Row::counter(
        "natconnd_history_unrecorded",
        "Translations that could not be recorded: no room, an error, or too slow a disk",
        |it| it.status.unrecorded,
    ),
    Row::gauge(
        "natconnd_history_waiting_batches",
        "Batches of changes that wait to be recorded; what finds 4096 of them is lost",
        |it| it.archive.waiting() as f64,
    ),
    Row::gauge(
        "natconnd_history_lag",
        "By how much recording is behind the mirror",
        |it| now().since(it.archive.recorded_until()).as_secs_f64(),
    )
    .of(Unit::Seconds),
    Row::each(
        "natconnd_history_synced_timestamp",
        Kind::Gauge,
        &[],
        "When the journal was last made safe on the disk, seconds since 1970; absent before the \
         first time",
        |it, out| time(out, it.status.synced_at),
    )
    .of(Unit::Seconds),
    Row::each(
        "natconnd_history_verified_timestamp",
        Kind::Gauge,
        &[],
        "The time since which every segment has been verified, seconds since 1970; absent while \
         there is none",
        |it, out| time(out, it.status.verified_at),
    )
    .of(Unit::Seconds),
    Row::gauge(
        "natconnd_history_damaged_files",
        "Files of history that are damaged or missing",
        |it| it.status.damaged.len() as f64,
    ),
    Row::counter(
        "natconnd_history_failures",
        "Times that something could not be written to history",
        |it| it.archive.failures.load(Relaxed),
    ),
    Row::counter(
        "natconnd_history_faults",
        "Panics of the recording thread, after which history was opened anew",
        |it| it.archive.faults.load(Relaxed),
    ),
];
