//! How many files natconnd may have open: each connection is one.
//!
//! Who starts natconnd by hand gets the soft limit of a shell, often 1024, for
//! the sake of programs that use `select`. natconnd does not, so it takes what
//! the hard limit grants.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// What is needed beside connections: netlink, listeners, the runtime, logs.
const BESIDE_CONNECTIONS: u64 = 100;

/// Raises the soft limit to the hard one, and warns where so many connections
/// do not fit into it.
///
/// With too few, connections wait in the kernel's queue until others end.
pub fn provide_for(max_connections: usize) {
    let limit = raise();
    let needed = u64::try_from(max_connections)
        .unwrap_or(u64::MAX)
        .saturating_add(BESIDE_CONNECTIONS);
    // None is no limit.
    if let Some(limit) = limit.filter(|limit| *limit < needed) {
        warn!(
            limit,
            needed,
            "fewer file descriptors than http.max-connections may need; \
             raise the hard limit (ulimit -Hn, LimitNOFILE=) or lower http.max-connections"
        );
    }
}

/// Raises the soft limit as far as it goes, and says what it is then.
fn raise() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return limit.current;
    }
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(error) => {
            warn!(%error, "limit of file descriptors could not be raised");
            limit.current
        }
    }
}
