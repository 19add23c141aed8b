//! Until when to look.

use std::time::Instant;

use crate::Effort;

/// Until when to look. Whoever looks asks it so often that it ends on time, whether or
/// not anything is found.
#[derive(Debug)]
pub(crate) struct Deadline {
    until: Option<Instant>,
    /// After how many questions it is over, whatever the time.
    #[cfg(test)]
    left: Option<std::cell::Cell<u32>>,
}

impl Deadline {
    /// From now on, for as long as the effort says.
    pub(crate) fn of(effort: Effort) -> Self {
        let mut deadline = Self::never();
        deadline.until = Instant::now().checked_add(effort.time);
        deadline
    }

    /// Never over.
    pub(crate) const fn never() -> Self {
        Self {
            until: None,
            #[cfg(test)]
            left: None,
        }
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        #[cfg(test)]
        if let Some(left) = &self.left {
            left.set(left.get().saturating_sub(1));
            return left.get() == 0;
        }
        self.until.is_some_and(|until| Instant::now() >= until)
    }
}

#[cfg(test)]
impl Deadline {
    /// Over when it is asked for this many a time, so that a test knows when.
    pub(crate) const fn at_question(number: u32) -> Self {
        Self {
            until: None,
            left: Some(std::cell::Cell::new(number)),
        }
    }
}
