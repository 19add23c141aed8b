//! Lookups, and what came of them.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use model::Verdict;

use super::label::Label;
use super::metric::{Kind, Metric, Unit};
use crate::http::{Asked, BOUNDS, Counters};
use crate::mirror::Mirror;

/// Where lookups are counted.
pub struct Look {
    mirror: Arc<Mirror>,
    http: Arc<Counters>,
}

impl Look {
    pub const fn new(mirror: Arc<Mirror>, http: Arc<Counters>) -> Self {
        Self { mirror, http }
    }
}

const ASKED: Label = Label::words(
    "asked",
    "`now` and `past` for single questions, `bulk` for a line among many",
    || Asked::ALL.map(Asked::name).to_vec(),
);

const SINGLE: Label = Label::words("asked", "what single questions are about", || {
    [Asked::Now, Asked::Past].map(Asked::name).to_vec()
});

const VERDICT: Label = Label::words("verdict", "how many internal hosts an answer names", || {
    [Verdict::None, Verdict::One, Verdict::Several]
        .map(Verdict::name)
        .to_vec()
});

const DURATIONS: Kind = Kind::Histogram {
    bounds: BOUNDS.len(),
};

type Row = Metric<Look>;

pub const METRICS: &[Row] = &[
    Row::each(
        "natconnd_lookup_answers",
        Kind::Counter,
        &[ASKED, VERDICT],
        "Lookups by what they asked about and verdict",
        |it, out| {
            for (asked, verdict, count) in it.http.lookups() {
                out.count(&[asked.name(), verdict.name()], count);
            }
        },
    ),
    Row::each(
        "natconnd_lookup_duration",
        DURATIONS,
        &[SINGLE],
        "How long single lookups took, without HTTP",
        |it, out| {
            for asked in [Asked::Now, Asked::Past] {
                out.durations(&[asked.name()], &it.http.lookup_durations(asked));
            }
        },
    )
    .of(Unit::Seconds),
    Row::each(
        "natconnd_lookup_batch_duration",
        DURATIONS,
        &[],
        "How long batches of many lines took, without HTTP",
        |it, out| out.durations(&[], &it.http.lookup_durations(Asked::Bulk)),
    )
    .of(Unit::Seconds),
    Row::counter(
        "natconnd_lookup_unasked_lines",
        "Lines among many of which nothing could be asked",
        |it| it.http.unasked_lines.load(Relaxed),
    ),
    Row::counter(
        "natconnd_lookup_not_nat",
        "Clients of proxies whose address no translation had; not among the verdicts",
        |it| it.http.not_nat.load(Relaxed),
    ),
    Row::counter(
        "natconnd_lookup_failed_gets",
        "Lookups in which the kernel could not be asked",
        |it| it.mirror.counters.failed_gets.load(Relaxed),
    ),
];
