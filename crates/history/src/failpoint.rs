//! Stopping where a crash could stop us, in tests.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

static STEPS: Mutex<Option<HashMap<PathBuf, usize>>> = Mutex::new(None);

/// Lets this many steps happen in a folder, and none after them.
pub(crate) fn allow(folder: &Path, steps: usize) {
    STEPS
        .lock()
        .get_or_insert_default()
        .insert(folder.to_owned(), steps);
}

/// Lets everything happen again.
pub(crate) fn allow_all(folder: &Path) {
    STEPS.lock().get_or_insert_default().remove(folder);
}

/// An error once the steps are used up.
pub(crate) fn stop_at(folder: &Path, step: &str) -> io::Result<()> {
    match STEPS.lock().get_or_insert_default().get_mut(folder) {
        None => Ok(()),
        Some(0) => Err(io::Error::other(format!("stopped at: {step}"))),
        Some(steps) => {
            *steps -= 1;
            Ok(())
        }
    }
}
