//! An error that tells the operator what to do.

use std::fmt;

/// An error with all its causes, and a line that says how to act on it.
///
/// Displays whole, so it is the last word: what wraps it adds nothing.
#[derive(Debug)]
pub struct Hinted {
    error: anyhow::Error,
    hint: &'static str,
}

impl Hinted {
    /// Adds a hint to an error.
    pub const fn new(error: anyhow::Error, hint: &'static str) -> Self {
        Self { error, hint }
    }
}

impl fmt::Display for Hinted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}\n  hint: {}", self.error, self.hint)
    }
}

impl std::error::Error for Hinted {}
