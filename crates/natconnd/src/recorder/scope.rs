//! Which translations are recorded at all, and since when.
//!
//! `track.filter` says it, and can change from one start to the next. A time that was
//! recorded with a narrower filter says nothing of what did not fit, so the words of the
//! filter stand in a file beside the records.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use model::{Filter, Gap, GapCause, Timestamp};

/// The file, in the folder of history.
const FILE: &str = "filter";

/// The gap that a change of the filter leaves: all that was recorded before `now`. None
/// where the filter is the same, or was none, or nothing was recorded before.
///
/// # Errors
///
/// Where the file cannot be read or written.
pub(super) fn changed(folder: &Path, filter: &Filter, now: Timestamp) -> io::Result<Option<Gap>> {
    let path = folder.join(FILE);
    let words = in_words(filter);
    let before = match fs::read_to_string(&path) {
        Ok(before) if before == words => return Ok(None),
        Ok(before) => Some(before),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o640);
    options.open(&path)?.write_all(words.as_bytes())?;
    let everything = in_words(&Filter::default());
    Ok(before.filter(|before| *before != everything).map(|_| Gap {
        from: Timestamp(0),
        to: Some(now),
        cause: GapCause::Filter,
    }))
}

/// The filter as far as two of the same words are the same filter.
fn in_words(filter: &Filter) -> String {
    format!("{filter:?}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_narrower_filter_left_out_is_a_gap() {
        let folder = std::env::temp_dir().join(format!("natconnd-scope-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let narrow = Filter {
            zones: vec![7],
            ..Filter::default()
        };
        let all = Filter::default();
        let changed = |filter, now| changed(&folder, filter, Timestamp(now)).unwrap();
        assert_eq!(changed(&all, 1), None);
        assert_eq!(changed(&all, 2), None);
        // Until now everything was recorded.
        assert_eq!(changed(&narrow, 3), None);
        let gap = changed(&all, 4).unwrap();
        assert_eq!((gap.to, gap.cause), (Some(Timestamp(4)), GapCause::Filter));
        fs::remove_dir_all(&folder).unwrap();
    }
}
