//! Gaps on a strip and in words.

use model::{Gap, GapCause, Period, Timestamp};

use crate::amounts;
use crate::samples::Span;
use crate::web::charts::{Mark, Strip, Tone};
use crate::web::words;

/// How many gaps are told in words.
pub(super) const TOLD: usize = 10;

/// The gaps of a period on a strip.
pub(super) fn strip(gaps: &[Gap], span: Span, period: Period) -> Strip {
    let marks: Vec<Mark> = gaps.iter().map(|gap| mark(gap, period)).collect();
    let count = amounts::count(gaps.len() as u64, "gap");
    let title = format!("{count} in the last {}", span.name());
    Strip::new(&title, period, &marks)
}

/// The latest gaps in words, the latest first.
pub(super) fn latest(gaps: &[Gap]) -> Vec<String> {
    gaps.iter().rev().take(TOLD).map(words::gap).collect()
}

fn mark(gap: &Gap, period: Period) -> Mark {
    let tone = match gap.cause {
        // Nobody looked, as was wanted or cannot be helped.
        GapCause::Stopped
        | GapCause::Starting
        | GapCause::Suspended
        | GapCause::KeepEnded
        | GapCause::Filter
        | GapCause::BeyondHistory => Tone::Absent,
        _ => Tone::Lost,
    };
    let from = gap.from.max(Timestamp::default());
    Mark {
        period: Period {
            from,
            to: gap.to.unwrap_or(period.to).max(from),
        },
        tone,
        words: words::gap(gap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_that_lasts_reaches_to_the_end() {
        let period = Period {
            from: Timestamp(10),
            to: Timestamp(20),
        };
        let gap = |to: Option<i64>, cause| Gap {
            from: Timestamp(12),
            to: to.map(Timestamp),
            cause,
        };
        let lasting = mark(&gap(None, GapCause::Silence), period);
        assert_eq!(lasting.period.to, period.to);
        assert_eq!(lasting.tone, Tone::Lost);
        let over = mark(&gap(Some(15), GapCause::Stopped), period);
        assert_eq!(over.period.to, Timestamp(15));
        assert_eq!(over.tone, Tone::Absent);
    }
}
