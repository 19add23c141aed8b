//! Answers from recorded translations, for tests of the faces.
//!
//! The table, the mirror and the lookups are the real ones; only the kernel is
//! missing, so nothing is asked of it.

use std::sync::Arc;

use model::{
    Connection, Coverage, Event, EventKind, Icmp, Match, TimeSource, TranslationKind, Tuple,
};

use super::{Answers, Notice};
use crate::mirror::Mirror;

impl Answers {
    /// Answers from these translations alone.
    pub fn of_matches(matches: Vec<Match>) -> Self {
        Self {
            asks_kernel: false,
            ..Self::new(Arc::new(Mirror::recorded(&events(&matches))))
        }
    }

    /// Answers from these translations, which nobody brings up to date: the kernel's
    /// events do not come, as while the reader hangs.
    pub fn of_stuck_mirror(matches: Vec<Match>) -> Self {
        Self {
            asks_kernel: true,
            ..Self::of_matches(matches)
        }
    }

    /// Answers from these translations instead.
    pub fn set_matches(&self, matches: Vec<Match>) {
        self.mirror.replay(&events(&matches));
    }

    /// Answers with this coverage instead; not ready while starting.
    pub fn set_coverage(&self, coverage: Coverage) {
        self.mirror.set_coverage(&coverage);
    }

    /// Tells all followers something.
    pub fn publish(&self, notice: Notice) {
        self.mirror.publish(notice);
    }
}

/// The events after which the table holds just these translations.
fn events(matches: &[Match]) -> Vec<Event> {
    let event = |kind, found: &Match| Event {
        kind,
        connection: connection(found),
    };
    // An ended one may have had the tuples of a live one, but before it.
    let ended = matches.iter().filter(|found| found.ended_at.is_some());
    let live = matches.iter().filter(|found| found.ended_at.is_none());
    ended
        .chain(live)
        .flat_map(|found| {
            let begin = event(EventKind::New, found);
            let end = found
                .ended_at
                .is_some()
                .then(|| event(EventKind::Destroy, found));
            [Some(begin), end]
        })
        .flatten()
        .collect()
}

/// A connection that has this translation.
fn connection(found: &Match) -> Connection {
    let roles = &found.translation;
    let icmp = found
        .protocol
        .is_icmp()
        .then_some(Icmp { kind: 8, code: 0 });
    let tuple = |source, destination, icmp| Tuple {
        protocol: found.protocol,
        source,
        destination,
        icmp,
    };
    let (original, reply) = match roles.kind {
        TranslationKind::Source => (
            tuple(roles.internal, found.original_destination, icmp),
            tuple(roles.remote, roles.nat, icmp.map(Icmp::inverted)),
        ),
        TranslationKind::Destination => (
            tuple(roles.remote, roles.nat, icmp),
            tuple(roles.internal, roles.remote, icmp.map(Icmp::inverted)),
        ),
    };
    // Only the kernel's times can be given by an event.
    let kernel = |time: Option<model::Timed>| {
        time.filter(|time| time.source == TimeSource::Kernel)
            .map(|time| time.at)
    };
    Connection {
        original,
        reply,
        zone: found.zone,
        kernel_id: found.kernel_id.unwrap_or_default(),
        status: roles.kind.status(),
        started_at: kernel(found.started_at),
        stopped_at: kernel(found.ended_at),
        ..Connection::default()
    }
}
