//! What all readers of events have in common, whoever wrote them.

use std::path::Path;

use anyhow::Result;

use crate::gateway::Gateway;
use crate::process::Process;

/// A kind of program that reads events of the gateway.
pub trait Reader {
    /// Its name in reports.
    fn name(&self) -> &str;

    /// Starts it and waits until it listens.
    fn start(&self, gateway: &Gateway, folder: &Path) -> Result<Box<dyn Running>>;
}

/// A reader at work.
pub trait Running {
    /// The process, for its use of processor and memory.
    fn process(&self) -> &Process;

    /// Ends it and says what it has read.
    fn finish(self: Box<Self>) -> Result<Counted>;
}

/// What a reader says it has read.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Events, NEW and DESTROY.
    pub events: u64,
    /// How often the kernel told it that events were dropped, where it says.
    pub overruns: Option<u64>,
}
