//! What is added to each line of many questions.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer beside a line: as columns in CSV, behind tabs in text, as the member
/// `natconnd` in NDJSON.
///
/// `internal_address` and what belongs to it are there only where one host fits: a
/// line that could be of several hosts names all of them as candidates.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct LineAnswer {
    /// The internal host, where just one fits.
    #[schema(value_type = Option<String>, example = "192.168.248.2")]
    pub internal_address: Option<IpAddr>,
    /// Its port; of several connections that of the nearest in time.
    pub internal_port: Option<u16>,
    /// How many distinct internal hosts fit: `none`, `one` or `several`. Null where
    /// nothing could be asked.
    #[schema(example = "one")]
    pub verdict: Option<String>,
    /// How many translations fit, at most `limit`.
    pub matches: Option<usize>,
    /// The internal hosts, where several fit, the nearest in time first.
    #[schema(value_type = Vec<String>)]
    pub candidates: Vec<IpAddr>,
    /// When the nearest translation of the one host began, RFC 3339 in UTC.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// How far its life is from the time that was asked about, in milliseconds: 0
    /// where it lived then.
    pub distance_ms: Option<u64>,
    /// `complete`, or the causes of what may be missing, separated by spaces: those of
    /// gaps, and `cut` where more translations fit than were looked at.
    #[schema(example = "complete")]
    pub coverage: Option<String>,
    /// The question as it was understood: a query of `/api/v1/lookup`.
    #[schema(example = "nat=203.0.113.7:40123&at=2026-11-23T22:47:00.000Z&tolerance=2s")]
    pub question: Option<String>,
    /// What the line did not say of its time and was assumed: `year`, `zone` or both.
    #[schema(example = "zone")]
    pub assumed: Option<String>,
    /// Why nothing could be asked.
    pub error: Option<String>,
}

impl LineAnswer {
    /// The columns' names, in their order.
    pub const COLUMNS: [&str; 12] = [
        "internal_address",
        "internal_port",
        "verdict",
        "matches",
        "candidates",
        "started_at",
        "ended_at",
        "distance_ms",
        "coverage",
        "question",
        "assumed",
        "error",
    ];

    /// The columns' texts; empty where JSON has null. None holds a tab or a line break.
    pub fn cells(&self) -> [String; Self::COLUMNS.len()] {
        fn text<T: ToString>(value: &Option<T>) -> String {
            value.as_ref().map(T::to_string).unwrap_or_default()
        }
        let candidates: Vec<_> = self.candidates.iter().map(IpAddr::to_string).collect();
        let mut cells = [
            text(&self.internal_address),
            text(&self.internal_port),
            text(&self.verdict),
            text(&self.matches),
            candidates.join(" "),
            text(&self.started_at),
            text(&self.ended_at),
            text(&self.distance_ms),
            text(&self.coverage),
            text(&self.question),
            text(&self.assumed),
            text(&self.error),
        ];
        for cell in &mut cells {
            if cell.contains(char::is_control) {
                *cell = cell.replace(char::is_control, " ");
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_names_of_the_members_in_their_order() {
        let json = serde_json::to_string(&LineAnswer::default()).unwrap();
        let places = LineAnswer::COLUMNS.map(|name| json.find(&format!("\"{name}\":")).unwrap());
        assert!(places.is_sorted(), "{json}");
        assert_eq!(json.matches("\":").count(), LineAnswer::COLUMNS.len());
    }

    #[test]
    fn no_cell_can_break_its_line() {
        let answer = LineAnswer {
            error: Some("a\tb\nc".to_owned()),
            candidates: vec![[10, 0, 0, 1].into(), [10, 0, 0, 2].into()],
            ..LineAnswer::default()
        };
        let cells = answer.cells();
        assert_eq!(cells[4], "10.0.0.1 10.0.0.2");
        assert_eq!(cells[11], "a b c");
    }
}
