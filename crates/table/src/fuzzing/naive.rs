//! A list that does what the table does, and is searched from end to end.
//!
//! Also part of the property tests in `tests/naive.rs`.

use std::time::Duration;

use model::{
    Connection, Event, EventKind, KernelId, Match, TimeSource, Timed, Timestamp, TranslationKind,
    Tuple, Zone,
};

/// One row of the list: what the table keeps of a translation.
#[derive(Clone, Debug)]
pub struct Row {
    /// The connection as it was told first.
    pub connection: Connection,
    /// The row as the outside sees it.
    pub shown: Match,
    /// Whether the resync that runs has seen it, while it lives.
    is_seen: bool,
    /// When its end was learned, and how many were learned before.
    learned: Option<(Timestamp, u64)>,
}

/// What a resync remembers of a connection that has ended meanwhile.
type Ended = (Tuple, Zone, KernelId);

/// The list.
#[derive(Default)]
pub struct Naive {
    /// Its rows, oldest first.
    pub rows: Vec<Row>,
    ends: u64,
    /// What has ended in the resync that runs.
    resync: Option<Vec<Ended>>,
}

impl Naive {
    /// Applies an event that was read at `now`.
    pub fn apply(&mut self, event: &Event, now: Timestamp) {
        let connection = &event.connection;
        match event.kind {
            EventKind::New => self.begin(connection, received(now), now),
            EventKind::Update => self.begin(connection, estimated(now), now),
            EventKind::Destroy => self.destroy(connection, now),
        }
    }

    fn live(&self, original: &Tuple, zone: Zone) -> Vec<usize> {
        (0..self.rows.len())
            .filter(|at| {
                let row = &self.rows[*at];
                row.shown.ended_at.is_none()
                    && row.connection.original == *original
                    && row.connection.zone == zone
            })
            .collect()
    }

    fn begin(&mut self, connection: &Connection, start: Timed, now: Timestamp) {
        let live = self.live(&connection.original, connection.zone);
        if live.iter().any(|at| self.rows[*at].is_of(connection)) {
            self.see(&live);
            return;
        }
        for at in live {
            self.end(at, estimated(start.at), now);
        }
        if let Some(ended) = &mut self.resync
            && connection.translations().count() > 0
        {
            ended.retain(|one| *one != key(connection));
        }
        self.add(connection, Some(start), None);
    }

    fn destroy(&mut self, connection: &Connection, now: Timestamp) {
        let live = self.live(&connection.original, connection.zone);
        for translation in connection.translations() {
            let kind = translation.kind;
            let known = live.iter().copied().find(|at| {
                let row = &self.rows[*at];
                row.shown.translation.kind == kind && row.is_of(connection)
            });
            match known {
                Some(at) => self.end(at, received(now), now),
                None if self.was_told(connection, kind, now) => {
                    if let Some(ended) = &mut self.resync {
                        ended.push(key(connection));
                    }
                }
                None => {
                    self.add(connection, None, Some(kind));
                    self.end(self.rows.len() - 1, received(now), now);
                }
            }
        }
    }

    /// Whether this end was told a moment ago.
    fn was_told(&self, connection: &Connection, kind: TranslationKind, now: Timestamp) -> bool {
        self.rows.iter().any(|row| {
            row.shown
                .ended_at
                .is_some_and(|end| now.since(end.at) < Duration::from_secs(60))
                && row.connection.original == connection.original
                && row.connection.reply == connection.reply
                && row.connection.zone == connection.zone
                && row.shown.translation.kind == kind
        })
    }

    fn add(
        &mut self,
        connection: &Connection,
        start: Option<Timed>,
        only: Option<TranslationKind>,
    ) {
        for translation in connection.translations() {
            if only.is_some_and(|kind| kind != translation.kind) {
                continue;
            }
            self.rows.push(Row {
                connection: *connection,
                shown: Match {
                    protocol: connection.original.protocol,
                    translation,
                    original_destination: connection.original.destination,
                    zone: connection.zone,
                    kernel_id: Some(connection.kernel_id),
                    started_at: start,
                    ended_at: None,
                    end_evidence: None,
                    traffic: None,
                    mark: None,
                },
                is_seen: true,
                learned: None,
            });
        }
    }

    fn end(&mut self, at: usize, time: Timed, now: Timestamp) {
        let row = &mut self.rows[at];
        row.shown.ended_at = Some(time);
        row.shown.kernel_id = None;
        row.learned = Some((now, self.ends));
        self.ends += 1;
        let key = key(&row.connection);
        if let Some(ended) = &mut self.resync {
            ended.push(key);
        }
    }

    fn see(&mut self, rows: &[usize]) {
        for at in rows {
            self.rows[*at].is_seen = true;
        }
    }
}

/// Time passes, and dumps.
#[allow(dead_code, reason = "the property tests of events need less")]
impl Naive {
    /// Forgets what ended long enough ago; each family for itself, in the order
    /// in which ends were learned.
    pub fn expire(&mut self, now: Timestamp, keep: Duration) {
        for is_ipv4 in [true, false] {
            let mut ended: Vec<(u64, Timestamp)> = self
                .rows
                .iter()
                .filter(|row| row.connection.original.is_ipv4() == is_ipv4)
                .filter_map(|row| row.learned.map(|(at, number)| (number, at)))
                .collect();
            ended.sort();
            for index in 0..ended.len() {
                if ended[index].1 > now {
                    // The clock was set back.
                    for (number, at) in &mut ended[index..] {
                        *at = now.min(*at);
                        self.learn(*number, *at);
                    }
                }
                let (number, at) = ended[index];
                if at.plus(keep) > now {
                    break;
                }
                self.rows
                    .retain(|row| row.learned.is_none_or(|(_, other)| other != number));
            }
        }
    }

    fn learn(&mut self, number: u64, at: Timestamp) {
        for row in &mut self.rows {
            if row.learned.is_some_and(|(_, other)| other == number) {
                row.learned = Some((at, number));
            }
        }
    }

    /// Begins a resync, and gives up one that runs.
    pub fn begin_resync(&mut self) {
        for row in &mut self.rows {
            row.is_seen = false;
        }
        self.resync = Some(Vec::new());
    }

    /// Takes over a connection of the dump.
    pub fn merge(&mut self, connection: &Connection, now: Timestamp) {
        let ended = self.resync.iter().flatten();
        if ended.into_iter().any(|one| *one == key(connection)) {
            return;
        }
        let live = self.live(&connection.original, connection.zone);
        match live.first() {
            Some(at) if self.rows[*at].is_of(connection) => self.see(&live),
            // An event of this resync has put it there: it is newer.
            Some(at) if self.rows[*at].is_seen => {}
            _ => self.begin(connection, estimated(now), now),
        }
    }

    /// The living rows that the dump did not have.
    pub fn unseen(&self) -> Vec<(Tuple, Zone, KernelId)> {
        self.rows
            .iter()
            .filter(|row| row.shown.ended_at.is_none() && !row.is_seen)
            .map(|row| key(&row.connection))
            .collect()
    }

    /// Settles one that the dump did not have.
    pub fn settle(&mut self, (original, zone, id): Ended, is_gone: bool, now: Timestamp) {
        for at in self.live(&original, zone) {
            let row = &self.rows[at];
            if row.is_seen || row.connection.kernel_id != id {
                continue;
            }
            if is_gone {
                self.end(at, estimated(now), now);
            } else {
                self.see(&[at]);
            }
        }
    }

    /// Ends a resync, or gives it up.
    pub fn end_resync(&mut self) {
        for row in &mut self.rows {
            row.is_seen = true;
        }
        self.resync = None;
    }
}

impl Row {
    fn is_of(&self, connection: &Connection) -> bool {
        self.connection.kernel_id == connection.kernel_id
            && self.connection.reply == connection.reply
    }
}

fn key(connection: &Connection) -> Ended {
    (connection.original, connection.zone, connection.kernel_id)
}

fn received(at: Timestamp) -> Timed {
    Timed {
        at,
        source: TimeSource::Received,
    }
}

fn estimated(at: Timestamp) -> Timed {
    Timed {
        at,
        source: TimeSource::Estimated,
    }
}
