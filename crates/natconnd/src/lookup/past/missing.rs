//! What nobody can know of a period: the gaps of the mirror and of history.

use std::time::Duration;

use model::{Coverage, Gap, GapCause, Lookup, Period, Timestamp};

use super::Moment;
use crate::lookup::Answers;

/// How long the table may be looked at, while it goes on forgetting.
const SCAN: Duration = Duration::from_secs(1);

impl Answers {
    /// What is missing from an answer about a period, for a question; `unread` is what
    /// could not be read for this answer.
    pub(super) fn missing_in(
        &self,
        question: &Lookup,
        period: Period,
        asked: Moment,
        unread: &[Gap],
    ) -> Coverage {
        let mut gaps = unread.to_vec();
        if !self.mirror.filter().covers(question) {
            gaps.push(Gap {
                from: self.started_at,
                to: None,
                cause: GapCause::Filter,
            });
        }
        let of_mirror = self.mirror.gaps();
        match self.history() {
            Some(history) => {
                gaps.extend(both(of_mirror, history.gaps(period)));
                gaps.extend(self.not_recorded_yet(asked));
            }
            None => {
                let kept_since = asked.at.minus(self.mirror.keep_ended());
                gaps.extend(of_mirror);
                gaps.push(Gap {
                    from: Timestamp::MIN,
                    to: Some(kept_since),
                    cause: GapCause::BeyondHistory,
                });
            }
        }
        Coverage::of_gaps(touching(gaps, period))
    }

    /// The gaps of a period, oldest first, whatever is asked about it: those of the
    /// mirror, and those of history where there is one.
    pub fn gaps(&self, period: Period) -> Vec<Gap> {
        let of_mirror = self.mirror.gaps();
        let gaps = match self.history() {
            Some(history) => both(of_mirror, history.gaps(period)),
            None => of_mirror,
        };
        touching(gaps, period)
    }
}

impl Answers {
    /// What the table may have forgotten already, and the recorder did not get to yet.
    fn not_recorded_yet(&self, asked: Moment) -> Option<Gap> {
        let forgotten_until = asked.at.minus(self.mirror.keep_ended()).plus(SCAN);
        (asked.recorded_until < forgotten_until).then_some(Gap {
            from: asked.recorded_until,
            to: None,
            cause: GapCause::Behind,
        })
    }
}

/// What the mirror and history know together. Where history is written, it is what
/// knows when natconnd did not run; all the mirror knows of the time before it is
/// that it had not begun.
fn both(of_mirror: Vec<Gap>, of_history: Vec<Gap>) -> Vec<Gap> {
    let is_about_events = |gap: &Gap| !matches!(gap.cause, GapCause::Stopped | GapCause::KeepEnded);
    let mut gaps: Vec<Gap> = of_mirror.into_iter().filter(is_about_events).collect();
    for gap in of_history {
        // What the mirror knows of the same gap is newer: that it is over.
        if !gaps.iter().any(|known| is_same(known, &gap)) {
            gaps.push(gap);
        }
    }
    gaps
}

fn is_same(left: &Gap, right: &Gap) -> bool {
    left.cause == right.cause && left.from.milliseconds() == right.from.milliseconds()
}

/// Those that touch a period, oldest first.
fn touching(mut gaps: Vec<Gap>, period: Period) -> Vec<Gap> {
    gaps.retain(|gap| matters(gap) && lasted(gap).touches(&period));
    for gap in &mut gaps {
        if gap.cause == GapCause::BeyondHistory {
            // It reaches back for ever, and that is no time to write down.
            gap.from = gap.from.max(period.from).max(Timestamp::default());
        }
    }
    gaps.sort_by_key(|gap| gap.from);
    gaps
}

/// While the first dump is read, the events of that time are read as well: once it
/// is merged nothing of that time is missing.
fn matters(gap: &Gap) -> bool {
    gap.cause != GapCause::Starting || gap.to.is_none()
}

/// The time of a gap. What is beyond the filter of now always was, as far as anybody
/// knows; history knows until when another one held.
fn lasted(gap: &Gap) -> Period {
    if gap.cause == GapCause::Filter && gap.to.is_none() {
        return Period::ALWAYS;
    }
    Period {
        from: gap.from,
        to: gap.to.unwrap_or(Timestamp::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(from: i64, to: Option<i64>, cause: GapCause) -> Gap {
        Gap {
            from: Timestamp::of_milliseconds(from),
            to: to.map(Timestamp::of_milliseconds),
            cause,
        }
    }

    fn period(from: i64, to: i64) -> Period {
        Period {
            from: Timestamp::of_milliseconds(from),
            to: Timestamp::of_milliseconds(to),
        }
    }

    #[test]
    fn only_what_touches_the_period_matters() {
        let before = gap(1, Some(4), GapCause::Socket);
        let within = gap(5, Some(7), GapCause::Dump);
        let lasting = gap(6, None, GapCause::ReceiveBuffer);
        let after = gap(10, None, GapCause::Silence);
        let over = gap(5, Some(6), GapCause::Starting);
        let gaps = vec![lasting, before, after, within, over];
        assert_eq!(touching(gaps, period(5, 9)), [within, lasting]);
    }

    #[test]
    fn what_is_not_tracked_never_was() {
        let filter = gap(100, None, GapCause::Filter);
        assert_eq!(touching(vec![filter], period(5, 9)), [filter]);
    }

    #[test]
    fn the_time_beyond_history_begins_where_the_question_does() {
        let beyond = Gap {
            from: Timestamp::MIN,
            ..gap(0, Some(7), GapCause::BeyondHistory)
        };
        let told = |period| touching(vec![beyond], period);
        assert_eq!(
            told(period(5, 9)),
            [gap(5, Some(7), GapCause::BeyondHistory)]
        );
        assert_eq!(told(period(8, 9)), []);
        let open = Period {
            from: Timestamp::MIN,
            ..period(0, 9)
        };
        assert_eq!(told(open), [gap(0, Some(7), GapCause::BeyondHistory)]);
    }

    #[test]
    fn a_gap_that_both_know_is_told_once_as_the_mirror_knows_it() {
        let closed = Gap {
            from: Timestamp(5_100_000),
            ..gap(0, Some(7), GapCause::Socket)
        };
        let open = gap(5, None, GapCause::Socket);
        let stopped = gap(1, Some(3), GapCause::Stopped);
        let since_boot = gap(-900, Some(3), GapCause::Stopped);
        let kept = gap(-900, Some(3), GapCause::KeepEnded);
        let damaged = gap(5, Some(6), GapCause::Damaged);
        assert_eq!(
            both(vec![since_boot, kept, closed], vec![open, stopped, damaged]),
            [closed, stopped, damaged]
        );
    }
}
