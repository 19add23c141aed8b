//! A line, and what it asks.

use super::question::{Question, Settings};

/// A line, and what it asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// The line as it came, without its line break.
    pub line: Vec<u8>,
    /// The line break; empty at the end of an input, and within a line that is too long.
    pub line_end: Vec<u8>,
    /// What is to be written behind it.
    pub what: What,
}

/// What stands behind a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// Nothing: an empty line, a part of a mail or of a line that is too long.
    Nothing,
    /// The names of the columns.
    Names,
    /// An answer, or why there is no question.
    Answer {
        /// The question, or for people why there is none.
        question: Result<Question, String>,
        /// What must stand before the answer so that it is in its columns.
        filler: String,
    },
}

impl What {
    pub(super) fn error(text: impl Into<String>) -> Self {
        Self::Answer {
            question: Err(text.into()),
            filler: String::new(),
        }
    }

    /// The same, unless it asks about the future, which mostly is a zone that was
    /// assumed.
    pub(super) fn checked(self, settings: &Settings) -> Self {
        let fault = self
            .question()
            .and_then(|question| question.is_too_early(settings));
        match fault {
            Some(fault) => Self::error(fault),
            None => self,
        }
    }

    /// The question, or why there is none, where a line is to be answered.
    pub const fn asked(&self) -> Option<&Result<Question, String>> {
        match self {
            Self::Answer { question, .. } => Some(question),
            Self::Nothing | Self::Names => None,
        }
    }

    /// What is asked, where anything is.
    pub const fn question(&self) -> Option<&Question> {
        match self {
            Self::Answer {
                question: Ok(question),
                ..
            } => Some(question),
            _ => None,
        }
    }
}
