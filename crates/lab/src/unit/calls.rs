//! systemd's sets of system calls.

use std::collections::{BTreeMap, BTreeSet};

use crate::Error;
use crate::command::{command, finish};

/// The sets by their names, which begin with `@`.
#[derive(Debug)]
pub struct Sets(BTreeMap<String, Vec<String>>);

impl Sets {
    /// Asks the systemd that is installed here.
    ///
    /// # Errors
    ///
    /// There is no `systemd-analyze`.
    pub fn ask() -> Result<Self, Error> {
        let text = finish(&mut command(&[
            "systemd-analyze",
            "--no-pager",
            "syscall-filter",
        ]))?;
        Ok(Self::of_text(&text))
    }

    /// Each set is a name, and its members indented below, with remarks among them.
    fn of_text(text: &str) -> Self {
        let mut sets = BTreeMap::<String, Vec<String>>::new();
        let mut name = String::new();
        for line in text.lines() {
            let word = line.trim();
            if word.is_empty() {
                name.clear();
            } else if line.starts_with('@') {
                word.clone_into(&mut name);
            } else if !name.is_empty() && !word.starts_with('#') {
                sets.entry(name.clone()).or_default().push(word.to_owned());
            }
        }
        Self(sets)
    }

    /// The system calls of a word: its own, or those of the set that it names; `None` where
    /// there is no such set.
    pub fn calls(&self, word: &str) -> Option<BTreeSet<String>> {
        if !word.starts_with('@') {
            return Some(BTreeSet::from([word.to_owned()]));
        }
        let members = self.0.get(word)?.iter();
        let calls: Option<Vec<_>> = members.map(|member| self.calls(member)).collect();
        Some(calls?.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
@small
    # few
    one
    two

@large
    # many
    @small
    three

# Unlisted
#    four
";

    #[test]
    fn sets_are_read_with_the_sets_in_them() {
        let sets = Sets::of_text(TEXT);
        let calls = |word: &str| sets.calls(word).map(Vec::from_iter);
        let words = |words: &[&str]| Some(words.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(calls("@large"), words(&["one", "three", "two"]));
        assert_eq!(calls("four"), words(&["four"]));
        assert_eq!(calls("@none"), None);
    }
}
