//! How long followers waited for what packets did.

use std::collections::HashMap;
use std::time::Duration;

use crate::follower::Followed;
use crate::generator::Begun;

/// Times from a packet until its row, shortest first.
pub struct Latencies {
    sorted: Vec<Duration>,
    /// Connections whose row did not come.
    pub missing: usize,
}

impl Latencies {
    /// Finds for each packet its row.
    pub fn of(begun: &[Begun], followed: &Followed) -> Self {
        let sent: HashMap<u32, _> = begun.iter().map(|one| (one.source, one.at)).collect();
        let mut sorted: Vec<_> = followed
            .rows
            .iter()
            .filter_map(|row| Some(row.at.saturating_duration_since(*sent.get(&row.source)?)))
            .collect();
        sorted.sort_unstable();
        Self {
            missing: begun.len().saturating_sub(sorted.len()),
            sorted,
        }
    }

    /// The time that this share of all stayed below, in milliseconds.
    pub fn quantile(&self, share: f64) -> String {
        let last = self.sorted.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.sorted.get(index).map_or("–".to_owned(), |time| {
            format!("{:.2}", time.as_secs_f64() * 1e3)
        })
    }
}
