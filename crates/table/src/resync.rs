//! Making the table agree with a dump of the kernel's.
//!
//! A dump takes seconds while connections come and go. So a resync is three
//! steps between which events are applied as ever: [`Table::begin_resync`]
//! before the dump is asked for, [`Table::merge_all`] with its
//! connections as soon as they are read, and [`Table::sweep`] after the last.

use model::{ChangeKind, Connection, EventKind, TimeSource, Timed, Timestamp, Tuple, Zone};

use crate::address::Address;
use crate::entry::Identity;
use crate::family::Family;
use crate::plan::Plan;
use crate::slab::Slot;
use crate::table::{Begun, Change, Position, Rules, Table};

impl Table {
    /// Begins a resync. To be called before the dump is asked for.
    ///
    /// A resync that was begun and never finished is given up by this.
    pub fn begin_resync(&mut self) {
        self.v4.begin_resync();
        self.v6.begin_resync();
    }

    /// Takes over connections of the dump, read at `read_at`.
    ///
    /// Where the kernel gives no start, they began at or before that time.
    #[inline]
    pub fn merge_all(
        &mut self,
        connections: &[Connection],
        read_at: Timestamp,
        mut on_change: impl FnMut(Change<'_>),
    ) {
        self.plan(connections.iter().map(|found| (found, EventKind::New)));
        let Self {
            v4,
            v6,
            rules,
            plans,
        } = self;
        for (connection, plan) in connections.iter().zip(plans) {
            if connection.original.is_ipv4() {
                v4.merge(rules, connection, plan, read_at, &mut on_change);
            } else {
                v6.merge(rules, connection, plan, read_at, &mut on_change);
            }
        }
    }

    /// Ends what the dump did not have, looking at no more than `budget` slots;
    /// returns where to go on, `None` when the resync is finished.
    ///
    /// `is_gone` is asked about each such connection, by its original tuple:
    /// a dump can miss a connection, a single get cannot. What ended did so at
    /// or before `ended_at`.
    pub fn sweep(
        &mut self,
        from: Position,
        budget: u32,
        ended_at: Timestamp,
        mut is_gone: impl FnMut(&Tuple, Zone) -> bool,
        mut on_change: impl FnMut(Change<'_>),
    ) -> Option<Position> {
        let next = if from.is_v6 {
            self.v6
                .sweep(from.slot, budget, ended_at, &mut is_gone, &mut on_change)
        } else {
            self.v4
                .sweep(from.slot, budget, ended_at, &mut is_gone, &mut on_change)
        };
        match next {
            Some(slot) => Some(Position { slot, ..from }),
            None if !from.is_v6 => Some(Position {
                is_v6: true,
                slot: 0,
            }),
            None => {
                self.v4.ended_in_resync = None;
                self.v6.ended_in_resync = None;
                None
            }
        }
    }
}

impl<A: Address> Family<A> {
    fn begin_resync(&mut self) {
        self.parity = !self.parity;
        if self.ended_in_resync.is_some() {
            // The one given up has marked some living entries with what is the
            // other parity again, and would have them taken for seen.
            for slot in 0..self.slab.used() {
                if self.slab.scan(slot).is_some_and(|entry| !entry.is_ended()) {
                    let parity = !self.parity;
                    self.slab.get_mut(slot).set_parity(parity);
                }
            }
        }
        self.ended_in_resync = Some(Default::default());
    }

    #[inline]
    fn merge(
        &mut self,
        rules: &Rules,
        connection: &Connection,
        plan: &Plan,
        read_at: Timestamp,
        on_change: &mut impl FnMut(Change<'_>),
    ) {
        let Some(identity) = Identity::of(&connection.original, connection.zone) else {
            return;
        };
        // INVARIANT: events are newer than the dump. The kernel fills a part of
        // the dump before it is read, so an end that was applied in between is
        // an end of just this connection, or of one before a start that is
        // still to come.
        if self
            .ended_in_resync
            .as_ref()
            .is_some_and(|ended| ended.contains(&(identity, connection.kernel_id)))
        {
            return;
        }
        if let Some(slot) = self.find_live(&identity, None) {
            let entry = self.slab.get(slot);
            if entry.is_of(connection) {
                self.mark_seen(&identity);
                return;
            }
            if entry.has_parity(self.parity) {
                // An event of this resync has put it there: it is newer.
                return;
            }
        }
        let started_at = match connection.started_at {
            Some(at) => Timed {
                at,
                source: TimeSource::Kernel,
            },
            None => Timed {
                at: read_at,
                source: TimeSource::Estimated,
            },
        };
        let begun = Begun {
            connection,
            plan,
            started_at,
            received_at: read_at,
            is_announced: false,
        };
        self.begin(rules, &begun, on_change);
    }

    /// Notes for the sweep that a live connection is still there.
    pub(crate) fn mark_seen(&mut self, identity: &Identity<A>) {
        let parity = self.parity;
        for kind in model::TranslationKind::ALL {
            if let Some(slot) = self.find_live(identity, Some(kind)) {
                self.slab.get_mut(slot).set_parity(parity);
            }
        }
    }

    fn sweep(
        &mut self,
        from: Slot,
        budget: u32,
        ended_at: Timestamp,
        is_gone: &mut impl FnMut(&Tuple, Zone) -> bool,
        on_change: &mut impl FnMut(Change<'_>),
    ) -> Option<Slot> {
        let end = self.slab.used().min(from.saturating_add(budget));
        for slot in from..end {
            let parity = self.parity;
            let Some(entry) = self.slab.scan(slot) else {
                continue;
            };
            if entry.is_ended() || entry.has_parity(parity) {
                continue;
            }
            if !is_gone(&entry.original(), entry.zone()) {
                self.slab.get_mut(slot).set_parity(parity);
                continue;
            }
            let time = Timed {
                at: ended_at,
                source: TimeSource::Estimated,
            };
            self.end(slot, time, ended_at);
            on_change(Change {
                kind: ChangeKind::Ended,
                found: A::found(self.slab.get(slot)),
            });
        }
        (end < self.slab.used()).then_some(end)
    }
}
