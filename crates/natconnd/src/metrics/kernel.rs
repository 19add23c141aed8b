//! What conntrack counts itself, in natconnd's network namespace.
//!
//! Asked anew for each look, on a socket of its own: some microseconds for each
//! processor. Where the kernel refuses, there are no values, and the refusal is counted.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use ctnetlink::{Statistic, Statistics};
use tracing::debug;

use super::label::{Label, Values};
use super::metric::{Kind, Metric, Samples};

/// How often the kernel has refused.
#[derive(Clone, Debug, Default)]
pub struct Failures(Arc<AtomicU64>);

/// The kernel's numbers at one moment.
pub struct Look {
    statistics: Statistics,
    buckets: Option<u64>,
    failures: u64,
}

impl Look {
    pub fn new(Failures(failures): &Failures) -> Self {
        let statistics = Statistics::read().unwrap_or_else(|error| {
            failures.fetch_add(1, Relaxed);
            let error = format!("{:#}", anyhow::Error::from(error));
            debug!(error, "the kernel's statistics could not be read");
            Statistics::default()
        });
        Self {
            statistics,
            buckets: ctnetlink::Settings::read().buckets,
            failures: failures.load(Relaxed),
        }
    }

    fn each(&self, statistic: Statistic, out: &mut Samples<'_>) {
        for counted in &self.statistics.processors {
            if let Some(count) = counted.count(statistic) {
                let processor = counted.processor.to_string();
                out.count(&[&processor], count.into());
            }
        }
    }
}

const CPU: Label = Label {
    name: "cpu",
    meaning: "the processor that has counted",
    values: Values::Processors,
};

/// A counter that the kernel keeps for each processor.
const fn of_processors(
    name: &'static str,
    meaning: &'static str,
    each: fn(&Look, &mut Samples<'_>),
) -> Metric<Look> {
    Row::each(name, Kind::Counter, &[CPU], meaning, each)
}

fn level(out: &mut Samples<'_>, number: Option<u64>) {
    if let Some(number) = number {
        out.level(&[], number as f64);
    }
}

type Row = Metric<Look>;

pub const METRICS: &[Row] = &[
    Row::each(
        "natconnd_kernel_connections",
        Kind::Gauge,
        &[],
        "Connections in the kernel's table, translated or not (`nf_conntrack_count`)",
        |it, out| level(out, it.statistics.connections.map(u64::from)),
    ),
    Row::each(
        "natconnd_kernel_connections_max",
        Kind::Gauge,
        &[],
        "How many connections the kernel has room for (`nf_conntrack_max`)",
        |it, out| level(out, it.statistics.max_connections.map(u64::from)),
    ),
    Row::each(
        "natconnd_kernel_buckets",
        Kind::Gauge,
        &[],
        "Lists of the kernel's hash table (`nf_conntrack_buckets`)",
        |it, out| level(out, it.buckets),
    ),
    of_processors(
        "natconnd_kernel_found",
        "`found`: times that a tuple was tried for a connection and another one had it",
        |it, out| it.each(Statistic::Found, out),
    ),
    of_processors(
        "natconnd_kernel_invalid",
        "`invalid`: packets that could not be tracked",
        |it, out| it.each(Statistic::Invalid, out),
    ),
    of_processors(
        "natconnd_kernel_insert",
        "`insert`: connections that were inserted on request, not by their first packet",
        |it, out| it.each(Statistic::Insert, out),
    ),
    of_processors(
        "natconnd_kernel_insert_failed",
        "`insert_failed`: connections that were refused because another one has the tuple: no NAT \
         port was free, or two packets raced",
        |it, out| it.each(Statistic::InsertFailed, out),
    ),
    of_processors(
        "natconnd_kernel_drop",
        "`drop`: packets that conntrack dropped, because the table was full or a connection was \
         refused",
        |it, out| it.each(Statistic::Drop, out),
    ),
    of_processors(
        "natconnd_kernel_early_drop",
        "`early_drop`: connections that were forgotten to make room in a full table",
        |it, out| it.each(Statistic::EarlyDrop, out),
    ),
    of_processors(
        "natconnd_kernel_error",
        "`error`: packets with errors in them, and ICMP errors that belong to no connection",
        |it, out| it.each(Statistic::Error, out),
    ),
    of_processors(
        "natconnd_kernel_search_restart",
        "`search_restart`: lookups that began anew because the table changed its size",
        |it, out| it.each(Statistic::SearchRestart, out),
    ),
    of_processors(
        "natconnd_kernel_clash_resolve",
        "`clash_resolve`: packets that raced for a connection and could both go on",
        |it, out| it.each(Statistic::ClashResolve, out),
    ),
    of_processors(
        "natconnd_kernel_chain_too_long",
        "`chaintoolong`: connections that were refused because their list in the hash table was \
         too long",
        |it, out| it.each(Statistic::ChainTooLong, out),
    ),
    Row::counter(
        "natconnd_kernel_failed_reads",
        "Times that the kernel's numbers could not be read; they are absent then",
        |it| it.failures,
    ),
];
