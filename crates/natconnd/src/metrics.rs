//! `/metrics`: what the parts have counted, in OpenMetrics text.
//!
//! Each metric is defined once, in a row of one of the lists below: name, help
//! and where its value comes from. The parts count for themselves and know
//! nothing of this.

mod recording;
mod usage;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use crate::http;
use crate::mirror::{Mirror, State, now};
use crate::recorder::Archive;

/// Renders the metrics of all parts at the time of asking.
pub struct Metrics {
    registry: Registry,
}

impl Metrics {
    /// Metrics of these parts; of history, where there is one.
    pub fn new(
        mirror: Arc<Mirror>,
        http: Arc<http::Counters>,
        archive: Option<Arc<Archive>>,
    ) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(OfMirror(mirror)));
        registry.register_collector(Box::new(OfHttp(http)));
        if let Some(archive) = archive {
            registry.register_collector(Box::new(recording::OfHistory(archive)));
        }
        Self { registry }
    }

    /// The text of `/metrics`.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail, and no collector fails on its own.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

struct OfMirror(Arc<Mirror>);

struct OfHttp(Arc<http::Counters>);

impl fmt::Debug for OfMirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfMirror")
    }
}

impl fmt::Debug for OfHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfHttp")
    }
}

fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    ConstCounter::new(value).encode(metric)
}

fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    value: f64,
) -> fmt::Result {
    let metric = encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?;
    ConstGauge::new(value).encode(metric)
}

impl Collector for OfMirror {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let counters = &self.0.counters;
        let counted: [(&str, &str, &AtomicU64); 12] = [
            (
                "natconnd_mirror_faults",
                "Panics of the reader thread, after which it started over",
                &counters.faults,
            ),
            (
                "natconnd_lookup_failed_gets",
                "Lookups in which the kernel could not be asked",
                &counters.failed_gets,
            ),
            (
                "natconnd_mirror_events",
                "Events read from the kernel",
                &counters.events,
            ),
            (
                "natconnd_mirror_overruns",
                "Times the kernel reported that it dropped events",
                &counters.overruns,
            ),
            (
                "natconnd_mirror_gaps",
                "Times in which events were missing, the start included",
                &counters.gaps,
            ),
            (
                "natconnd_mirror_resyncs",
                "Dumps of the kernel's table that were merged",
                &counters.resyncs,
            ),
            (
                "natconnd_mirror_failed_resyncs",
                "Dumps of the kernel's table that broke off",
                &counters.failed_resyncs,
            ),
            (
                "natconnd_mirror_vanished_translations",
                "Translations whose end was found by a dump, not by an event",
                &counters.vanished,
            ),
            (
                "natconnd_mirror_repeated_ends",
                "Ends that the kernel told twice, because another listener was slow",
                &counters.repeated_ends,
            ),
            (
                "natconnd_mirror_undecodable_messages",
                "Messages of the kernel that could not be decoded",
                &counters.undecodable,
            ),
            (
                "natconnd_mirror_unknown_attributes",
                "Attributes of the kernel that natconnd does not know",
                &counters.unknown_attributes,
            ),
            (
                "natconnd_mirror_socket_errors",
                "Errors of the event socket after which it was opened again",
                &counters.socket_errors,
            ),
        ];
        for (name, help, value) in counted {
            counter(&mut encoder, name, help, value.load(Relaxed))?;
        }
        let [translations, connections, ended] = self.0.sizes();
        let is_complete = self.0.coverage(now()).is_complete();
        let plain: [(&str, &str, f64); 6] = [
            (
                "natconnd_table_translations",
                "Live translations",
                translations as f64,
            ),
            (
                "natconnd_table_connections",
                "Live connections with a translation",
                connections as f64,
            ),
            (
                "natconnd_table_ended_translations",
                "Ended translations that can still be looked up",
                ended as f64,
            ),
            (
                "natconnd_mirror_complete",
                "1 when nothing is missing from an answer about now, else 0",
                f64::from(is_complete),
            ),
            (
                "natconnd_mirror_ready",
                "1 once the kernel's table has been read, else 0",
                f64::from(self.0.is_ready()),
            ),
            (
                "natconnd_mirror_dying_connections",
                "Connections that have ended and are kept by the kernel until \
                 a listener of events has room for their DESTROY, as far as they were counted",
                counters.dying.load(Relaxed) as f64,
            ),
        ];
        for (name, help, value) in plain {
            gauge(&mut encoder, name, help, None, value)?;
        }
        {
            let mut family = encoder.encode_descriptor(
                "natconnd_mirror_state",
                "1 for what the mirror is doing, 0 for what it is not",
                None,
                MetricType::Gauge,
            )?;
            let current = self.0.condition().state;
            for state in State::ALL {
                let labels = [("state", state.name())];
                let value = ConstGauge::new(f64::from(state == current));
                value.encode(family.encode_family(&labels)?)?;
            }
        }
        gauge(
            &mut encoder,
            "natconnd_mirror_receive_buffer",
            "Receive buffer of the event socket",
            Some(&Unit::Bytes),
            counters.receive_buffer.load(Relaxed) as f64,
        )?;
        gauge(
            &mut encoder,
            "natconnd_mirror_last_event_timestamp",
            "When the last event was read, seconds since 1970, 0 for never",
            Some(&Unit::Seconds),
            counters.last_event.load(Relaxed) as f64 / 1e9,
        )
    }
}

impl Collector for OfHttp {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let counters = &*self.0;
        {
            let mut family = encoder.encode_descriptor(
                "natconnd_http_requests",
                "Requests by endpoint and class of status",
                None,
                MetricType::Counter,
            )?;
            for (route, class, count) in counters.requests().filter(|(.., count)| *count > 0) {
                let labels = [("endpoint", route.name()), ("status", class)];
                ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
            }
        }
        {
            let mut family = encoder.encode_descriptor(
                "natconnd_lookup_answers",
                "Lookups by verdict",
                None,
                MetricType::Counter,
            )?;
            for (verdict, count) in counters.lookups() {
                let labels = [("verdict", verdict.name())];
                ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
            }
        }
        let durations = counters.durations();
        encoder
            .encode_descriptor(
                "natconnd_lookup_duration",
                "How long lookups took, without HTTP",
                Some(&Unit::Seconds),
                MetricType::Histogram,
            )?
            .encode_histogram::<NoLabelSet>(
                durations.sum,
                durations.count,
                &durations.buckets,
                None,
            )?;
        let counted: [(&str, &str, &AtomicU64); 6] = [
            (
                "natconnd_http_connections",
                "Connections taken in",
                &counters.connections_accepted,
            ),
            (
                "natconnd_http_waits",
                "Times a listener paused because max-connections were open",
                &counters.connections_waited,
            ),
            (
                "natconnd_http_failed_connections",
                "Connections that broke the protocol, ran out of time or went away",
                &counters.connections_failed,
            ),
            (
                "natconnd_http_accept_errors",
                "Failures to take a connection in",
                &counters.accept_errors,
            ),
            (
                "natconnd_http_refused_requests",
                "Connections and requests refused by the allow list",
                &counters.refused,
            ),
            (
                "natconnd_http_missed_changes",
                "Changes that slow followers of events missed",
                &counters.changes_missed,
            ),
        ];
        for (name, help, value) in counted {
            counter(&mut encoder, name, help, value.load(Relaxed))?;
        }
        gauge(
            &mut encoder,
            "natconnd_http_open_connections",
            "Connections open now",
            None,
            counters.connections_open.load(Relaxed) as f64,
        )?;
        gauge(
            &mut encoder,
            "natconnd_http_followers",
            "Followers of events connected now",
            None,
            counters.followers_open.load(Relaxed) as f64,
        )
    }
}
