//! What recording has counted, and how much is kept.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::registry::Unit;

use super::{counter, gauge};
use crate::recorder::Archive;

/// The metrics of a history that is recorded.
#[derive(Debug)]
pub(super) struct OfHistory(pub(super) Arc<Archive>);

impl Collector for OfHistory {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let archive = &*self.0;
        let status = archive.status();
        let counted: [(&str, &str, &AtomicU64); 3] = [
            (
                "natconnd_history_changes",
                "Translations that began or ended and were given to history",
                &archive.recorded,
            ),
            (
                "natconnd_history_failures",
                "Times that something could not be written to history",
                &archive.failures,
            ),
            (
                "natconnd_history_faults",
                "Panics of the recording thread, after which history was opened anew",
                &archive.faults,
            ),
        ];
        for (name, help, value) in counted {
            counter(&mut encoder, name, help, value.load(Relaxed))?;
        }
        counter(
            &mut encoder,
            "natconnd_history_unrecorded",
            "Translations that could not be recorded: no room, an error, or too slow a disk",
            status.unrecorded,
        )?;
        let plain: [(&str, &str, f64); 4] = [
            (
                "natconnd_history_recording",
                "1 while records can be written, else 0",
                f64::from(status.is_recording),
            ),
            (
                "natconnd_history_records",
                "Records that are kept",
                (status.sealed_records + status.journal_records) as f64,
            ),
            (
                "natconnd_history_segments",
                "Sealed segments",
                status.segments as f64,
            ),
            (
                "natconnd_history_damaged_files",
                "Files of history that are damaged or missing",
                status.damaged.len() as f64,
            ),
        ];
        for (name, help, value) in plain {
            gauge(&mut encoder, name, help, None, value)?;
        }
        gauge(
            &mut encoder,
            "natconnd_history_size",
            "What the files of history take",
            Some(&Unit::Bytes),
            status.bytes as f64,
        )?;
        gauge(
            &mut encoder,
            "natconnd_history_oldest_timestamp",
            "When the oldest record that is kept ended, seconds since 1970, 0 for none",
            Some(&Unit::Seconds),
            status.oldest.map_or(0.0, |oldest| oldest.0 as f64 / 1e9),
        )
    }
}
