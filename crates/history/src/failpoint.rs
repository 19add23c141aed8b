//! Stopping where a crash could stop us, in tests.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

static STEPS: Mutex<Option<HashMap<PathBuf, usize>>> = Mutex::new(None);

/// Folders in which the next step panics.
static FAULTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

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

/// Has the next step in a folder panic, once.
pub(crate) fn panic_next(folder: &Path) {
    FAULTS.lock().push(folder.to_owned());
}

fn panic_if_told(folder: &Path, step: &str) {
    let mut faults = FAULTS.lock();
    if let Some(place) = faults.iter().position(|it| it == folder) {
        faults.swap_remove(place);
        drop(faults);
        panic!("made up, at: {step}");
    }
}

/// An error once the steps are used up.
pub(crate) fn stop_at(folder: &Path, step: &str) -> io::Result<()> {
    panic_if_told(folder, step);
    match STEPS.lock().get_or_insert_default().get_mut(folder) {
        None => Ok(()),
        Some(0) => Err(io::Error::other(format!("stopped at: {step}"))),
        Some(steps) => {
            *steps -= 1;
            Ok(())
        }
    }
}
