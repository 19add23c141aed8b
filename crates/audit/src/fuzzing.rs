//! What a fuzzer calls: files as anybody may have left them.
//!
//! Compiled for tests, which replay the inputs that are kept in `fuzz/`, and for the
//! fuzzer.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::Timestamp;

use crate::committer::{Clock, Committer, Shared};
use crate::entry::{Entry, Outcome};
use crate::folder::Folder;
use crate::hash::{Digest, LineHash};
use crate::line::Kind;
use crate::read::{Order, ReadError, Wanted, read};
use crate::settings::Settings;
use crate::verify::{Fault, verify};

/// What stands between files; no UTF-8 has it.
const BETWEEN: u8 = 0xff;

/// What stands for the hash of the line before in a line that is to be forged.
const PREVIOUS: &[u8] = b"PREVIOUS";

/// A folder of files of any bytes.
pub fn files(bytes: &[u8]) {
    let parts: Vec<&[u8]> = bytes.split(|byte| *byte == BETWEEN).take(4).collect();
    judge(&parts);
}

/// Lines of any bytes, each with the hash that it must have: what somebody can forge who
/// knows how.
pub fn forged(bytes: &[u8]) {
    let mut previous = LineHash::ZERO;
    let files: Vec<Vec<u8>> = bytes
        .split(|byte| *byte == BETWEEN)
        .take(4)
        .map(|part| {
            let mut file = Vec::new();
            for line in part.split_inclusive(|byte| *byte == b'\n') {
                forge(line, &mut previous, &mut file);
            }
            file
        })
        .collect();
    judge(&files.iter().map(|file| &file[..]).collect::<Vec<_>>());
}

/// Writes a line as if it belonged there.
fn forge(line: &[u8], previous: &mut LineHash, file: &mut Vec<u8>) {
    let Some(body) = line.strip_suffix(b"\n") else {
        file.extend_from_slice(line);
        return;
    };
    let begin = file.len();
    let at = body
        .windows(PREVIOUS.len())
        .position(|part| part == PREVIOUS);
    if let Some(at) = at {
        file.extend_from_slice(&body[..at]);
        file.extend_from_slice(&previous.digits());
        file.extend_from_slice(&body[at + PREVIOUS.len()..]);
    } else {
        file.extend_from_slice(body);
    }
    *previous = LineHash::of_line(*previous, &file[begin..]);
    file.extend_from_slice(&crate::line::ending(*previous));
}

/// What is clever about verifying agrees with what is naive, lines are the same from both
/// ends, and whatever is there can be gone on with.
fn judge(parts: &[&[u8]]) {
    let place = Place::new();
    for (number, part) in (1..).zip(parts) {
        fs::write(place.0.join(Folder::name(number)), part).expect("there is room");
    }
    let is_whole = verified(&place.0);
    assert_eq!(is_whole, is_whole_naively(parts), "verify");
    let lines = sequences(&place.0, Order::OldestFirst);
    let mut backwards = sequences(&place.0, Order::NewestFirst);
    backwards.reverse();
    assert_eq!(lines, backwards, "read");

    go_on(&place.0);
    let entry = sequences(&place.0, Order::OldestFirst).pop().flatten();
    assert!(entry.is_some(), "the last line is the one that was written");
    if is_whole {
        let found = verify(&place.0, None).expect("it can be read").findings;
        let [finding] = &found[..] else {
            panic!("{found:?}")
        };
        let is_loss = matches!(finding.fault, Fault::Loss { .. });
        assert!(is_loss, "nothing but that there was no head: {finding}");
    }
    let is_recovered = go_on(&place.0);
    assert!(!is_recovered, "what was mended stays so");
}

/// Writes an entry behind what is there; tells whether something had to be mended.
fn go_on(folder: &Path) -> bool {
    let shared = Arc::new(Shared::default());
    let clock = Clock(Arc::new(|| Timestamp(1_795_474_020_000_000_000)));
    let settings = Settings::new(folder);
    let mut committer =
        Committer::open(settings, clock, Arc::clone(&shared)).expect("it can be gone on with");
    let members = Entry::new("lookup", Outcome::Answered).members();
    let recorded = committer.commit(&[(Kind::Request, members)]);
    recorded.expect("there is room");
    shared.status().recovery.is_some()
}

/// Whether nothing is found but that there is no head.
fn verified(folder: &Path) -> bool {
    let report = verify(folder, None).expect("the files can be read");
    for finding in &report.findings {
        assert!(!finding.to_string().is_empty());
    }
    let is_head = |fault: &Fault| matches!(fault, Fault::NoHead);
    // A torn end is none where nothing was acknowledged.
    report
        .findings
        .iter()
        .all(|finding| is_head(&finding.fault))
}

/// The same, with nothing clever about it.
fn is_whole_naively(files: &[&[u8]]) -> bool {
    let mut previous = LineHash::ZERO.to_string();
    let mut sequence = 0_u64;
    for (number, file) in (1..).zip(files) {
        let mut lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
        let torn = lines.pop().unwrap_or_default();
        let is_last = number == files.len();
        if lines.is_empty() || !torn.is_empty() && !is_last {
            return false;
        }
        for (index, line) in lines.into_iter().enumerate() {
            let Some((body, rest)) = str::from_utf8(line)
                .ok()
                .and_then(|line| line.rsplit_once(",\"hash\":\""))
            else {
                return false;
            };
            let mut digest = Digest::default();
            digest.update(previous.as_bytes());
            digest.update(body.as_bytes());
            let hash = digest.finish().to_string();
            let Ok(value) = serde_json::from_slice::<serde_json::Value>(line) else {
                return false;
            };
            sequence += 1;
            let beginning = format!("{{\"sequence\":{sequence},\"time\":\"");
            let rest_of_body = body.strip_prefix(&beginning).unwrap_or_default();
            let (time, kind) = rest_of_body.split_at_checked(24).unwrap_or_default();
            let kind = kind.strip_prefix("\",\"kind\":\"").unwrap_or_default();
            let kind = kind.split_once('"').unwrap_or_default().0;
            let is_line = rest == format!("{hash}\"}}")
                && time.parse::<Timestamp>().is_ok()
                && Kind::ALL.iter().any(|known| kind == known.name());
            let is_first_line = kind == "file"
                && value["format"] == crate::chain::FORMAT
                && value["file"] == number as u64
                && value["previous"] == previous;
            let is_loss = kind == "recovered" && value["loss"] != false;
            if !is_line || index == 0 && !is_first_line || is_loss {
                return false;
            }
            previous = hash;
        }
    }
    true
}

/// The sequences of all lines, and nothing where one cannot be read.
fn sequences(folder: &Path, order: Order) -> Vec<Option<u64>> {
    let wanted = Wanted {
        order,
        ..Wanted::default()
    };
    let lines = read(folder, wanted, None).expect("the folder can be read");
    lines
        .map(|line| match line {
            Ok(line) => {
                assert!(!line.json.chars().any(char::is_control));
                Some(line.sequence)
            }
            Err(ReadError::Damaged { .. }) => None,
            Err(error) => panic!("{error}"),
        })
        .collect()
}

/// A folder for one input.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("audit-fuzzing-{}-{number}", std::process::id());
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => memory.join(name),
            false => std::env::temp_dir().join(name),
        };
        fs::create_dir_all(&folder).expect("there is room");
        Self(folder)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is left of it is in memory.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn audit_files_of_any_bytes() {
        crate::replay::replay("audit", super::files);
    }

    #[test]
    fn forged_lines_of_any_bytes() {
        crate::replay::replay("forged", super::forged);
    }
}
