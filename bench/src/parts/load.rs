//! One round under load: a reader, the generator, and the accounts.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::reader::{Reader, Running};
use crate::{subscription, sys};

/// Seconds after which the connections of a round end: short, so that in
/// most of a round as many end as begin.
const UDP_TIMEOUT: u32 = 1;

/// A gateway and its generator, at which readers take turns.
pub struct Stand<'a> {
    gateway: Gateway,
    generator: Generator,
    folder: &'a Path,
}

/// What one round showed.
#[derive(Clone, Debug)]
pub struct Round {
    /// New connections that the gateway forwarded per second.
    pub rate: f64,
    /// Processor time of the reader per event that it read, in nanoseconds.
    pub cpu_per_event: f64,
    /// Share of one core that the reader used during the load.
    pub busy: f64,
    /// Events that must have happened: a NEW and a DESTROY per connection.
    pub expected: u64,
    /// Events that the reader says it has read.
    pub counted: u64,
    /// Events that the kernel says it dropped.
    pub dropped: u64,
    /// How often the reader noticed that.
    pub overruns: Option<u64>,
    /// Connections that lived when the load stopped.
    pub left: u64,
    /// Processor time by thread, where the reader has several.
    pub threads: Vec<(String, Duration)>,
}

impl Round {
    /// Events that did not arrive.
    pub fn lost(&self) -> u64 {
        self.expected.saturating_sub(self.counted)
    }
}

impl<'a> Stand<'a> {
    /// Builds a gateway whose connections end soon.
    pub fn build(folder: &'a Path) -> Result<Self> {
        let gateway = Gateway::build()?;
        gateway.set_udp_timeout(UDP_TIMEOUT)?;
        Ok(Self {
            gateway,
            generator: Generator::new(),
            folder,
        })
    }

    /// Loads the gateway while `reader` reads, or nobody, ends what is left
    /// and waits until the reader has seen to it.
    pub fn round(&mut self, reader: Option<&dyn Reader>, load: Load) -> Result<Round> {
        let running = reader
            .map(|reader| reader.start(&self.gateway, self.folder))
            .transpose()?;
        let (cpu_before, forwarded_before) = (used(&running)?, self.gateway.forwarded()?);
        let sent = self.generator.send(&self.gateway, load)?;
        let cpu_under_load = used(&running)?;
        let forwarded = self.gateway.forwarded()? - forwarded_before;
        let left = self.gateway.connections()?;
        self.gateway.end_all()?;
        let mut threads = Vec::new();
        if let Some(running) = &running {
            running.process().wait_until_idle()?;
            threads = running.process().thread_times()?;
        }
        let cpu = used(&running)? - cpu_before;
        let dropped = subscription::find(&self.gateway)?.map_or(0, |found| found.dropped);
        let counted = running.map(|running| running.finish()).transpose()?;
        let events = counted.map_or(0, |counted| counted.events);
        // A breath for the kernel, which frees what the reader left.
        sys::pause(Duration::from_millis(200))?;
        Ok(Round {
            rate: forwarded as f64 / sent.time.as_secs_f64(),
            cpu_per_event: cpu.as_nanos() as f64 / events as f64,
            busy: (cpu_under_load - cpu_before).as_secs_f64() / sent.time.as_secs_f64(),
            expected: 2 * forwarded,
            counted: events,
            dropped,
            overruns: counted.and_then(|counted| counted.overruns),
            left,
            threads,
        })
    }
}

fn used(running: &Option<Box<dyn Running>>) -> Result<Duration> {
    match running {
        Some(running) => running.process().cpu_time(),
        None => Ok(Duration::ZERO),
    }
}
