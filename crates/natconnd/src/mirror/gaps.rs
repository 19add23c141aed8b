//! The gaps that are remembered.

use std::collections::VecDeque;

use model::{Gap, GapCause, Timestamp};

/// More gaps than an operator will read; the oldest are forgotten first.
const REMEMBERED: usize = 1000;

/// Gaps, oldest first; only the last may still be open.
#[derive(Debug, Default)]
pub struct Gaps {
    gaps: VecDeque<Gap>,
    opened: u64,
}

impl Gaps {
    /// Remembers just these.
    pub fn of(gaps: &[Gap]) -> Self {
        Self {
            gaps: gaps.iter().copied().collect(),
            opened: gaps.len() as u64,
        }
    }

    /// Notes that from `from` on events are missing. A gap that is open already
    /// goes on, unless it is that of the start: that one ends to matter once the
    /// kernel's table is read, and what is lost meanwhile does not.
    pub fn open(&mut self, from: Timestamp, cause: GapCause) {
        if let Some(last) = self.gaps.back_mut().filter(|last| last.to.is_none()) {
            if !is_start(last) || cause == GapCause::Starting {
                return;
            }
            last.to = Some(from.max(last.from));
        }
        if self.gaps.len() == REMEMBERED {
            self.gaps.pop_front();
        }
        self.opened += 1;
        self.gaps.push_back(Gap {
            from,
            to: None,
            cause,
        });
    }

    /// Notes that from `to` on nothing is missing.
    pub fn close(&mut self, to: Timestamp) {
        if let Some(last) = self.gaps.back_mut().filter(|last| last.to.is_none()) {
            last.to = Some(to);
        }
    }

    /// The cause of the gap that lasts, if there is one.
    pub fn open_cause(&self) -> Option<GapCause> {
        let last = self.gaps.back()?;
        last.to.is_none().then_some(last.cause)
    }

    /// How many gaps there have been, forgotten ones included.
    pub const fn opened(&self) -> u64 {
        self.opened
    }

    /// The end of the last gap that matters once it is closed.
    pub fn matters_until(&self) -> Option<Timestamp> {
        let closed = self.gaps.iter().rev().filter(|gap| !is_start(gap));
        closed.filter_map(|gap| gap.to).next()
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

fn is_start(gap: &Gap) -> bool {
    gap.cause == GapCause::Starting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_in_a_gap_is_one_gap() {
        let mut gaps = Gaps::default();
        gaps.open(Timestamp(1), GapCause::Socket);
        gaps.open(Timestamp(2), GapCause::ReceiveBuffer);
        gaps.close(Timestamp(3));
        gaps.close(Timestamp(4));
        let gap = Gap {
            from: Timestamp(1),
            to: Some(Timestamp(3)),
            cause: GapCause::Socket,
        };
        assert_eq!(gaps.since(Timestamp(2)), [gap]);
        assert_eq!(gaps.since(Timestamp(3)), []);
    }

    #[test]
    fn a_loss_during_the_start_outlasts_the_start() {
        let mut gaps = Gaps::default();
        gaps.open(Timestamp(1), GapCause::Starting);
        gaps.open(Timestamp(2), GapCause::ReceiveBuffer);
        gaps.close(Timestamp(5));
        let lost = Gap {
            from: Timestamp(2),
            to: Some(Timestamp(5)),
            cause: GapCause::ReceiveBuffer,
        };
        assert_eq!(gaps.mattering_since(Timestamp(3)), [lost]);
        assert_eq!(gaps.matters_until(), Some(Timestamp(5)));
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
