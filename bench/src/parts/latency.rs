//! From a packet until a follower of events knows.
use std::path::Path;
use anyhow::Result;
use crate::arguments::Plan;
use crate::readers::Natconnd;
use crate::report::Report;
/// Measures.
pub fn latency(_: &Plan, _: Option<&Natconnd>, _: &Path, _: &mut Report) -> Result<()> { Ok(()) }
