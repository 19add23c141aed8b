//! Making the table agree with a dump of the kernel's.
//!
//! A dump takes seconds while connections come and go. So a resync is three
//! steps between which events are applied as ever: [`Table::begin_resync`]
//! before the dump is asked for, [`Table::merge_all`] with its connections as
//! soon as they are read, and after the last [`Table::settle`] for each that is
//! [unseen](Table::unseen).

use model::{
    ChangeKind, Connection, EndEvidence, EventKind, KernelId, TimeSource, Timed, Timestamp, Tuple,
    Zone,
};

use crate::address::Address;
use crate::entry::Identity;
use crate::family::Family;
use crate::plan::Plan;
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

    /// Calls `visit` with each living translation in at most `budget` slots that
    /// the dump did not have; returns where to go on, `None` at the end.
    pub fn unseen(
        &self,
        from: Position,
        budget: u32,
        mut visit: impl FnMut(Unseen),
    ) -> Option<Position> {
        let (v4_parity, v6_parity) = (self.v4.parity, self.v6.parity);
        self.scan(from, budget, |found| {
            if let Some(unseen) = found.unseen(v4_parity, v6_parity) {
                visit(unseen);
            }
        })
    }

    /// Settles what became of one that the dump did not have.
    ///
    /// A dump can miss a connection, a single get cannot: `is_gone` is what a get
    /// said. If it is gone, it ended at or before `ended_at`. Does nothing where
    /// an event has settled it meanwhile.
    pub fn settle(
        &mut self,
        unseen: &Unseen,
        is_gone: bool,
        ended_at: Timestamp,
        mut on_change: impl FnMut(Change<'_>),
    ) {
        if unseen.original.is_ipv4() {
            self.v4.settle(unseen, is_gone, ended_at, &mut on_change);
        } else {
            self.v6.settle(unseen, is_gone, ended_at, &mut on_change);
        }
    }

    /// Whether the end of a connection is only estimated, and no event has told it
    /// until now.
    pub fn is_end_estimated(&self, original: &Tuple, zone: Zone) -> bool {
        if original.is_ipv4() {
            self.v4.is_end_estimated(original, zone)
        } else {
            self.v6.is_end_estimated(original, zone)
        }
    }

    /// Ends a resync whose unseen translations are all settled.
    pub fn finish_resync(&mut self) {
        self.v4.ended_in_resync = None;
        self.v6.ended_in_resync = None;
    }

    /// Gives up a resync whose dump broke off: nothing counts as unseen.
    pub fn abandon_resync(&mut self) {
        self.v4.abandon_resync();
        self.v6.abandon_resync();
    }
}

/// A living translation that the dump did not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unseen {
    /// Original tuple of its connection.
    pub original: Tuple,
    /// Zone of its connection.
    pub zone: Zone,
    /// The kernel's id of its connection. A connection with the same tuple and
    /// another id is another connection.
    pub kernel_id: KernelId,
    /// Whether an event told of it, so that its end is told as well.
    pub is_announced: bool,
}

impl<A: Address> Family<A> {
    fn begin_resync(&mut self) {
        if self.ended_in_resync.is_some() {
            self.abandon_resync();
        }
        self.parity = !self.parity;
        self.ended_in_resync = Some(Default::default());
    }

    fn abandon_resync(&mut self) {
        self.ended_in_resync = None;
        let parity = self.parity;
        for slot in 0..self.slab.used() {
            if self.slab.scan(slot).is_some_and(|entry| !entry.is_ended()) {
                self.slab.get_mut(slot).set_parity(parity);
            }
        }
    }

    fn settle(
        &mut self,
        unseen: &Unseen,
        is_gone: bool,
        ended_at: Timestamp,
        on_change: &mut impl FnMut(Change<'_>),
    ) {
        let Some(identity) = Identity::of(&unseen.original, unseen.zone) else {
            return;
        };
        for kind in model::TranslationKind::ALL {
            let Some(slot) = self.find_live(&identity, Some(kind)) else {
                continue;
            };
            let parity = self.parity;
            let entry = self.slab.get_mut(slot);
            if entry.kernel_id() != Some(unseen.kernel_id) || entry.has_parity(parity) {
                continue;
            }
            if !is_gone {
                entry.set_parity(parity);
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
                evidence: Some(EndEvidence::Dump),
                told: None,
            });
        }
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
                self.mark_seen(&identity, false);
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

    /// Notes for the end of the resync that a live connection is still there, and
    /// whether an event says so.
    pub(crate) fn mark_seen(&mut self, identity: &Identity<A>, is_announced: bool) {
        let parity = self.parity;
        for kind in model::TranslationKind::ALL {
            if let Some(slot) = self.find_live(identity, Some(kind)) {
                let entry = self.slab.get_mut(slot);
                entry.set_parity(parity);
                if is_announced {
                    entry.set_announced(true);
                }
            }
        }
    }
}
