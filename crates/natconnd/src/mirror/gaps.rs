//! The gaps that are remembered.

use std::collections::VecDeque;

use model::{Gap, GapCause, Timestamp};

/// More gaps than an operator will read; the oldest are forgotten first.
const REMEMBERED: usize = 1000;

/// Gaps in the order in which they were noticed. One at most is open, and it is
/// the last.
#[derive(Debug, Default)]
pub struct Gaps {
    gaps: VecDeque<Gap>,
    opened: u64,
    /// How many were noticed by this process, in the order of [`GapCause::ALL`].
    by_cause: [u64; GapCause::ALL.len()],
}

impl Gaps {
    /// Remembers just these.
    pub fn of(gaps: &[Gap]) -> Self {
        Self {
            gaps: gaps.iter().copied().collect(),
            opened: gaps.len() as u64,
            ..Self::default()
        }
    }

    /// Notes that from `from` on events are missing. A gap that is open already
    /// goes on, unless it is that of the start: that one ends to matter once the
    /// kernel's table is read, and what is lost meanwhile does not.
    pub fn open(&mut self, from: Timestamp, cause: GapCause) {
        if let Some(last) = self.last_if_open() {
            if !is_start(last) || cause == GapCause::Starting {
                return;
            }
            last.to = Some(from.max(last.from));
        }
        self.add(Gap {
            from,
            to: None,
            cause,
        });
    }

    /// Notes that from `to` on nothing is missing; returns the gap that was open.
    pub fn close(&mut self, to: Timestamp) -> Option<Gap> {
        let last = self.last_if_open()?;
        // Before it began, after the clock was set back.
        last.to = Some(to.max(last.from));
        Some(*last)
    }

    /// Notes a gap that is over. One that is open stays open.
    pub fn note(&mut self, from: Timestamp, to: Timestamp, cause: GapCause) {
        let open = self.last_if_open().copied();
        if open.is_some() {
            self.gaps.pop_back();
        }
        self.add(Gap {
            from,
            to: Some(to),
            cause,
        });
        self.gaps.extend(open);
    }

    fn add(&mut self, gap: Gap) {
        if self.gaps.len() >= REMEMBERED {
            self.gaps.pop_front();
        }
        self.opened += 1;
        let causes = GapCause::ALL.into_iter().zip(&mut self.by_cause);
        for (_, count) in causes.filter(|(cause, _)| *cause == gap.cause) {
            *count += 1;
        }
        self.gaps.push_back(gap);
    }

    fn last_if_open(&mut self) -> Option<&mut Gap> {
        self.gaps.back_mut().filter(|last| last.to.is_none())
    }

    /// The gap that lasts, if there is one.
    pub fn lasting(&self) -> Option<Gap> {
        self.gaps.back().copied().filter(|last| last.to.is_none())
    }

    /// How many gaps there have been, forgotten ones included.
    pub const fn opened(&self) -> u64 {
        self.opened
    }

    /// How many gaps this process has noticed, by cause. Those of the process before it
    /// are not counted again.
    pub fn by_cause(&self) -> Vec<(GapCause, u64)> {
        GapCause::ALL.into_iter().zip(self.by_cause).collect()
    }

    /// From when on no gap matters any more; `None` while one lasts, the
    /// beginning of time where there is none.
    pub fn complete_since(&self) -> Option<Timestamp> {
        if self.lasting().is_some() {
            return None;
        }
        let ends = self.gaps.iter().filter(|gap| !is_start(gap));
        let last = ends.filter_map(|gap| gap.to).max();
        Some(last.unwrap_or(Timestamp(i64::MIN)))
    }

    /// The gaps that reach beyond `time`, without a start that is over.
    pub fn mattering_since(&self, time: Timestamp) -> Vec<Gap> {
        let mut gaps = self.since(time);
        gaps.retain(|gap| gap.to.is_none() || !is_start(gap));
        gaps
    }

    /// The gaps that reach beyond `time`.
    pub fn since(&self, time: Timestamp) -> Vec<Gap> {
        self.gaps
            .iter()
            .filter(|gap| gap.to.is_none_or(|to| to > time))
            .copied()
            .collect()
    }
}

/// While the first dump is read, the events of that time are read as well: once
/// it is merged nothing of that time is missing.
fn is_start(gap: &Gap) -> bool {
    gap.cause == GapCause::Starting
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(from: i64, to: Option<i64>, cause: GapCause) -> Gap {
        Gap {
            from: Timestamp(from),
            to: to.map(Timestamp),
            cause,
        }
    }

    #[test]
    fn a_gap_in_a_gap_is_one_gap() {
        let mut gaps = Gaps::default();
        gaps.open(Timestamp(1), GapCause::Socket);
        gaps.open(Timestamp(2), GapCause::ReceiveBuffer);
        assert_eq!(gaps.complete_since(), None);
        gaps.close(Timestamp(3));
        gaps.close(Timestamp(4));
        assert_eq!(
            gaps.since(Timestamp(2)),
            [gap(1, Some(3), GapCause::Socket)]
        );
        assert_eq!(gaps.since(Timestamp(3)), []);
        assert_eq!(gaps.complete_since(), Some(Timestamp(3)));
    }

    #[test]
    fn a_loss_during_the_start_outlasts_the_start() {
        let mut gaps = Gaps::default();
        gaps.open(Timestamp(1), GapCause::Starting);
        gaps.open(Timestamp(2), GapCause::ReceiveBuffer);
        gaps.close(Timestamp(5));
        let lost = gap(2, Some(5), GapCause::ReceiveBuffer);
        assert_eq!(gaps.mattering_since(Timestamp(3)), [lost]);
        assert_eq!(gaps.complete_since(), Some(Timestamp(5)));
    }

    #[test]
    fn what_ended_before_the_start_stays_unknown() {
        let mut gaps = Gaps::default();
        gaps.note(Timestamp(-9), Timestamp(1), GapCause::Stopped);
        gaps.open(Timestamp(1), GapCause::Starting);
        gaps.close(Timestamp(5));
        let stopped = gap(-9, Some(1), GapCause::Stopped);
        assert_eq!(gaps.mattering_since(Timestamp(0)), [stopped]);
        assert_eq!(gaps.mattering_since(Timestamp(2)), []);
        assert_eq!(gaps.complete_since(), Some(Timestamp(1)));
    }

    /// A clock that is set back, while something is lost.
    #[test]
    fn a_gap_that_is_over_leaves_an_open_one_open() {
        let mut gaps = Gaps::default();
        gaps.open(Timestamp(50), GapCause::ReceiveBuffer);
        gaps.note(Timestamp(40), Timestamp(60), GapCause::ClockStep);
        assert_eq!(gaps.lasting(), Some(gap(50, None, GapCause::ReceiveBuffer)));
        gaps.close(Timestamp(45));
        assert_eq!(gaps.complete_since(), Some(Timestamp(60)));
        let lost = gap(50, Some(50), GapCause::ReceiveBuffer);
        let step = gap(40, Some(60), GapCause::ClockStep);
        assert_eq!(gaps.since(Timestamp(0)), [step, lost]);
    }

    #[test]
    fn gaps_are_counted_by_cause_and_taken_over_ones_are_not() {
        let mut gaps = Gaps::of(&[gap(1, Some(2), GapCause::ClockStep)]);
        gaps.note(Timestamp(3), Timestamp(4), GapCause::Silence);
        gaps.note(Timestamp(4), Timestamp(5), GapCause::Silence);
        let counted: Vec<_> = gaps
            .by_cause()
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .collect();
        assert_eq!(counted, [(GapCause::Silence, 2)]);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut gaps = Gaps::default();
        for at in 0..2000 {
            gaps.open(Timestamp(at), GapCause::Socket);
            gaps.close(Timestamp(at + 1));
        }
        let kept = gaps.since(Timestamp(i64::MIN));
        assert_eq!(kept.len(), REMEMBERED);
        assert_eq!(kept[0].from, Timestamp(1000));
    }
}
