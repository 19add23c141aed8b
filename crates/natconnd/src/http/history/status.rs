//! How much is kept, and how recording goes.

use history::RemotePolicy;

use super::hold;
use crate::api;
use crate::recorder::Archive;

/// What there is to say of an archive, or of there being none.
pub(super) fn of(archive: Option<&Archive>) -> api::History {
    let Some(archive) = archive else {
        return nothing();
    };
    let settings = archive.settings();
    let status = archive.status();
    let holds = archive.history().map_or_else(Vec::new, |it| it.holds());
    api::History {
        folder: Some(settings.folder.display().to_string()),
        gateway: Some(settings.gateway.clone()),
        recording: status.is_recording,
        trouble: status.trouble,
        records: status.sealed_records + status.journal_records,
        journal_records: status.journal_records,
        segments: status.segments,
        bytes: status.bytes,
        bytes_per_record: per_record(status.segment_bytes, status.sealed_records),
        oldest: status.oldest.map(|oldest| oldest.to_string()),
        keep_for_seconds: settings.keep_for.map(|keep| keep.as_secs()),
        keep_bytes: settings.keep_bytes,
        remote: match settings.remote {
            RemotePolicy::Keep => "keep",
            RemotePolicy::Omit => "omit",
        }
        .to_owned(),
        unrecorded: status.unrecorded,
        damaged: status
            .damaged
            .iter()
            .map(|path| path.display().to_string())
            .collect(),
        verified_at: status.verified_at.map(|at| at.to_string()),
        holds: holds.into_iter().map(hold).collect(),
    }
}

fn nothing() -> api::History {
    api::History {
        folder: None,
        gateway: None,
        recording: false,
        trouble: Some("history.folder is not set".to_owned()),
        records: 0,
        journal_records: 0,
        segments: 0,
        bytes: 0,
        bytes_per_record: None,
        oldest: None,
        keep_for_seconds: None,
        keep_bytes: None,
        remote: "keep".to_owned(),
        unrecorded: 0,
        damaged: Vec::new(),
        verified_at: None,
        holds: Vec::new(),
    }
}

/// Bytes for each record, to a hundredth.
#[allow(clippy::cast_precision_loss, reason = "two digits are told")]
fn per_record(bytes: u64, records: u64) -> Option<f64> {
    let mean = bytes as f64 / records as f64;
    (records > 0).then(|| (mean * 100.0).round() / 100.0)
}
