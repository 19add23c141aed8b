//! Where the values of a sample come from.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::{OfHistory, Sample};
use crate::mirror::{Mirror, now};
use crate::recorder::Archive;

/// Where the values of a sample come from.
pub struct Sources {
    /// The live table.
    pub mirror: Arc<Mirror>,
    /// What is kept of the past; `None` where nothing is.
    pub archive: Option<Arc<Archive>>,
    /// How many lookups were answered since the start.
    pub lookups: Box<dyn Fn() -> u64 + Send>,
}

impl Sources {
    /// What they say now. Reads some small files, and how large those of history are.
    pub fn sample(&self) -> Sample {
        let [translations, ..] = self.mirror.sizes();
        let settings = ctnetlink::Settings::read();
        Sample {
            at: now(),
            events: self.mirror.counters.events.load(Relaxed),
            lookups: (self.lookups)(),
            translations,
            kernel_count: settings.count,
            kernel_max: settings.max,
            history: self.archive.as_deref().map(of_history),
        }
    }
}

fn of_history(archive: &Archive) -> OfHistory {
    let status = archive.status();
    OfHistory {
        recorded: archive.recorded.load(Relaxed),
        records: status.sealed_records + status.journal_records,
        bytes: status.bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{Span, start};

    #[test]
    fn the_first_sample_is_taken_at_the_start() {
        let before = now();
        let samples = start(Sources {
            mirror: Arc::new(Mirror::recorded(&[])),
            archive: None,
            lookups: Box::new(|| 7),
        });
        let taken = samples.unwrap().of(Span::Hour);
        let [sample] = taken[..] else {
            panic!("{taken:?}");
        };
        assert!(before <= sample.at && sample.at <= now());
        assert_eq!(sample.lookups, 7);
        assert_eq!(sample.history, None);
    }
}
