//! A table as another process saved it, or whatever else is in its place.

use model::{Filter, Match, Timestamp};

use super::{KEEP, sorted};
use crate::table::{Position, Table};

/// Bytes that are taken for a saved table.
pub fn saved(bytes: &[u8]) {
    let mut table = Table::new(KEEP, Filter::default());
    if let Err(damaged) = table.restore(bytes) {
        assert!(!damaged.to_string().is_empty());
        return;
    }
    let found = rows(&table);
    assert_eq!(table.live() + table.ended(), found.len() as u64);
    assert!(table.live_connections() <= table.live());
    // It holds what it says, and says it again.
    let mut again = Vec::new();
    table.save(|piece| again.extend_from_slice(piece));
    assert_eq!(again.len(), bytes.len());
    let mut other = Table::new(KEEP, Filter::default());
    assert_eq!(other.restore(&again), Ok(()));
    assert_eq!(sorted(&rows(&other)), sorted(&found));
    assert_eq!(other.live_connections(), table.live_connections());
    // What has ended is forgotten in the end, whatever was said of when.
    while table.expire(Timestamp(i64::MAX), 7) {}
    assert_eq!(table.ended(), 0);
}

fn rows(table: &Table) -> Vec<Match> {
    let mut rows = Vec::new();
    let mut position = Some(Position::default());
    while let Some(from) = position {
        position = table.scan(from, 7, |found| rows.push(found.to_match()));
    }
    rows
}
