//! The listener as a process: this program again, as the subcommand `listener`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::gateway::Gateway;
use crate::listener::Options;
use crate::process::{self, Process};
use crate::tally::Seen;

/// A listener at work.
pub struct Listener(Process);

/// What a listener has seen when it ended.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// Connections told of.
    pub seen: Seen,
    /// How often a read ended with `ENOBUFS`.
    pub overruns: u64,
}

impl Listener {
    /// Starts one and waits until it listens; `name` tells several apart.
    pub fn start(name: &str, options: Options, gateway: &Gateway, folder: &Path) -> Result<Self> {
        let program = std::env::current_exe().context("find this program")?;
        let mut command = Command::new(program);
        command.args(options.to_arguments());
        let place = gateway.namespace();
        let mut process = Process::start(name, &mut command, place, process::CORE, folder)?;
        process.wait_until(Duration::from_secs(10), |process| {
            Ok(process.output()?.starts_with("ready"))
        })?;
        Ok(Self(process))
    }

    /// The process.
    pub fn process(&self) -> &Process {
        &self.0
    }

    /// Ends it and says what it has seen.
    pub fn finish(self) -> Result<Heard> {
        let output = self.0.stop()?;
        let line = output.lines().last().unwrap_or_default();
        let counts: Value = serde_json::from_str(line)
            .with_context(|| format!("read the counts of the listener: {output}"))?;
        let number = |field: &str| {
            counts[field]
                .as_u64()
                .with_context(|| format!("read the counts of the listener: no {field} in {output}"))
        };
        Ok(Heard {
            seen: Seen {
                began: number("began")?,
                began_again: number("began_again")?,
                ended: number("ended")?,
                ended_again: number("ended_again")?,
            },
            overruns: number("overruns")?,
        })
    }
}
