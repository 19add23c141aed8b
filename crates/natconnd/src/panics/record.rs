//! What has panicked since the start of the process.
//!
//! One for the whole process, as the hook is that tells of it.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;
use parking_lot::Mutex;

use super::Part;

/// How one part has fared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Which.
    pub part: Part,
    /// How often it has panicked.
    pub count: u64,
    /// When it did last.
    pub last_at: Timestamp,
    /// Where in the sources: file and line.
    pub last_place: String,
}

static RECORD: Mutex<Vec<Seen>> = Mutex::new(Vec::new());

/// The parts that have panicked, in no order; empty where natconnd has had no fault.
pub fn seen() -> Vec<Seen> {
    RECORD.lock().clone()
}

/// Counts a panic.
pub(super) fn note(part: Part, place: &str) {
    let last_at = now();
    let last_place = place.to_owned();
    let mut record = RECORD.lock();
    match record.iter_mut().find(|seen| seen.part == part) {
        Some(seen) => {
            seen.count += 1;
            (seen.last_at, seen.last_place) = (last_at, last_place);
        }
        None => record.push(Seen {
            part,
            count: 1,
            last_at,
            last_place,
        }),
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(Timestamp(0), |since| Timestamp(0).plus(since))
}
