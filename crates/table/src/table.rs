//! Events to entries.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use model::{
    ChangeKind, Connection, EndEvidence, Event, EventKind, Filter, Match, TimeSource, Timed,
    Timestamp, TranslationKind, Tuple, Zone,
};

use crate::address::Address;
use crate::entry::{Entry, Identity};
use crate::family::Family;
use crate::find::Found;
use crate::plan::Plan;

/// The live table of translations. See the crate's documentation.
pub struct Table {
    pub(crate) v4: Family<Ipv4Addr>,
    pub(crate) v6: Family<Ipv6Addr>,
    pub(crate) rules: Rules,
    /// The plans of the batch that is being applied.
    pub(crate) plans: Vec<Plan>,
}

/// What the table keeps, and how long.
pub(crate) struct Rules {
    keep_ended: Duration,
    filter: Option<Filter>,
}

/// What an event or a resync did to one translation.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// Whether it began or ended.
    pub kind: ChangeKind,
    /// The translation.
    pub found: Found<'a>,
    /// How its end was learned; `None` where it began.
    pub evidence: Option<EndEvidence>,
    /// What the kernel told of its connection; `None` for an end that it did not
    /// tell.
    pub told: Option<&'a Connection>,
}

impl Change<'_> {
    /// The translation with all that is known of it now, and that the table does
    /// not keep.
    pub fn to_match(&self) -> Match {
        let ended = self.told.filter(|_| self.kind == ChangeKind::Ended);
        Match {
            end_evidence: self.evidence,
            traffic: ended.and_then(|connection| connection.traffic),
            mark: self.told.and_then(|connection| connection.mark),
            ..self.found.to_match()
        }
    }
}

/// A living connection, as an event or a dump tells of it.
pub(crate) struct Begun<'a> {
    pub connection: &'a Connection,
    pub plan: &'a Plan,
    pub started_at: Timed,
    pub received_at: Timestamp,
    /// Whether an event told of it.
    pub is_announced: bool,
}

/// Where a scan goes on; the default is the beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    pub(crate) is_v6: bool,
    /// How many slots were looked at.
    pub(crate) slot: u32,
    /// How many parts there were when the scan of this family began.
    pub(crate) parts: u32,
}

impl Table {
    /// An empty table that keeps translations which fit `filter`, and ended
    /// ones for `keep_ended` after their end was learned.
    pub fn new(keep_ended: Duration, filter: Filter) -> Self {
        Self {
            v4: Family::new(),
            v6: Family::new(),
            rules: Rules {
                keep_ended,
                filter: (!filter.is_any()).then_some(filter),
            },
            plans: Vec::new(),
        }
    }

    /// Changes how long ended translations are kept from now on.
    pub fn set_keep_ended(&mut self, keep_ended: Duration) {
        self.rules.keep_ended = keep_ended;
    }

    /// Live translations.
    pub fn live(&self) -> u64 {
        self.v4.live() + self.v6.live()
    }

    /// Live connections that have at least one of the live translations.
    pub fn live_connections(&self) -> u64 {
        self.v4.live_connections() + self.v6.live_connections()
    }

    /// Ends that the kernel has told twice.
    pub fn repeated_ends(&self) -> u64 {
        self.v4.repeated_ends + self.v6.repeated_ends
    }

    /// Ended translations that have not expired.
    pub fn ended(&self) -> u64 {
        self.v4.ended() + self.v6.ended()
    }

    /// Applies one event; see [`Self::apply_all`].
    pub fn apply(
        &mut self,
        event: &Event,
        received_at: Timestamp,
        on_change: impl FnMut(Change<'_>),
    ) {
        self.apply_all(std::slice::from_ref(event), received_at, on_change);
    }

    /// Applies events in the kernel's order and calls `on_change` with what
    /// follows from them.
    ///
    /// `received_at` is when they were read; it stands in where the kernel
    /// gives no times. Some dozens at once cost much less than one by one.
    #[inline]
    pub fn apply_all(
        &mut self,
        events: &[Event],
        received_at: Timestamp,
        mut on_change: impl FnMut(Change<'_>),
    ) {
        self.plan(events.iter().map(|event| (&event.connection, event.kind)));
        let Self {
            v4,
            v6,
            rules,
            plans,
        } = self;
        for (event, plan) in events.iter().zip(plans) {
            if event.connection.original.is_ipv4() {
                v4.apply(rules, event, plan, received_at, &mut on_change);
            } else {
                v6.apply(rules, event, plan, received_at, &mut on_change);
            }
        }
    }

    /// Plans a batch: first all reads of indexes, then all reads of entries.
    #[inline]
    pub(crate) fn plan<'a>(
        &mut self,
        batch: impl Iterator<Item = (&'a Connection, EventKind)> + Clone,
    ) {
        self.plans.clear();
        let (v4, v6) = (&self.v4, &self.v6);
        self.plans.extend(batch.clone().map(|(connection, kind)| {
            if connection.original.is_ipv4() {
                v4.plan(connection, kind)
            } else {
                v6.plan(connection, kind)
            }
        }));
        for (plan, (connection, _)) in self.plans.iter().zip(batch) {
            if connection.original.is_ipv4() {
                v4.touch(plan);
            } else {
                v6.touch(plan);
            }
        }
    }

    /// Forgets at most `budget` ended translations whose time is over; true
    /// when there are more.
    pub fn expire(&mut self, now: Timestamp, budget: usize) -> bool {
        let keep = self.rules.keep_ended;
        self.v4.expire(now, keep, budget) | self.v6.expire(now, keep, budget)
    }

    /// The live translation of `kind` of the connection with this original
    /// tuple, zone and both; costs one index probe.
    pub fn by_original(
        &self,
        original: &Tuple,
        zone: Zone,
        kind: TranslationKind,
    ) -> Option<Found<'_>> {
        fn find<'a, A: Address>(
            family: &'a Family<A>,
            original: &Tuple,
            zone: Zone,
            kind: TranslationKind,
        ) -> Option<Found<'a>> {
            let slot = family.find_live(&Identity::of(original, zone)?, Some(kind))?;
            Some(A::found(family.slab.get(slot)))
        }
        find(&self.v4, original, zone, kind).or_else(|| find(&self.v6, original, zone, kind))
    }
}

impl Rules {
    /// Whether an entry is to be kept at all.
    #[inline]
    pub fn keep<A: Address>(&self, entry: &Entry<A>) -> bool {
        self.filter
            .as_ref()
            .is_none_or(|filter| filter.matches(&entry.as_match()))
    }
}

impl<A: Address> Family<A> {
    #[inline]
    fn apply(
        &mut self,
        rules: &Rules,
        event: &Event,
        plan: &Plan,
        received_at: Timestamp,
        on_change: &mut impl FnMut(Change<'_>),
    ) {
        let connection = &event.connection;
        let begun = |started_at| Begun {
            connection,
            plan,
            started_at,
            received_at,
            is_announced: true,
        };
        match event.kind {
            EventKind::New => {
                let started_at = when(connection.started_at.or(connection.event_at), received_at);
                self.begin(rules, &begun(started_at), on_change);
            }
            // An update of a connection whose NEW was lost: it began before.
            EventKind::Update => {
                let started_at = Timed {
                    at: received_at,
                    source: TimeSource::Estimated,
                };
                let started_at = connection.started_at.map_or(started_at, kernel);
                self.begin(rules, &begun(started_at), on_change);
            }
            EventKind::Destroy => {
                self.destroy(rules, connection, plan, received_at, on_change);
            }
        }
    }

    /// Adds the translations of a living connection, unless they are known.
    #[inline]
    pub(crate) fn begin(
        &mut self,
        rules: &Rules,
        begun: &Begun<'_>,
        on_change: &mut impl FnMut(Change<'_>),
    ) {
        let Begun {
            connection,
            plan,
            started_at,
            received_at,
            is_announced,
        } = *begun;
        let Some(identity) = Identity::of(&connection.original, connection.zone) else {
            return;
        };
        if let Some(known) = self.find_hashed(plan.hashes.identity, &identity, None) {
            if self.slab.get(known).is_of(connection) {
                // The kernel says again that it lives.
                self.mark_seen(&identity, is_announced);
                return;
            }
            // The kernel never has two live connections with one identity, so
            // the end of the older one was lost or comes late.
            let ended_at = Timed {
                at: started_at.at,
                source: TimeSource::Estimated,
            };
            self.end_all(&identity, ended_at, received_at, on_change);
        }
        let mut hashes = Some(plan.hashes);
        let mut is_first = true;
        for kind in TranslationKind::ALL {
            if !connection.status.contains(kind.status()) {
                continue;
            }
            let Some(mut entry) = Entry::new(connection, kind, Some(started_at)) else {
                return;
            };
            entry.set_announced(is_announced);
            // The plan is that of the first translation.
            let hashes = hashes.take().unwrap_or_else(|| self.hashes(&entry));
            if rules.keep(&entry) {
                let slot = self.start(entry, &hashes, is_first);
                is_first = false;
                on_change(Change {
                    kind: ChangeKind::Started,
                    found: A::found(self.slab.get(slot)),
                    evidence: None,
                    told: Some(connection),
                });
            }
        }
    }

    pub(crate) fn end_all(
        &mut self,
        identity: &Identity<A>,
        ended_at: Timed,
        received_at: Timestamp,
        on_change: &mut impl FnMut(Change<'_>),
    ) {
        while let Some(slot) = self.find_live(identity, None) {
            self.end(slot, ended_at, received_at);
            on_change(Change {
                kind: ChangeKind::Ended,
                found: A::found(self.slab.get(slot)),
                evidence: Some(EndEvidence::Successor),
                told: None,
            });
        }
    }

    #[inline]
    fn destroy(
        &mut self,
        rules: &Rules,
        connection: &Connection,
        plan: &Plan,
        received_at: Timestamp,
        on_change: &mut impl FnMut(Change<'_>),
    ) {
        let ended_at = when(connection.stopped_at.or(connection.event_at), received_at);
        let Some(identity) = Identity::of(&connection.original, connection.zone) else {
            return;
        };
        for kind in TranslationKind::ALL {
            if !connection.status.contains(kind.status()) {
                continue;
            }
            let live = self
                .find_hashed(plan.hashes.identity, &identity, Some(kind))
                .filter(|slot| self.slab.get(*slot).is_of(connection));
            let slot = match live {
                Some(slot) => {
                    if let Some(started_at) = connection.started_at {
                        self.slab.get_mut(slot).set_started_at(kernel(started_at));
                    }
                    self.end_hashed(slot, plan.hashes.identity, ended_at, received_at);
                    slot
                }
                None => {
                    let started_at = connection.started_at.map(kernel);
                    let Some(entry) = Entry::new(connection, kind, started_at) else {
                        return;
                    };
                    if !rules.keep(&entry) {
                        continue;
                    }
                    if let Some(slot) = self.find_estimated(&entry) {
                        // Its end has been told already; only the time is new.
                        // Or it is of a connection that the dump may have, and
                        // must not revive.
                        self.note_end(identity, Some(connection.kernel_id));
                        self.correct_end(slot, ended_at);
                        continue;
                    }
                    if self.was_told(&entry, ended_at) {
                        self.note_end(identity, Some(connection.kernel_id));
                        self.repeated_ends += 1;
                        continue;
                    }
                    self.add_ended(entry, ended_at, received_at)
                }
            };
            on_change(Change {
                kind: ChangeKind::Ended,
                found: A::found(self.slab.get(slot)),
                evidence: Some(EndEvidence::Event),
                told: Some(connection),
            });
        }
    }
}

const fn kernel(at: Timestamp) -> Timed {
    Timed {
        at,
        source: TimeSource::Kernel,
    }
}

/// The kernel's time where it gave one, else the time of receipt.
fn when(kernel_time: Option<Timestamp>, received_at: Timestamp) -> Timed {
    kernel_time.map_or(
        Timed {
            at: received_at,
            source: TimeSource::Received,
        },
        kernel,
    )
}
