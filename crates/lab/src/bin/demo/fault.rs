//! What the demo says when it cannot go on.

use std::fmt;
use std::io;

/// Why the demo ends early, and what to do about it.
#[derive(Debug)]
pub struct Fault {
    message: String,
    hint: Option<String>,
}

impl Fault {
    /// A fault without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    /// Says what the system refused.
    pub fn system(doing: impl fmt::Display, cause: io::Error) -> Self {
        Self::new(format!("{doing}: {cause}"))
    }

    /// Adds what the user can do.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<lab::Error> for Fault {
    fn from(error: lab::Error) -> Self {
        // Its `Debug` is the chain of causes in words.
        Self::new(format!("{error:?}"))
    }
}
