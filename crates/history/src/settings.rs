//! What to keep, where, and for how long.

use std::path::PathBuf;
use std::time::Duration;

/// What to keep, where, and for how long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The folder that holds it all; made where it is missing, with mode 0750.
    pub folder: PathBuf,
    /// The name of this gateway, in each record.
    pub gateway: String,
    /// How long a record may wait for the disk, hence what a power cut can lose.
    pub fsync_every: Duration,
    /// Records after which a segment is sealed.
    pub segment_records: usize,
    /// Time after which a segment is sealed, however few its records.
    pub segment_age: Duration,
    /// How often a connection that lives on gets a checkpoint.
    pub checkpoint_every: Duration,
    /// How long records are kept after their end; for ever where `None`.
    pub keep_for: Option<Duration>,
    /// Bytes that all files may take together; any number where `None`. Oldest
    /// segments go first.
    pub keep_bytes: Option<u64>,
    /// Whether remote endpoints are kept at all.
    pub remote: RemotePolicy,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("/var/lib/natconnd/history"),
            gateway: String::new(),
            fsync_every: Duration::from_secs(1),
            segment_records: 1 << 20,
            segment_age: Duration::from_secs(24 * 3600),
            checkpoint_every: Duration::from_secs(24 * 3600),
            keep_for: None,
            keep_bytes: None,
            remote: RemotePolicy::Keep,
        }
    }
}

/// Whether remote endpoints are kept (RFC 6888 REQ-12 asks to leave them out
/// unless they are needed).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RemotePolicy {
    /// They are in each record.
    #[default]
    Keep,
    /// They are left out: hosts that shared a NAT endpoint at the same time cannot
    /// be told apart.
    Omit,
}
