//! What remotes have asked over ident.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::label::Label;
use super::metric::{Kind, Metric};
use crate::ident::{self, Counters};

const REPLY: Label = Label::words(
    "reply",
    "what was replied, in the words of RFC 1413",
    || ident::Kind::ALL.map(ident::Kind::name).to_vec(),
);

type Row = Metric<Arc<Counters>>;

pub const METRICS: &[Row] = &[
    Row::each(
        "natconnd_ident_replies",
        Kind::Counter,
        &[REPLY],
        "Questions by what was replied",
        |it, out| {
            for (kind, count) in it.replies() {
                out.count(&[kind.name()], count);
            }
        },
    ),
    Row::counter("natconnd_ident_connections", "Connections taken in", |it| {
        it.connections.load(Relaxed)
    }),
    Row::counter(
        "natconnd_ident_refused_connections",
        "Connections closed because the peer is in no network that may ask",
        |it| it.refused.load(Relaxed),
    ),
    Row::counter(
        "natconnd_ident_crowded_connections",
        "Connections closed because the peer had too many",
        |it| it.crowded.load(Relaxed),
    ),
    Row::counter(
        "natconnd_ident_failed_connections",
        "Connections that broke the protocol, ran out of time or went away",
        |it| it.failed.load(Relaxed),
    ),
    Row::counter(
        "natconnd_ident_accept_errors",
        "Failures to take a connection in",
        |it| it.accept_errors.load(Relaxed),
    ),
];
