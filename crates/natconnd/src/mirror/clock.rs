//! The time of day.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;

/// The time of day.
pub fn now() -> Timestamp {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(0).plus(since_1970)
}
