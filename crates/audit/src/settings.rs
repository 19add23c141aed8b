//! Where the audit goes, and for how long.

use std::path::PathBuf;
use std::time::Duration;

/// Where the audit goes, and for how long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Where its files are; made where it is missing, but not its parents.
    pub folder: PathBuf,
    /// What the gateway is called in the first line of each file.
    pub gateway: String,
    /// After how many bytes the next file is begun; a file is longer by one group of
    /// lines at most.
    pub rotate_bytes: u64,
    /// How long a line is kept at least; for ever where `None`. Files go as a whole,
    /// so a line may stay for an eighth of that time longer.
    pub keep_for: Option<Duration>,
}

impl Settings {
    /// Files of 64 MiB that are kept for ever.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            gateway: String::new(),
            rotate_bytes: 64 << 20,
            keep_for: None,
        }
    }
}
