//! Whether the kernel believes that its clock is right.

use std::io;
use std::time::Duration;

use crate::sys;

/// How the kernel keeps its clock, as whoever sets it has told it
/// (`adjtimex(2)`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockDiscipline {
    /// Whether something keeps the clock right; the kernel itself gives up on
    /// that when its error may have grown to 16 s.
    pub is_synchronised: bool,
    /// How wrong it may be; grows by 500 µs a second while nobody corrects it.
    pub max_error: Duration,
}

impl ClockDiscipline {
    /// Reads it. Needs no capability.
    ///
    /// # Errors
    ///
    /// The system call is forbidden to this process: some sandboxes cannot tell
    /// reading the clock's discipline from setting the clock.
    pub fn read() -> io::Result<Self> {
        sys::clock_discipline().map(|found| Self::of(&found))
    }

    fn of(found: &libc::timex) -> Self {
        let max_error = u64::try_from(found.maxerror).unwrap_or(u64::MAX);
        Self {
            is_synchronised: found.status & libc::STA_UNSYNC == 0,
            max_error: Duration::from_micros(max_error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_read() {
        let mut found = sys::clock_discipline().unwrap();
        found.maxerror = 1500;
        found.status = libc::STA_PLL | libc::STA_NANO;
        let expected = |is_synchronised| ClockDiscipline {
            is_synchronised,
            max_error: Duration::from_micros(1500),
        };
        assert_eq!(ClockDiscipline::of(&found), expected(true));
        found.status |= libc::STA_UNSYNC;
        assert_eq!(ClockDiscipline::of(&found), expected(false));
    }

    /// The kernel grows the error while nobody corrects the clock, and never
    /// says that it is none.
    #[test]
    fn reading_changes_nothing() {
        let first = ClockDiscipline::read().unwrap();
        let second = ClockDiscipline::read().unwrap();
        assert_eq!(first.is_synchronised, second.is_synchronised);
        assert!(first.max_error > Duration::ZERO);
    }
}
