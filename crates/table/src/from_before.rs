//! Translations that are known from before the table: what became of them?
//!
//! History remembers what had begun before natconnd stopped. The first dump shows
//! what of that lives on, and history may know better when it began.

use std::time::Duration;

use model::{Endpoint, Match, Roles, TimeSource, Timed};

use crate::address::Address;
use crate::chain::Role;
use crate::entry::{Entry, Place};
use crate::family::Family;
use crate::slab::Slot;
use crate::table::Table;

/// How far apart two measurements of one begin can be: natconnd's own on receipt,
/// and the kernel's.
const SAME_BEGIN: Duration = Duration::from_secs(1);

impl Table {
    /// Whether a translation that once began is in the table: it lives, with the
    /// same endpoints and kernel id, or it has ended, and that end is known.
    ///
    /// Where the table can only estimate when it began, it remembers what `begun`
    /// says.
    pub fn recognises(&mut self, begun: &Match) -> bool {
        if begun.translation.nat.address.is_ipv4() {
            self.v4.recognises(begun)
        } else {
            self.v6.recognises(begun)
        }
    }
}

impl<A: Address> Family<A> {
    fn recognises(&mut self, begun: &Match) -> bool {
        let Some(slot) = self.same(begun) else {
            return false;
        };
        let entry = self.slab.get_mut(slot);
        if let Some(started_at) = begun.started_at
            && entry.started_at().is_none_or(is_estimated)
        {
            entry.set_started_at(started_at);
        }
        true
    }

    fn same(&self, begun: &Match) -> Option<Slot> {
        let translation = &begun.translation;
        let roles = Roles {
            internal: place(translation.internal)?,
            nat: place(translation.nat)?,
            remote: if translation.remote.is_omitted() {
                (A::UNSPECIFIED, 0)
            } else {
                place(translation.remote)?
            },
        };
        let is_it = |slot: &Slot| is_same(self.slab.get(*slot), begun, &roles);
        if translation.remote.is_omitted() {
            let (address, port) = roles.nat;
            return self.newest(Role::Nat, address, port).find(is_it);
        }
        self.likely(translation.kind, &roles).find(is_it)
    }
}

/// Whether an entry is of a translation with these roles, whose remote endpoint may
/// be omitted.
fn is_same<A: Address>(entry: &Entry<A>, begun: &Match, roles: &Roles<Place<A>>) -> bool {
    let own = entry.roles();
    let is_remote_omitted = begun.translation.remote.is_omitted();
    entry.kind() == begun.translation.kind
        && (own.internal, own.nat) == (roles.internal, roles.nat)
        && (is_remote_omitted || own.remote == roles.remote)
        && entry.zone() == begun.zone
        && entry.original().protocol == begun.protocol
        && match entry.kernel_id() {
            Some(id) => begun.kernel_id == Some(id),
            None => may_have_begun_at(entry.started_at(), begun.started_at),
        }
}

fn place<A: Address>(endpoint: Endpoint) -> Option<Place<A>> {
    Some((A::from_ip(endpoint.address)?, endpoint.port))
}

fn is_estimated(time: Timed) -> bool {
    time.source == TimeSource::Estimated
}

/// Whether what is known of an ended one's begin allows that it is this one.
fn may_have_begun_at(known: Option<Timed>, begun: Option<Timed>) -> bool {
    let (Some(known), Some(begun)) = (known, begun) else {
        return true;
    };
    let apart = known.at.since(begun.at).max(begun.at.since(known.at));
    is_estimated(known) || is_estimated(begun) || apart < SAME_BEGIN
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::{
        Connection, EndEvidence, Event, EventKind, Filter, KernelId, Protocol, Status, Timestamp,
        Tuple,
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
        assert!(table.recognises(&before));
        let mut shown = Vec::new();
        table.scan(Default::default(), 100, |found| {
            shown.push(found.to_match())
        });
        assert_eq!(shown[0].started_at, before.started_at);
    }

    #[test]
    fn a_remote_endpoint_that_was_left_out_is_any() {
        let mut table = empty();
        let mut before = begun(&mut table, connection(7), 5);
        before.translation.remote = Endpoint::OMITTED;
        assert!(table.recognises(&before));
        before.kernel_id = Some(KernelId(8));
        assert!(!table.recognises(&before));
    }

    #[test]
    fn another_id_is_another_connection() {
        let before = begun(&mut empty(), connection(7), 5);
        let mut table = empty();
        assert!(!table.recognises(&before));
        begun(&mut table, connection(8), 9);
        assert!(!table.recognises(&before));
    }

    #[test]
    fn an_end_that_is_known_is_recognised_by_its_begin() {
        let mut table = empty();
        let mut before = begun(&mut table, connection(7), 5);
        assert!(table.recognises(&before));
        let end = Event {
            kind: EventKind::Destroy,
            connection: connection(7),
        };
        table.apply(&end, Timestamp(6), |change| {
            assert_eq!(change.to_match().end_evidence, Some(EndEvidence::Event));
        });
        assert!(table.recognises(&before));
        // Of a connection whose begin an event told, another one is told apart.
        let kernel = |at| Timed {
            at: Timestamp(at),
            source: TimeSource::Kernel,
        };
        let mut timed = connection(8);
        timed.started_at = Some(kernel(8_000_000_000).at);
        let mut table = empty();
        let later = begun(&mut table, timed, 8_000_000_000);
        table.apply(
            &Event {
                kind: EventKind::Destroy,
                connection: timed,
            },
            Timestamp(9_000_000_000),
            |_| {},
        );
        assert!(table.recognises(&later));
        before.started_at = Some(kernel(5));
        assert!(!table.recognises(&before));
    }
}
