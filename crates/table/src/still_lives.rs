//! Translations that are known from before the table: do they still live?
//!
//! History remembers what had begun before natconnd stopped. The first dump shows
//! what of that lives on, and history may know better when it began.

use model::{Endpoint, Match, Roles, TimeSource, Timed};

use crate::address::Address;
use crate::entry::{Entry, Place};
use crate::family::Family;
use crate::slab::Slot;
use crate::table::Table;

impl Table {
    /// Whether a translation that once began still lives: the same endpoints and
    /// the same kernel id.
    ///
    /// Where the table can only estimate when it began, it remembers what `begun`
    /// says.
    pub fn still_lives(&mut self, begun: &Match) -> bool {
        if begun.translation.nat.address.is_ipv4() {
            self.v4.still_lives(begun)
        } else {
            self.v6.still_lives(begun)
        }
    }
}

impl<A: Address> Family<A> {
    fn still_lives(&mut self, begun: &Match) -> bool {
        let Some(slot) = self.living(begun) else {
            return false;
        };
        let entry = self.slab.get_mut(slot);
        let is_unsure = |time: Timed| time.source == TimeSource::Estimated;
        if let Some(started_at) = begun.started_at
            && entry.started_at().is_none_or(is_unsure)
        {
            entry.set_started_at(started_at);
        }
        true
    }

    fn living(&self, begun: &Match) -> Option<Slot> {
        let translation = &begun.translation;
        let place =
            |endpoint: Endpoint| Some((A::from_ip(endpoint.address)?, endpoint.port)) as Option<Place<A>>;
        let roles = Roles {
            internal: place(translation.internal)?,
            nat: place(translation.nat)?,
            remote: place(translation.remote)?,
        };
        let is_it = |entry: &Entry<A>| {
            entry.kind() == translation.kind
                && entry.kernel_id().is_some_and(|id| begun.kernel_id == Some(id))
                && entry.roles() == roles
                && entry.zone() == begun.zone
                && entry.original().protocol == begun.protocol
        };
        self.likely(translation.kind, &roles)
            .find(|slot| is_it(self.slab.get(*slot)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::{
        Connection, Event, EventKind, Filter, KernelId, Protocol, Status, Timestamp, Tuple,
    };

    use super::*;

    fn connection(id: u32) -> Connection {
        let endpoint = |last, port| Endpoint::new([192, 0, 2, last].into(), port);
        let tuple = |source, destination| Tuple {
            protocol: Protocol::TCP,
            source,
            destination,
            icmp: None,
        };
        Connection {
            original: tuple(endpoint(1, 1000), endpoint(9, 443)),
            reply: tuple(endpoint(9, 443), endpoint(100, 1000)),
            status: Status::SOURCE_TRANSLATED,
            kernel_id: KernelId(id),
            ..Connection::default()
        }
    }

    fn begun(table: &mut Table, connection: Connection, at: i64) -> Match {
        let mut begun = None;
        table.merge_all(&[connection], Timestamp(at), |change| {
            begun = Some(change.to_match());
        });
        begun.unwrap()
    }

    fn empty() -> Table {
        Table::new(Duration::from_secs(10), Filter::default())
    }

    #[test]
    fn the_same_connection_lives_and_began_when_history_says() {
        let mut before = begun(&mut empty(), connection(7), 5_000_000_000);
        before.started_at = Some(Timed {
            at: Timestamp(3_000_000_000),
            source: TimeSource::Received,
        });
        let mut table = empty();
        begun(&mut table, connection(7), 9_000_000_000);
        assert!(table.still_lives(&before));
        let mut shown = Vec::new();
        table.scan(Default::default(), 100, |found| shown.push(found.to_match()));
        assert_eq!(shown[0].started_at, before.started_at);
    }

    #[test]
    fn another_id_is_another_connection() {
        let before = begun(&mut empty(), connection(7), 5);
        let mut table = empty();
        assert!(!table.still_lives(&before));
        begun(&mut table, connection(8), 9);
        assert!(!table.still_lives(&before));
    }

    #[test]
    fn what_has_ended_does_not_live() {
        let mut table = empty();
        let before = begun(&mut table, connection(7), 5);
        assert!(table.still_lives(&before));
        let end = Event {
            kind: EventKind::Destroy,
            connection: connection(7),
        };
        table.apply(&end, Timestamp(6), |change| {
            assert_eq!(change.to_match().end_evidence, Some(model::EndEvidence::Event));
        });
        assert!(!table.still_lives(&before));
    }
}
