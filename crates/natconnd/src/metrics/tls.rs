//! Certificates of listeners.

use std::sync::Arc;

use super::label::{Label, Values};
use super::metric::{Kind, Metric, Samples, Unit};
use crate::tls::{ServerTls, Status};

/// The most listeners that are told of.
const LISTENERS: usize = 50;

const LISTENER: Label = Label {
    name: "listener",
    meaning: "a listener that speaks TLS, by its name in the configuration",
    values: Values::Found,
};

/// How the TLS of each listener is doing, by the listener's name.
pub struct Look(Vec<(Arc<str>, Status)>);

impl Look {
    pub fn new(listeners: &[(Arc<str>, Arc<ServerTls>)]) -> Self {
        let known = listeners.iter().take(LISTENERS);
        Self(
            known
                .map(|(name, tls)| (Arc::clone(name), tls.status()))
                .collect(),
        )
    }

    fn each(&self, mut write: impl FnMut(&[&str], &Status)) {
        for (name, status) in &self.0 {
            write(&[name], status);
        }
    }

    fn levels(&self, out: &mut Samples<'_>, level: fn(&Status) -> f64) {
        self.each(|name, status| out.level(name, level(status)));
    }

    fn counts(&self, out: &mut Samples<'_>, count: fn(&Status) -> u64) {
        self.each(|name, status| out.count(name, count(status)));
    }
}

type Row = Metric<Look>;

pub const METRICS: &[Row] = &[
    Row::each(
        "natconnd_tls_certificate_end_timestamp",
        Kind::Gauge,
        &[LISTENER],
        "When the certificate in use ends, seconds since 1970",
        |it, out| it.levels(out, |status| status.validity.not_after.0 as f64 / 1e9),
    )
    .of(Unit::Seconds)
    .at_most(LISTENERS),
    Row::each(
        "natconnd_tls_stale",
        Kind::Gauge,
        &[LISTENER],
        "1 where the files are of no use as they are now, so that those before them are in use, \
         else 0",
        |it, out| it.levels(out, |status| f64::from(u8::from(status.refused.is_some()))),
    )
    .at_most(LISTENERS),
    Row::each(
        "natconnd_tls_reloads",
        Kind::Counter,
        &[LISTENER],
        "Times that other files were taken over",
        |it, out| it.counts(out, |status| status.reloads),
    )
    .at_most(LISTENERS),
    Row::each(
        "natconnd_tls_refused_reloads",
        Kind::Counter,
        &[LISTENER],
        "Times that other files were found and of no use",
        |it, out| it.counts(out, |status| status.reloads_refused),
    )
    .at_most(LISTENERS),
];
