//! Whether what ends is recorded, and can be read again.

use super::super::facts::Facts;
use super::Judgement;
use crate::amounts::{count, size};

/// How little room is worth a warning: a share of all there is, in percent, and
/// bytes that are enough however little that is.
const LITTLE: u64 = 5;
const ENOUGH: u64 = 10 << 30;

/// Whether history is recorded, whole, and has room.
pub fn history(facts: &Facts) -> Option<Judgement> {
    let kept = facts.daemon()?.history.as_ref()?;
    let folder = kept.folder.display();
    let status = &kept.status;
    if !status.is_recording {
        let cause = status.trouble.as_deref().unwrap_or("it is not open yet");
        return Some(
            Judgement::failure(format!("history is not recorded: {cause}"))
                .hint(
                    "questions about now are answered; what ends meanwhile is a gap in history, \
                     and recording goes on by itself once it can",
                )
                .command(format!("df -h {folder}")),
        );
    }
    if let Some(first) = status.damaged.first() {
        let files = count(status.damaged.len() as u64, "file");
        return Some(
            Judgement::failure(format!(
                "{files} of history cannot be read: {}",
                first.display()
            ))
            .hint(
                "answers about that time are incomplete and say so; a copy from a backup mends it",
            )
            .command("natconn history verify"),
        );
    }
    if let Some(trouble) = &status.trouble {
        return Some(
            Judgement::warning(format!("history is recorded, but: {trouble}"))
                .hint("it is tried again; natconn history status tells whether it lasts")
                .command("natconn history status"),
        );
    }
    let records = status.sealed_records + status.journal_records;
    let finding = format!(
        "{} in {folder}, {}",
        count(records, "record"),
        size(status.bytes)
    );
    let Some((free, all)) = kept.room else {
        return Some(Judgement::ok(finding));
    };
    let is_tight = free < ENOUGH && free.saturating_mul(100) < all.saturating_mul(LITTLE);
    Some(if is_tight {
        Judgement::warning(format!("{finding}, and only {} are free", size(free))).hint(
            "when the disk is full nothing is recorded; history.keep-bytes or history.keep-for \
             in the configuration make room in time",
        )
    } else {
        Judgement::ok(finding)
    })
}
