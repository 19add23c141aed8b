//! Connections and requests.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::label::Label;
use super::metric::{Kind, Metric, Unit};
use crate::http::{BOUNDS, Class, Counters, Route, STATUS_CLASSES};

const ENDPOINT: Label = Label::words("endpoint", "what was asked for", || {
    Route::ALL.iter().map(|route| route.name()).collect()
});

const STATUS: Label = Label::words("status", "the class of the HTTP status", || {
    STATUS_CLASSES.to_vec()
});

const CLASS: Label = Label::words(
    "class",
    "endpoints that take about as long: `lookup` is who is behind one endpoint, `list` many \
     lookups, lists and files, `other` what people and monitoring look at",
    || Class::ALL.map(Class::name).to_vec(),
);

type Row = Metric<Arc<Counters>>;

pub const METRICS: &[Row] = &[
    Row::each(
        "natconnd_http_requests",
        Kind::Counter,
        &[ENDPOINT, STATUS],
        "Requests by endpoint and class of status, from the first of them on",
        |it, out| {
            for (route, class, count) in it.requests().filter(|(.., count)| *count > 0) {
                out.count(&[route.name(), class], count);
            }
        },
    ),
    Row::each(
        "natconnd_http_request_duration",
        Kind::Histogram {
            bounds: BOUNDS.len(),
        },
        &[CLASS],
        "How long requests took from their head to the head of the response; not what a long body \
         takes after that, nor `events`",
        |it, out| {
            for (class, durations) in it.request_durations() {
                out.durations(&[class.name()], &durations);
            }
        },
    )
    .of(Unit::Seconds),
    Row::counter("natconnd_http_connections", "Connections taken in", |it| {
        it.connections_accepted.load(Relaxed)
    }),
    Row::gauge(
        "natconnd_http_open_connections",
        "Connections open now",
        |it| it.connections_open.load(Relaxed) as f64,
    ),
    Row::counter(
        "natconnd_http_waits",
        "Times a listener paused because max-connections were open",
        |it| it.connections_waited.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_failed_connections",
        "Connections that broke the protocol, ran out of time or went away",
        |it| it.connections_failed.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_accept_errors",
        "Failures to take a connection in",
        |it| it.accept_errors.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_refused_requests",
        "Connections and requests refused by the allow list",
        |it| it.refused.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_crowded_connections",
        "Connections closed because their caller had too many",
        |it| it.crowded.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_failed_handshakes",
        "Connections over which TLS was not agreed upon",
        |it| it.handshakes_failed.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_unidentified_requests",
        "Requests with a token that is none that is known, or with something else in its place",
        |it| it.unidentified.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_unpermitted_requests",
        "Requests refused because their caller has not the role for any such question",
        |it| it.without_role.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_excessive_requests",
        "Requests refused because their caller had asked too much",
        |it| it.too_many.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_foreign_requests",
        "Requests refused because they asked for another host, or a page of another site made \
         them",
        |it| it.foreign.load(Relaxed),
    ),
    Row::counter(
        "natconnd_http_unreadable_clients",
        "Questions of proxies that could not be read, and were answered without a host",
        |it| it.unreadable_clients.load(Relaxed),
    ),
    Row::gauge(
        "natconnd_http_followers",
        "Followers of events connected now",
        |it| it.followers_open.load(Relaxed) as f64,
    ),
    Row::counter(
        "natconnd_http_missed_changes",
        "Changes that slow followers of events missed",
        |it| it.changes_missed.load(Relaxed),
    ),
];
