//! What a segment says about itself.

use model::{Gap, Period, Timestamp};

use crate::gaps;
use crate::milliseconds::NOT_KNOWN;
use crate::rows::Row;

/// The version of the format that is written; older ones are read for ever.
pub(crate) const FORMAT_VERSION: u32 = 1;

/// What a segment says about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Meta {
    /// The first generation of the journal whose records it has.
    pub(crate) first_generation: u64,
    /// The last one; the same unless segments were merged.
    pub(crate) last_generation: u64,
    /// The name of the gateway.
    pub(crate) gateway: String,
    /// What was not known of the time that its records were asked for; nothing where they
    /// are no answer to a question, as in a segment of a journal.
    pub(crate) gaps: Option<Vec<Gap>>,
}

const VERSION: &str = "natconnd.format";
const FIRST: &str = "natconnd.first-generation";
const LAST: &str = "natconnd.last-generation";
const GATEWAY: &str = "natconnd.gateway";
const ORDER: &str = "natconnd.order";
const GAPS: &str = "natconnd.gaps";

impl Meta {
    /// As the file has it.
    pub(super) fn key_values(&self) -> Vec<(&'static str, String)> {
        let mut key_values = vec![
            (VERSION, FORMAT_VERSION.to_string()),
            (FIRST, self.first_generation.to_string()),
            (LAST, self.last_generation.to_string()),
            (GATEWAY, self.gateway.clone()),
            (
                ORDER,
                "nat_address, nat_port <> internal_port, nat_port, started_at".to_owned(),
            ),
        ];
        if let Some(gaps) = &self.gaps {
            let lines: Vec<gaps::Line> = gaps.iter().map(gaps::Line::from).collect();
            // Numbers and words are always something that JSON has.
            let json = serde_json::to_string(&lines).unwrap_or_default();
            key_values.push((GAPS, json));
        }
        key_values
    }

    /// The version of the format, and the rest; nothing where it is not there.
    pub(super) fn read<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Option<(u32, Self)> {
        let meta = Self {
            first_generation: get(FIRST)?.parse().ok()?,
            last_generation: get(LAST)?.parse().ok()?,
            gateway: get(GATEWAY)?.to_owned(),
            gaps: match get(GAPS) {
                Some(json) => Some(read_gaps(json)?),
                None => None,
            },
        };
        Some((get(VERSION)?.parse().ok()?, meta))
    }
}

fn read_gaps(json: &str) -> Option<Vec<Gap>> {
    let lines: Vec<gaps::Line> = serde_json::from_str(json).ok()?;
    Some(lines.iter().map(Gap::from).collect())
}

/// Records of a segment that lived about as long, and in which time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    /// How many.
    pub(crate) records: u64,
    /// From the first start to the last end; open where one is not known.
    pub(crate) period: Period,
}

impl Group {
    /// What is to be said about records.
    pub(super) fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let (mut records, mut from, mut to) = (0, i64::MAX, i64::MIN);
        for row in rows {
            records += 1;
            from = from.min(row.started_at);
            to = to.max(match row.ended_at {
                NOT_KNOWN => i64::MAX,
                ended_at => ended_at,
            });
        }
        Self {
            records,
            period: Period {
                from: Timestamp::of_milliseconds(from),
                to: Timestamp::of_milliseconds(to),
            },
        }
    }
}
