//! How the mirror follows the kernel's table, and what the table holds.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use ctnetlink::Filling;
use model::GapCause;

use super::label::Label;
use super::metric::{Kind, Metric, Unit};
use crate::mirror::{Counters, Mirror, State, now};

/// The mirror at one moment.
pub struct Look {
    mirror: Arc<Mirror>,
    /// Live translations, live connections, ended translations.
    sizes: [u64; 3],
    filling: Option<Filling>,
    lag: Option<Duration>,
}

impl Look {
    pub fn new(mirror: Arc<Mirror>) -> Self {
        Self {
            sizes: mirror.sizes(),
            filling: mirror.filling(),
            lag: mirror.lag(now()),
            mirror,
        }
    }

    fn counters(&self) -> &Counters {
        &self.mirror.counters
    }
}

const STATE: Label = Label::words("state", "what the mirror can be doing", || {
    State::ALL.map(State::name).to_vec()
});

const EVENT: Label = Label::words("kind", "the kernel's word for the event", || {
    vec!["new", "destroy"]
});

const CHANGE: Label = Label::words("kind", "what became of a translation", || {
    vec!["started", "ended"]
});

const CAUSE: Label = Label::words("cause", "why something is missing", || {
    let causes = GapCause::ALL
        .into_iter()
        .filter(|cause| is_of_mirror(*cause));
    causes.map(GapCause::name).collect()
});

/// Whether a mirror has gaps of this cause. The others are of single answers, or of
/// history.
const fn is_of_mirror(cause: GapCause) -> bool {
    !matches!(
        cause,
        GapCause::Behind
            | GapCause::Filter
            | GapCause::Unrecorded
            | GapCause::Damaged
            | GapCause::BeyondHistory
    )
}

type Row = Metric<Look>;

pub const METRICS: &[Row] = &[
    Row::gauge(
        "natconnd_mirror_ready",
        "1 once the kernel's table has been read, else 0",
        |it| f64::from(it.mirror.is_ready()),
    ),
    Row::gauge(
        "natconnd_mirror_complete",
        "1 when nothing is missing from an answer about now, else 0",
        |it| f64::from(it.mirror.coverage(now()).is_complete()),
    ),
    Row::each(
        "natconnd_mirror_state",
        Kind::Gauge,
        &[STATE],
        "1 for what the mirror is doing, 0 for what it is not",
        |it, out| {
            let current = it.mirror.condition().state;
            for state in State::ALL {
                out.level(&[state.name()], f64::from(state == current));
            }
        },
    ),
    Row::each(
        "natconnd_mirror_events",
        Kind::Counter,
        &[EVENT],
        "Events read from the kernel",
        |it, out| {
            out.count(&["new"], it.counters().news.load(Relaxed));
            out.count(&["destroy"], it.counters().destroys.load(Relaxed));
        },
    ),
    Row::each(
        "natconnd_mirror_changes",
        Kind::Counter,
        &[CHANGE],
        "Translations that began or ended, those that a dump found included",
        |it, out| {
            out.count(&["started"], it.counters().started.load(Relaxed));
            out.count(&["ended"], it.counters().ended.load(Relaxed));
        },
    ),
    Row::each(
        "natconnd_mirror_lag",
        Kind::Gauge,
        &[],
        "By how much the table is behind the kernel's: 0 where all that was told is applied; \
         absent for a moment after the clock was set",
        |it, out| {
            if let Some(lag) = it.lag {
                out.level(&[], lag.as_secs_f64());
            }
        },
    )
    .of(Unit::Seconds),
    Row::gauge(
        "natconnd_mirror_last_event_timestamp",
        "When the last event was read, seconds since 1970, 0 for never",
        |it| it.counters().last_event.load(Relaxed) as f64 / 1e9,
    )
    .of(Unit::Seconds),
    Row::gauge(
        "natconnd_mirror_receive_buffer",
        "Receive buffer of the event socket",
        |it| it.counters().receive_buffer.load(Relaxed) as f64,
    )
    .of(Unit::Bytes),
    Row::each(
        "natconnd_mirror_receive_buffer_used",
        Kind::Gauge,
        &[],
        "How full the receive buffer is: beyond 1 events are lost",
        |it, out| {
            if let Some(filling) = it.filling {
                let used = f64::from(filling.taken) / f64::from(filling.room.max(1));
                out.level(&[], used);
            }
        },
    )
    .of(Unit::Ratio),
    Row::each(
        "natconnd_mirror_refused_events",
        Kind::Counter,
        &[],
        "Events that found the receive buffer full. With reliable delivery the kernel keeps ends \
         and tells them again, and each attempt counts",
        |it, out| {
            if let Some(filling) = it.filling {
                out.count(&[], filling.refused.into());
            }
        },
    ),
    Row::counter(
        "natconnd_mirror_overruns",
        "Times the kernel reported that it dropped events",
        |it| it.counters().overruns.load(Relaxed),
    ),
    Row::each(
        "natconnd_mirror_gaps",
        Kind::Counter,
        &[CAUSE],
        "Times in which something was missed, the start included",
        |it, out| {
            for (cause, count) in it.mirror.gaps_by_cause() {
                if is_of_mirror(cause) {
                    out.count(&[cause.name()], count);
                }
            }
        },
    ),
    Row::counter(
        "natconnd_mirror_resyncs",
        "Dumps of the kernel's table that were merged",
        |it| it.counters().resyncs.load(Relaxed),
    ),
    Row::counter(
        "natconnd_mirror_failed_resyncs",
        "Dumps of the kernel's table that broke off",
        |it| it.counters().failed_resyncs.load(Relaxed),
    ),
    Row::counter(
        "natconnd_mirror_vanished_translations",
        "Translations whose end was found by a dump, not by an event",
        |it| it.counters().vanished.load(Relaxed),
    ),
    Row::counter(
        "natconnd_mirror_repeated_ends",
        "Ends that the kernel told twice, because another listener was slow",
        |it| it.counters().repeated_ends.load(Relaxed),
    ),
    Row::gauge(
        "natconnd_mirror_dying_connections",
        "Connections that have ended and are kept by the kernel until \
         a listener of events has room for their DESTROY, as far as they were counted",
        |it| it.counters().dying.load(Relaxed) as f64,
    ),
    Row::counter(
        "natconnd_mirror_undecodable_messages",
        "Messages of the kernel that could not be decoded",
        |it| it.counters().undecodable.load(Relaxed),
    ),
    Row::counter(
        "natconnd_mirror_unknown_attributes",
        "Attributes of the kernel that natconnd does not know",
        |it| it.counters().unknown_attributes.load(Relaxed),
    ),
    Row::counter(
        "natconnd_mirror_socket_errors",
        "Errors of the event socket after which it was opened again",
        |it| it.counters().socket_errors.load(Relaxed),
    ),
    Row::counter(
        "natconnd_mirror_faults",
        "Panics of the reader thread, after which it started over",
        |it| it.counters().faults.load(Relaxed),
    ),
    Row::gauge("natconnd_table_translations", "Live translations", |it| {
        it.sizes[0] as f64
    }),
    Row::gauge(
        "natconnd_table_connections",
        "Live connections with a translation",
        |it| it.sizes[1] as f64,
    ),
    Row::gauge(
        "natconnd_table_ended_translations",
        "Ended translations that can still be looked up",
        |it| it.sizes[2] as f64,
    ),
];
