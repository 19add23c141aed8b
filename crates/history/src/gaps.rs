//! The times of which something is missing, as noted by whoever missed it.

use std::io::{self, BufReader};
use std::path::Path;
use std::time::Duration;

use model::{Gap, GapCause, Period, Timestamp};
use serde::{Deserialize, Serialize};

use crate::checked_lines;
use crate::folder::{self, replace};

/// Gaps beyond which the oldest are taken together.
const MOST: usize = 10_000;
/// Gaps of one cause that are no further apart are one.
const NEAR: Duration = Duration::from_secs(1);

/// A gap as it is written down. Milliseconds since 1970; from is cut, to is rounded up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    from: i64,
    to: Option<i64>,
    cause: String,
}

impl From<&Line> for Gap {
    fn from(line: &Line) -> Self {
        Self {
            from: Timestamp::of_milliseconds(line.from),
            to: line.to.map(Timestamp::of_milliseconds),
            // A cause of a later version is some cause all the same.
            cause: GapCause::from_name(&line.cause).unwrap_or(GapCause::Fault),
        }
    }
}

impl From<&Gap> for Line {
    fn from(gap: &Gap) -> Self {
        let gap = whole_milliseconds(*gap);
        Self {
            from: gap.from.milliseconds(),
            to: gap.to.map(Timestamp::milliseconds),
            cause: gap.cause.name().to_owned(),
        }
    }
}

/// Gaps, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    list: Vec<Gap>,
    /// Whether the file does not say everything.
    is_unsaved: bool,
}

impl Gaps {
    /// Reads them, without what is damaged; says how many lines were.
    ///
    /// # Errors
    ///
    /// Where there is a file that cannot be read.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, usize)> {
        let file = match folder::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Written even if there is none: a file that is missing is amiss.
                let none = Self {
                    is_unsaved: true,
                    ..Self::default()
                };
                return Ok((none, 0));
            }
            Err(error) => return Err(error),
        };
        let mut gaps = Self::default();
        let damaged = checked_lines::read(BufReader::new(file), |line: Line| {
            gaps.note((&line).into());
            true
        })?;
        gaps.is_unsaved = damaged > 0;
        Ok((gaps, damaged))
    }

    /// Whether the file does not say everything.
    pub(crate) const fn is_unsaved(&self) -> bool {
        self.is_unsaved
    }

    /// All, for a file.
    pub(crate) fn list(&self) -> Vec<Gap> {
        self.list.clone()
    }

    /// Says that what was listed is in the file.
    pub(crate) fn saved(&mut self, list: &[Gap]) {
        self.is_unsaved = self.list != list;
    }

    /// Adds a gap, or the end of one that lasted.
    pub(crate) fn note(&mut self, gap: Gap) {
        let gap = whole_milliseconds(gap);
        let is_same = |known: &Gap| {
            let apart = |one: &Gap, next: &Gap| match one.to {
                Some(to) => next.from.since(to) > NEAR,
                None => next.from != one.from,
            };
            known.cause == gap.cause && !apart(known, &gap) && !apart(&gap, known)
        };
        self.is_unsaved = true;
        let end = |gap: &Gap| gap.to.unwrap_or(Timestamp::MAX);
        match self.list.iter_mut().find(|known| is_same(known)) {
            // One that lasted ends now, even if it seemed to last longer.
            Some(known) if known.from == gap.from => known.to = gap.to,
            Some(known) => {
                let to = end(known).max(end(&gap));
                known.to = (to != Timestamp::MAX).then_some(to);
                known.from = known.from.min(gap.from);
            }
            None => self.list.push(gap),
        }
        self.sort();
        while self.list.len() > MOST {
            let oldest = self.list.remove(0);
            let next = &mut self.list[0];
            next.from = oldest.from;
            next.to = next.to.and_then(|to| Some(to.max(oldest.to?)));
        }
    }

    /// Has one that was noted begin at an earlier time.
    pub(crate) fn begin_earlier(&mut self, gap: &Gap, from: Timestamp) {
        let gap = whole_milliseconds(*gap);
        if let Some(known) = self.list.iter_mut().find(|known| **known == gap) {
            known.from = Timestamp::of_milliseconds(from.milliseconds());
            self.is_unsaved = true;
            self.sort();
        }
    }

    fn sort(&mut self) {
        let end = |gap: &Gap| gap.to.unwrap_or(Timestamp::MAX);
        self.list.sort_by_key(|gap| (gap.from, end(gap)));
    }

    /// Ends those that lasted when the process before this one ended.
    pub(crate) fn end_all(&mut self, now: Timestamp) {
        for gap in self.list.iter_mut().filter(|gap| gap.to.is_none()) {
            gap.to = Some(now.max(gap.from));
            self.is_unsaved = true;
        }
    }

    /// Forgets those that ended before a time.
    pub(crate) fn forget_before(&mut self, time: Timestamp) {
        let before = self.list.len();
        self.list.retain(|gap| gap.to.is_none_or(|to| to >= time));
        self.is_unsaved |= self.list.len() != before;
    }

    /// Those that touch a period.
    pub(crate) fn within(&self, period: Period) -> impl Iterator<Item = Gap> + '_ {
        let life = |gap: &Gap| Period {
            from: gap.from,
            to: gap.to.unwrap_or(Timestamp::MAX),
        };
        self.list
            .iter()
            .filter(move |gap| life(gap).touches(&period))
            .copied()
    }
}

/// Writes the file of gaps anew.
///
/// # Errors
///
/// Where it cannot be written; the old one is untouched then.
pub(crate) fn save(path: &Path, list: &[Gap]) -> io::Result<()> {
    replace(path, |file| {
        checked_lines::write(file, list.iter().map(Line::from))
    })
}

/// The same gap in whole milliseconds, no shorter than it was.
pub(crate) fn whole_milliseconds(gap: Gap) -> Gap {
    let up = |time: Timestamp| {
        let rest = Duration::from_nanos(999_999);
        Timestamp::of_milliseconds(time.plus(rest).milliseconds())
    };
    Gap {
        from: Timestamp::of_milliseconds(gap.from.milliseconds()),
        to: gap.to.map(up),
        ..gap
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

    #[test]
    fn a_gap_that_lasted_ends() {
        let mut gaps = Gaps::default();
        gaps.note(gap(5, None, GapCause::Socket));
        gaps.note(gap(5, Some(9), GapCause::Socket));
        assert_eq!(gaps.list(), [gap(5, Some(9), GapCause::Socket)]);
    }

    #[test]
    fn gaps_that_nearly_touch_are_one_and_others_are_not() {
        let mut gaps = Gaps::default();
        gaps.note(gap(10_000, Some(11_000), GapCause::Unrecorded));
        gaps.note(gap(11_500, Some(12_000), GapCause::Unrecorded));
        gaps.note(gap(11_500, Some(12_000), GapCause::Dump));
        gaps.note(gap(20_000, Some(30_000), GapCause::Unrecorded));
        let expected = [
            gap(10_000, Some(12_000), GapCause::Unrecorded),
            gap(11_500, Some(12_000), GapCause::Dump),
            gap(20_000, Some(30_000), GapCause::Unrecorded),
        ];
        assert_eq!(gaps.list(), expected);
    }

    #[test]
    fn there_are_never_too_many() {
        let mut gaps = Gaps::default();
        for start in 0..MOST as i64 + 5 {
            let from = start * 10_000;
            gaps.note(gap(from, Some(from + 1), GapCause::ReceiveBuffer));
        }
        assert_eq!(gaps.list().len(), MOST);
        assert_eq!(
            gaps.list()[0],
            gap(0, Some(50_001), GapCause::ReceiveBuffer)
        );
    }

    #[test]
    fn a_gap_is_never_shortened_by_rounding() {
        let exact = Gap {
            from: Timestamp(1_999_999),
            to: Some(Timestamp(3_000_001)),
            cause: GapCause::Fault,
        };
        assert_eq!(whole_milliseconds(exact), gap(1, Some(4), GapCause::Fault));
    }
}
