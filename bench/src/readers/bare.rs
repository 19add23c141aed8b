//! The floor as a reader: this program again, as the subcommand `floor`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::floor::Settings;
use crate::gateway::Gateway;
use crate::process::{self, Process};
use crate::reader::{Counted, Reader, Running};

/// The bare batched reader.
#[derive(Default)]
pub struct Bare {
    /// How it reads.
    pub settings: Settings,
}

impl Reader for Bare {
    fn name(&self) -> &str {
        "floor"
    }

    fn start(&self, gateway: &Gateway, folder: &Path) -> Result<Box<dyn Running>> {
        let program = std::env::current_exe().context("find this program")?;
        let mut command = Command::new(program);
        command.args(self.settings.to_arguments());
        let place = gateway.namespace();
        let mut process = Process::start(self.name(), &mut command, place, process::CORE, folder)?;
        process.wait_until(Duration::from_secs(10), |process| {
            Ok(process.output()?.starts_with("ready"))
        })?;
        Ok(Box::new(RunningBare(process)))
    }
}

struct RunningBare(Process);

impl Running for RunningBare {
    fn process(&self) -> &Process {
        &self.0
    }

    fn finish(self: Box<Self>) -> Result<Counted> {
        let output = self.0.stop()?;
        let line = output.lines().last().unwrap_or_default();
        let counts: serde_json::Value = serde_json::from_str(line)
            .with_context(|| format!("read the counts of the floor: {output}"))?;
        anyhow::ensure!(
            counts["cut"] == 0,
            "the floor's room for one message is too small"
        );
        let number = |field: &str| counts[field].as_u64().unwrap_or_default();
        Ok(Counted {
            events: number("events"),
            overruns: Some(number("overruns")),
        })
    }
}
