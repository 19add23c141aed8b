//! Settings below `/proc/sys`, and changes that undo themselves.
//!
//! What a path means depends on the network namespace of the calling thread.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Hash buckets of the connection tracking table, for all namespaces.
pub const BUCKETS: &str = "net/netfilter/nf_conntrack_buckets";
/// Connections that the table may have, for all namespaces.
pub const MAX_CONNECTIONS: &str = "net/netfilter/nf_conntrack_max";
/// Receive buffer of new sockets, as the kernel accounts it: twice what
/// `SO_RCVBUFFORCE` is given.
pub const DEFAULT_RECEIVE_BUFFER: &str = "net/core/rmem_default";

/// Writes a setting.
pub fn write(path: &str, value: &str) -> Result<()> {
    let path = Path::new("/proc/sys").join(path);
    fs::write(&path, value).with_context(|| format!("write {value} to {}", path.display()))
}

/// Reads a setting, without the end of the line.
pub fn read(path: &str) -> Result<String> {
    let path = Path::new("/proc/sys").join(path);
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    Ok(text.trim_end().to_owned())
}

/// A changed setting; dropping the value puts the old one back.
pub struct Changed {
    path: &'static str,
    before: String,
}

impl Changed {
    /// Writes `value` and remembers what was there.
    pub fn to(path: &'static str, value: u64) -> Result<Self> {
        let changed = Self {
            path,
            before: read(path)?,
        };
        write(path, &value.to_string())?;
        Ok(changed)
    }
}

impl Drop for Changed {
    fn drop(&mut self) {
        if let Err(error) = write(self.path, &self.before) {
            eprintln!("natconnd-bench: {error:#}");
        }
    }
}
