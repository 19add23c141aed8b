//! `/metrics`: what the parts have counted, in OpenMetrics text.
//!
//! Each metric is defined once, in a row of the list of its part: name, labels,
//! meaning and where its values come from. `/metrics` and docs/metrics.md
//! ([`reference`]) are made of the lists. The parts count for themselves and know nothing
//! of this. Nothing here waits for the thread that reads events.

mod health;
mod history;
mod http;
mod ident;
mod kernel;
mod label;
mod lookup;
mod metric;
mod mirror;
mod process;
mod reference;
mod tls;
mod trail;
mod usage;

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::registry::Registry;

use crate::api::Health;
use crate::census::Taker;
use crate::http::Counters;
use crate::mirror::Mirror;
use crate::recorder::Archive;
use crate::tls::ServerTls;

pub use label::{Label, Values};
pub use metric::{Definition, Kind, Metric, Samples, Unit};
pub use reference::{Group, groups, reference};

/// Renders the metrics of the parts that there are, at the time of asking.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
}

impl Default for Metrics {
    /// Those of the process, which there always is.
    fn default() -> Self {
        let metrics = Self {
            registry: Registry::default(),
        };
        let started = process::Started::at_this_moment();
        metrics.with(process::METRICS, move || process::Look::new(started))
    }
}

impl Metrics {
    /// The metrics of the kernel that can be asked.
    #[must_use]
    pub fn with_kernel(self) -> Self {
        let failures = kernel::Failures::default();
        self.with(kernel::METRICS, move || kernel::Look::new(&failures))
    }

    /// The mirror's, too.
    #[must_use]
    pub fn with_mirror(self, mirror: Arc<Mirror>) -> Self {
        self.with(mirror::METRICS, move || {
            mirror::Look::new(Arc::clone(&mirror))
        })
    }

    /// Those of the HTTP face, too, and of the lookups that came over it.
    #[must_use]
    pub fn with_http(self, mirror: Arc<Mirror>, counters: Arc<Counters>) -> Self {
        let lookups = Arc::clone(&counters);
        self.with(lookup::METRICS, move || {
            lookup::Look::new(Arc::clone(&mirror), Arc::clone(&lookups))
        })
        .with(http::METRICS, move || Arc::clone(&counters))
    }

    /// Those of the TLS of these listeners, too.
    #[must_use]
    pub fn with_tls(self, listeners: Vec<(Arc<str>, Arc<ServerTls>)>) -> Self {
        match listeners.is_empty() {
            true => self,
            false => self.with(tls::METRICS, move || tls::Look::new(&listeners)),
        }
    }

    /// Those of history, too, where it is recorded.
    #[must_use]
    pub fn with_history(self, archive: Option<Arc<Archive>>) -> Self {
        let Some(archive) = archive else {
            return self;
        };
        self.with(history::METRICS, move || {
            history::Look::new(Arc::clone(&archive))
        })
    }

    /// What the last census tells, too, and this many hosts by name.
    #[must_use]
    pub fn with_census(self, census: Arc<Taker>, top_hosts: usize) -> Self {
        self.with(usage::METRICS, move || usage::Look::new(&census, top_hosts))
    }

    /// Those of the audit, too.
    #[must_use]
    pub fn with_trail(self, trail: Arc<crate::trail::Trail>) -> Self {
        self.with(trail::METRICS, move || Arc::clone(&trail))
    }

    /// Those of the ident face, too.
    #[must_use]
    pub fn with_ident(self, counters: Arc<crate::ident::Counters>) -> Self {
        self.with(ident::METRICS, move || Arc::clone(&counters))
    }

    /// What the doctor finds, too.
    #[must_use]
    pub fn with_health(self, report: impl Fn() -> Health + Send + Sync + 'static) -> Self {
        self.with(health::METRICS, report)
    }

    /// A part's.
    fn with<T: 'static>(
        mut self,
        metrics: &'static [Metric<T>],
        look: impl Fn() -> T + Send + Sync + 'static,
    ) -> Self {
        let look = Box::new(look);
        let part = Part { metrics, look };
        self.registry.register_collector(Box::new(part));
        self
    }

    /// The text of `/metrics`. Asks the kernel and reads files, so call it where blocking
    /// is allowed.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail, and no part fails on its own.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

/// The metrics of one part, and how to look at it.
struct Part<T: 'static> {
    metrics: &'static [Metric<T>],
    look: Box<dyn Fn() -> T + Send + Sync>,
}

impl<T> fmt::Debug for Part<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Part")
    }
}

impl<T: 'static> Collector for Part<T> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let look = (self.look)();
        let mut metrics = self.metrics.iter();
        metrics.try_for_each(|metric| metric.encode(&look, &mut encoder))
    }
}
