//! What natconnd says about itself, with its gaps.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::http::Client;
use crate::moment::Moment;
use crate::readers::Daemon;

/// What natconnd says about itself, as far as abuse is judged by it.
#[derive(Clone, Debug)]
pub struct Condition {
    /// When this process began.
    pub started_at: String,
    /// Whether the kernel's table has been read to the end.
    pub is_ready: bool,
    /// The state of the mirror, in its word.
    pub state: String,
    /// Live connections with a translation.
    pub connections: u64,
    /// Ended translations that can be looked up.
    pub ended: u64,
    /// Ends of translations that this process has told.
    pub changes_ended: u64,
    /// How often the kernel dropped events.
    pub overruns: u64,
    /// The gaps that matter now, oldest first.
    pub gaps: Vec<Gap>,
}

/// A time in which events were lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The last time at which nothing was missing.
    pub from: Moment,
    /// The time from which nothing is missing again; `None` while it lasts.
    pub to: Option<Moment>,
    /// Why, in natconnd's word.
    pub cause: String,
}

impl Condition {
    /// Asks a daemon.
    pub fn of(daemon: &Daemon) -> Result<Self> {
        let mut client = Client::connect_unix(daemon.socket())?;
        let body = client.get("/api/v1/status")?.body;
        let body: Value = serde_json::from_slice(&body).context("read natconnd's status")?;
        Self::read(&body).with_context(|| format!("read natconnd's status: {body}"))
    }

    /// Whether the mirror follows the kernel and no gap is open.
    pub fn is_following(&self) -> bool {
        self.is_ready && self.state == "following" && self.gaps.iter().all(|gap| gap.to.is_some())
    }

    fn read(body: &Value) -> Result<Self> {
        let number = |name: &str| body[name].as_u64().with_context(|| format!("no {name}"));
        let text = |name: &str| {
            let text = body[name].as_str().with_context(|| format!("no {name}"));
            text.map(str::to_owned)
        };
        Ok(Self {
            started_at: text("started_at")?,
            is_ready: body["ready"].as_bool().context("no ready")?,
            state: text("state")?,
            connections: number("connections")?,
            ended: number("ended")?,
            changes_ended: number("changes_ended")?,
            overruns: number("lost")?,
            gaps: gaps(&body["coverage"])?,
        })
    }
}

/// The gaps of an answer's coverage.
pub fn gaps(coverage: &Value) -> Result<Vec<Gap>> {
    let gaps = coverage["gaps"].as_array().context("no coverage.gaps")?;
    let read = |gap: &Value| {
        let to = gap["to"].as_str().map(Moment::parse).transpose()?;
        Ok(Gap {
            from: Moment::parse(gap["from"].as_str().context("no from")?)?,
            to,
            cause: gap["cause"].as_str().context("no cause")?.to_owned(),
        })
    };
    gaps.iter().map(read).collect()
}
