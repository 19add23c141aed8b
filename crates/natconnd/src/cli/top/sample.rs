//! What natconnd is asked for each picture.

use std::time::Instant;

use super::super::client::Client;
use super::super::error::Error;
use super::super::query::Query;
use crate::api::{HostOrder, Status, Usage};

/// As many of each kind as natconnd knows by name, for the filter to look among.
const TOP: u16 = 1000;

/// One picture: the census and the status, of about the same moment.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Who uses what.
    pub usage: Usage,
    /// How natconnd is doing.
    pub status: Status,
    /// When the status came.
    pub at: Instant,
}

/// How fast things happen, each in a second.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rates {
    /// Events of the kernel.
    pub events: f64,
    /// Translations that began.
    pub began: f64,
    /// Translations that ended.
    pub ended: f64,
}

impl Sample {
    /// Asks for both.
    pub async fn take(client: &Client, order: HostOrder) -> Result<Self, Error> {
        let query = question(TOP, order);
        let json = client.json(&query).await?;
        let usage = client.parse(&query, &json)?;
        let query = Query::new("/api/v1/status");
        let json = client.json(&query).await?;
        Ok(Self {
            usage,
            status: client.parse(&query, &json)?,
            at: Instant::now(),
        })
    }

    /// The rates since a sample before; none where natconnd was started anew.
    pub fn rates_since(&self, before: &Self) -> Option<Rates> {
        let seconds = self.at.checked_duration_since(before.at)?.as_secs_f64();
        if seconds <= 0.0 || self.status.started_at != before.status.started_at {
            return None;
        }
        let rate = |now: u64, then: u64| now.saturating_sub(then) as f64 / seconds;
        let (now, then) = (&self.status, &before.status);
        Some(Rates {
            events: rate(now.events, then.events),
            began: rate(now.changes_started, then.changes_started),
            ended: rate(now.changes_ended, then.changes_ended),
        })
    }
}

/// The question for the census, with hosts in this order.
pub fn question(top: u16, order: HostOrder) -> Query {
    Query::new("/api/v1/usage")
        .with("top", Some(top))
        .with("sort", Some(order.word()))
}
