//! `conntrack -E` as a reader.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::floor::RECEIVE_BUFFER;
use crate::gateway::Gateway;
use crate::process::{self, Process};
use crate::reader::{Counted, Reader, Running};
use crate::setting::{Changed, DEFAULT_RECEIVE_BUFFER};
use crate::subscription;

/// `conntrack -E` printing to `/dev/null`, the cheapest place there is.
pub struct Conntrack;

impl Reader for Conntrack {
    fn name(&self) -> &str {
        "conntrack -E"
    }

    fn start(&self, gateway: &Gateway, folder: &Path) -> Result<Box<dyn Running>> {
        // The shell only redirects: it becomes conntrack.
        let mut command = Command::new("sh");
        command.args(["-c", "exec conntrack -E -e NEW,DESTROY >/dev/null"]);
        let place = gateway.namespace();
        // conntrack 1.4.7 opens two sockets, and -b enlarges the one that
        // gets no events. The default of new sockets reaches both.
        let _buffer = Changed::to(DEFAULT_RECEIVE_BUFFER, 2 * RECEIVE_BUFFER as u64)?;
        let mut process = Process::start("conntrack", &mut command, place, process::CORE, folder)?;
        process.wait_until(Duration::from_secs(10), |_| {
            Ok(subscription::find(gateway)?.is_some())
        })?;
        Ok(Box::new(RunningConntrack(process)))
    }
}

struct RunningConntrack(Process);

impl Running for RunningConntrack {
    fn process(&self) -> &Process {
        &self.0
    }

    fn finish(self: Box<Self>) -> Result<Counted> {
        // conntrack v1.4.7 (conntrack-tools): 123 flow events have been shown.
        let output = self.0.stop()?;
        let events = output
            .lines()
            .filter(|line| line.contains("have been shown"))
            .filter_map(|line| line.split("): ").nth(1)?.split(' ').next()?.parse().ok())
            .next_back()
            .with_context(|| format!("read how many events conntrack has shown: {output}"))?;
        let overruns = output
            .lines()
            .filter(|line| line.contains("ENOBUFS"))
            .count();
        Ok(Counted {
            events,
            overruns: Some(overruns as u64),
        })
    }
}
