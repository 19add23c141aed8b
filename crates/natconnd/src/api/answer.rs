//! Answers to lookups and lists of the past: rows, and what wraps them.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Coverage, Row};

/// The answer to a lookup.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LookupAnswer {
    /// How many distinct internal hosts fit: `none`, `one` or `several`. Those that
    /// only the tolerance lets in count.
    pub verdict: String,
    /// The translations that fit, live ones first. About the past: those that lived
    /// in the period first, then by distance in time, then the latest.
    pub matches: Vec<LookupMatch>,
    /// Whether there were more than `limit`, or too many to look at all.
    pub cut: bool,
    /// How complete the data behind the answer is.
    pub coverage: Coverage,
    /// The time that was asked about, as it was understood; null for an answer about
    /// this moment.
    pub period: Option<Period>,
    /// Whether history leaves out remote endpoints, so that `remote` could not be
    /// compared: hosts that shared a NAT endpoint are not told apart.
    #[serde(default)]
    pub remote_omitted: bool,
    /// The name of the gateway in history; null for an answer about this moment.
    pub gateway: Option<String>,
}

impl LookupAnswer {
    /// The translations alone.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.matches.iter().map(|found| &found.row)
    }
}

/// A translation that fits a lookup. Reads as its row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LookupMatch {
    /// The translation.
    #[serde(flatten)]
    pub row: Row,
    /// Milliseconds between its life and the period that was asked about, 0 where
    /// they touch; null for an answer about this moment.
    #[schema(example = json!(null))]
    pub distance_ms: Option<u64>,
}

impl Deref for LookupMatch {
    type Target = Row;

    fn deref(&self) -> &Row {
        &self.row
    }
}

impl DerefMut for LookupMatch {
    fn deref_mut(&mut self) -> &mut Row {
        &mut self.row
    }
}

/// The time that was asked about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Period {
    /// Its first moment; null where it is open.
    #[schema(example = "2026-11-23T22:47:00.123Z")]
    pub from: Option<String>,
    /// Its last moment, which is not later than when it was asked.
    #[schema(example = "2026-11-23T22:47:00.123Z")]
    pub to: String,
    /// By how many milliseconds more on both sides a translation fits.
    #[schema(example = 2000)]
    pub tolerance_ms: u64,
}

impl Period {
    /// A period and its tolerance.
    pub fn new(period: model::Period, tolerance: std::time::Duration) -> Self {
        let is_open = period.from == model::Timestamp::MIN;
        Self {
            from: (!is_open).then(|| period.from.to_string()),
            to: period.to.to_string(),
            tolerance_ms: u64::try_from(tolerance.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl From<&model::Answer> for LookupAnswer {
    fn from(answer: &model::Answer) -> Self {
        let found = |found: &model::Match| LookupMatch {
            row: found.into(),
            distance_ms: None,
        };
        Self {
            verdict: answer.verdict.name().to_owned(),
            matches: answer.matches.iter().map(found).collect(),
            cut: answer.is_cut,
            coverage: (&answer.coverage).into(),
            period: None,
            remote_omitted: false,
            gateway: None,
        }
    }
}

/// One page of the records of a period.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RecordsPage {
    /// The translations of this page, in the order in which they began. There may be
    /// fewer than `limit`, or none, where more follow.
    pub records: Vec<Row>,
    /// Give it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
    /// Whether looking was given up before the page was full; it goes on at
    /// `next_cursor`. Where that is null, nobody knows what follows.
    pub cut: bool,
    /// How complete the list is.
    pub coverage: Coverage,
    /// The time that was asked about, as it was understood.
    pub period: Option<Period>,
    /// Whether history leaves out remote endpoints.
    pub remote_omitted: bool,
    /// The name of the gateway in history.
    pub gateway: Option<String>,
}
