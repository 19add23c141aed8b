//! Which lines are wanted.

use model::Timestamp;

use crate::line::{Kind, Line, Members, TIME};

/// Which lines are wanted: all that is given must fit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Only what was written at this time or later, to the millisecond.
    pub from: Option<Timestamp>,
    /// Only what was written at this time or earlier, to the millisecond.
    pub to: Option<Timestamp>,
    /// Only requests of this caller.
    pub caller: Option<String>,
    /// Only requests for this case.
    pub case: Option<String>,
    /// Only lines of which a text has this in it; `A` to `Z` are `a` to `z`.
    pub contains: Option<String>,
    /// Only requests, and nothing that is told of the audit itself.
    pub only_requests: bool,
    /// Which come first.
    pub order: Order,
}

/// Which lines come first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Those that were written last.
    #[default]
    NewestFirst,
    /// Those that were written first.
    OldestFirst,
}

impl Wanted {
    /// What a line must have in it as it is written; without it, it need not be read.
    pub(super) fn written(&self) -> Vec<String> {
        let both = [("caller", &self.caller), ("case", &self.case)];
        both.into_iter()
            .filter_map(|(name, text)| {
                let mut members = Members::default();
                members.text(name, text.as_ref()?);
                Some(members.into_json())
            })
            .collect()
    }

    /// Whether a line fits, but for its time.
    pub(super) fn fits(&self, line: &Line) -> bool {
        let is = |wanted: &Option<String>, name| match wanted {
            Some(wanted) => line.text(name) == Some(wanted),
            None => true,
        };
        let has = |words: &String| match line.entry() {
            Some(entry) => entry.contains(words),
            None => contains(&line.json, words),
        };
        (!self.only_requests || line.kind == Kind::Request)
            && is(&self.caller, "caller")
            && is(&self.case, "case")
            && self.contains.as_ref().is_none_or(has)
    }
}

fn contains(text: &str, words: &str) -> bool {
    text.to_ascii_lowercase()
        .contains(&words.to_ascii_lowercase())
}

/// A time as lines have it, whose letters are in the order of the times.
pub(super) fn as_written(time: Timestamp) -> Option<[u8; TIME]> {
    time.to_string().into_bytes().try_into().ok()
}
