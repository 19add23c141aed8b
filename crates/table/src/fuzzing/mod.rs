//! What a fuzzer calls: any events, dumps and moments, beside a list.
//!
//! Compiled for tests, which replay the inputs that are kept in `fuzz/`, and for
//! the fuzzer. After whatever happened, the table must hold and find just what
//! the list does.

#[path = "../../../../fuzz/choices.rs"]
mod choices;
mod connections;
mod naive;
mod saved;

pub use saved::saved;

use std::time::Duration;

use model::{
    ChangeKind, Connection, EndpointPattern, Event, EventKind, Filter, Lookup, Match, Timestamp,
};

use self::choices::Choices;
use self::naive::Naive;
use crate::resync::Unseen;
use crate::table::{Position, Table};

const KEEP: Duration = Duration::from_millis(20);

/// More steps find nothing that fewer do not, but take longer.
const STEPS: usize = 200;

/// Steps, each of them some bytes of the input.
pub fn table(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let mut both = Both::new();
    for _ in 0..STEPS {
        if choices.0.is_empty() {
            break;
        }
        both.step(&mut choices);
        both.compare_counts();
    }
    both.compare();
}

/// The table and the list, which see the same.
struct Both {
    table: Table,
    naive: Naive,
    now: i64,
    in_resync: bool,
    /// Changes that were told: started less ended, but for ends of what was never
    /// seen alive.
    told_alive: i64,
}

impl Both {
    fn new() -> Self {
        Self {
            table: Table::new(KEEP, Filter::default()),
            naive: Naive::default(),
            now: 1_000_000_000_000,
            in_resync: false,
            told_alive: 0,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.now)
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.below(16) {
            0..=3 => self.events(EventKind::New, choices),
            4 => self.events(EventKind::Update, choices),
            5..=7 => self.events(EventKind::Destroy, choices),
            8..=9 if self.in_resync => self.merge(choices),
            10 if self.in_resync => self.settle_all(choices),
            11 if self.in_resync => {
                self.table.abandon_resync();
                self.naive.end_resync();
                self.in_resync = false;
            }
            8..=11 => {
                self.table.begin_resync();
                self.naive.begin_resync();
                self.in_resync = true;
            }
            12 => self.compare(),
            13 => self.expire(choices),
            14 => self.now += i64::from(choices.byte()) * 100_000,
            // A clock that is set back.
            _ => self.now -= i64::from(choices.byte()) * 100_000,
        }
    }

    /// One event or some at once, as a batch brings them.
    fn events(&mut self, kind: EventKind, choices: &mut Choices<'_>) {
        let events: Vec<Event> = (0..=choices.below(4))
            .map(|_| Event {
                kind,
                connection: connections::connection(choices),
            })
            .collect();
        let now = self.now();
        let told = &mut self.told_alive;
        self.table.apply_all(&events, now, |change| {
            tell(told, change.kind, &change.found.to_match());
        });
        for event in &events {
            self.naive.apply(event, now);
        }
    }

    fn merge(&mut self, choices: &mut Choices<'_>) {
        let part: Vec<Connection> = (0..=choices.below(4))
            .map(|_| connections::connection(choices))
            .collect();
        let now = self.now();
        let told = &mut self.told_alive;
        self.table.merge_all(&part, now, |change| {
            tell(told, change.kind, &change.found.to_match());
        });
        for connection in &part {
            self.naive.merge(connection, now);
        }
    }

    /// Ends the resync: what was not seen is asked for, one by one.
    fn settle_all(&mut self, choices: &mut Choices<'_>) {
        let mut unseen = Vec::new();
        let mut position = Some(Position::default());
        while let Some(from) = position {
            position = self.table.unseen(from, 3, |one| unseen.push(one));
        }
        let key = |one: &Unseen| (one.original, one.zone, one.kernel_id);
        let shown = |key: &dyn std::fmt::Debug| format!("{key:?}");
        let mut found: Vec<_> = unseen.iter().map(|one| shown(&key(one))).collect();
        let mut wanted: Vec<_> = self.naive.unseen().iter().map(|one| shown(one)).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted);
        let now = self.now();
        for one in unseen {
            let is_gone = choices.below(2) == 0;
            let told = &mut self.told_alive;
            self.table.settle(&one, is_gone, now, |change| {
                tell(told, change.kind, &change.found.to_match());
            });
            self.naive.settle(key(&one), is_gone, now);
        }
        self.table.finish_resync();
        self.naive.end_resync();
        self.in_resync = false;
    }

    fn expire(&mut self, choices: &mut Choices<'_>) {
        let budget = usize::from(choices.below(3)) + 1;
        let now = self.now();
        while self.table.expire(now, budget) {}
        self.naive.expire(now, KEEP);
    }

    fn compare_counts(&self) {
        let rows = &self.naive.rows;
        let live = rows.iter().filter(|row| row.shown.ended_at.is_none());
        let live = live.count();
        assert_eq!(self.table.live(), live as u64);
        assert_eq!(self.table.ended(), (rows.len() - live) as u64);
        assert_eq!(self.told_alive, live as i64);
    }

    /// Everything that can be asked, asked of both.
    fn compare(&self) {
        let rows: Vec<Match> = self.naive.rows.iter().map(|row| row.shown).collect();
        let mut found = Vec::new();
        let mut position = Some(Position::default());
        while let Some(from) = position {
            position = self.table.scan(from, 7, |one| found.push(one.to_match()));
        }
        assert_eq!(sorted(&found), sorted(&rows));
        let mut connections: Vec<_> = self
            .naive
            .rows
            .iter()
            .filter(|row| row.shown.ended_at.is_none())
            .map(|row| format!("{:?}{:?}", row.connection.original, row.connection.zone))
            .collect();
        connections.sort();
        connections.dedup();
        assert_eq!(self.table.live_connections(), connections.len() as u64);
        for row in &self.naive.rows {
            for question in questions(&row.shown) {
                self.ask(&question, &rows);
            }
            if row.shown.ended_at.is_none() {
                let Connection { original, zone, .. } = &row.connection;
                let kind = row.shown.translation.kind;
                let found = self.table.by_original(original, *zone, kind);
                assert_eq!(found.map(|found| found.to_match()), Some(row.shown));
            }
        }
    }

    fn ask(&self, question: &Lookup, rows: &[Match]) {
        assert!(self.table.has_index_for(question));
        let mut found = Vec::new();
        let is_all = self
            .table
            .find(question, 100_000, |one| found.push(one.to_match()));
        assert!(is_all);
        let wanted: Vec<_> = rows
            .iter()
            .filter(|row| question.matches(row))
            .copied()
            .collect();
        assert_eq!(sorted(&found), sorted(&wanted), "{question:?}");
    }
}

fn tell(told_alive: &mut i64, kind: ChangeKind, found: &Match) {
    match kind {
        ChangeKind::Started => *told_alive += 1,
        // Without a start it was never seen alive.
        ChangeKind::Ended if found.started_at.is_none() => {}
        ChangeKind::Ended => *told_alive -= 1,
    }
}

/// In an order that does not depend on where a row was found.
fn sorted(rows: &[Match]) -> Vec<Match> {
    let mut rows = rows.to_vec();
    rows.sort_by_cached_key(|row| {
        let t = &row.translation;
        let time = |time: Option<model::Timed>| time.map(|time| (time.at, time.source.name()));
        (
            (t.kind, t.internal, t.nat, t.remote, row.protocol),
            (
                row.zone.id,
                row.zone.of_original(),
                row.original_destination,
            ),
            row.kernel_id.map(|id| id.0),
            (time(row.started_at), time(row.ended_at)),
        )
    });
    rows
}

/// Questions that an index answers, about one row.
fn questions(row: &Match) -> [Lookup; 6] {
    let t = row.translation;
    let address = |endpoint: model::Endpoint| EndpointPattern {
        addresses: Some(endpoint.address.into()),
        ports: None,
    };
    let any = Lookup::default;
    [
        Lookup {
            nat: EndpointPattern::exactly(t.nat),
            ..any()
        },
        Lookup {
            nat: EndpointPattern::exactly(t.nat),
            remote: EndpointPattern::exactly(t.remote),
            protocol: Some(row.protocol),
            ..any()
        },
        Lookup {
            nat: EndpointPattern {
                addresses: None,
                ports: Some(t.nat.port..=t.nat.port),
            },
            ..any()
        },
        Lookup {
            internal: address(t.internal),
            kind: Some(t.kind),
            ..any()
        },
        Lookup {
            internal: EndpointPattern::exactly(t.internal),
            ..any()
        },
        Lookup {
            remote: address(t.remote),
            zone: Some(row.zone.id),
            ..any()
        },
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_steps_leave_the_table_equal_to_a_list() {
        crate::replay::replay("table", super::table);
    }

    #[test]
    fn any_bytes_are_a_saved_table_or_refused() {
        crate::replay::replay("saved", super::saved);
    }
}
