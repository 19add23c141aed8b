//! The kernel's conntrack settings, as this network namespace has them.

use std::fs;
use std::path::Path;

/// Settings below `net.netfilter.nf_conntrack_`; `None` where the kernel does
/// not offer one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// `events`: 0 never, 1 always, 2 while somebody listens.
    pub events: Option<u64>,
    /// `timestamp`: whether the kernel notes begin and end.
    pub timestamp: Option<u64>,
    /// `acct`: whether it counts packets and bytes.
    pub acct: Option<u64>,
    /// `count`: connections in the table, translated or not.
    pub count: Option<u64>,
    /// `max`: how many fit.
    pub max: Option<u64>,
    /// `buckets`: lists of the kernel's hash table.
    pub buckets: Option<u64>,
}

impl Settings {
    /// Reads them.
    pub fn read() -> Self {
        let setting = |name: &str| number(format!("/proc/sys/net/netfilter/nf_conntrack_{name}"));
        Self {
            events: setting("events"),
            timestamp: setting("timestamp"),
            acct: setting("acct"),
            count: setting("count"),
            max: setting("max"),
            buckets: setting("buckets"),
        }
    }
}

/// `nf_conntrack_events` alone: 0 never, 1 always, 2 while somebody listens.
pub fn events_setting() -> Option<u64> {
    number("/proc/sys/net/netfilter/nf_conntrack_events")
}

/// `nf_conntrack_count` alone: connections in the table, translated or not.
pub fn connection_count() -> Option<u64> {
    number("/proc/sys/net/netfilter/nf_conntrack_count")
}

/// `net.core.rmem_max`: the greatest receive buffer that can be had without
/// CAP_NET_ADMIN in the initial user namespace, in bytes.
pub fn receive_buffer_limit() -> Option<u64> {
    number("/proc/sys/net/core/rmem_max")
}

fn number(path: impl AsRef<Path>) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
