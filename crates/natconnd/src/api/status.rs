//! What the daemon says about itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Coverage;

/// What the daemon says about itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// Version of natconnd.
    pub version: String,
    /// When the daemon started, RFC 3339 in UTC.
    pub started_at: String,
    /// Whether the kernel's table has been read to the end.
    pub ready: bool,
    /// What natconnd does about being equal to the kernel's table: `starting`,
    /// `following`, `resyncing`, `overloaded`, `events-off` or `silent`.
    pub state: String,
    /// Live connections with at least one translation.
    pub connections: u64,
    /// Live translations; a hairpin connection has two.
    pub translations: u64,
    /// Ended translations that can still be looked up.
    pub ended: u64,
    /// Translations that began since the start, those found by reading the
    /// kernel's table included.
    pub changes_started: u64,
    /// Translations that ended since the start.
    pub changes_ended: u64,
    /// Events read from the kernel since the start.
    pub events: u64,
    /// How often the kernel reported that it dropped events.
    pub lost: u64,
    /// Size of the event socket's receive buffer in bytes, in the measure of
    /// `track.receive-buffer`.
    pub receive_buffer: u64,
    /// Whether the kernel's own start times are to be had
    /// (`nf_conntrack_timestamp`).
    pub kernel_timestamps: bool,
    /// Connections in the kernel's table, translated or not
    /// (`nf_conntrack_count`); null where the kernel does not say.
    pub kernel_connections: Option<u64>,
    /// How many fit into it (`nf_conntrack_max`).
    pub kernel_connections_max: Option<u64>,
    /// Whether what ends is recorded; null where nothing is to be
    /// (`history.folder`).
    pub recording: Option<bool>,
    /// Why it is not, where it is to be.
    pub recording_trouble: Option<String>,
    /// Whether anything is missing now.
    pub coverage: Coverage,
}
