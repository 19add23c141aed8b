//! Marks of headings, as the places that show the same files elsewhere make them.

use std::collections::HashMap;

/// The marks that a document has so far.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    used: HashMap<String, usize>,
}

impl Anchors {
    /// The mark of a heading with these words: small letters, digits, `_` and `-`, which
    /// also stands for each space. The second of the same has `-1` behind it.
    pub(super) fn of(&mut self, words: &str) -> String {
        let plain: String = words
            .trim()
            .chars()
            .flat_map(char::to_lowercase)
            .filter_map(|letter| match letter {
                ' ' => Some('-'),
                '-' | '_' => Some(letter),
                letter => letter.is_alphanumeric().then_some(letter),
            })
            .collect();
        let count = self.used.entry(plain.clone()).or_default();
        *count += 1;
        match *count {
            1 => plain,
            count => format!("{plain}-{}", count - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_those_that_links_in_the_documents_name() {
        let mut anchors = Anchors::default();
        assert_eq!(anchors.of("What to watch"), "what-to-watch");
        assert_eq!(anchors.of("`rmem_max`, and more"), "rmem_max-and-more");
        assert_eq!(anchors.of("What to watch"), "what-to-watch-1");
        assert_eq!(anchors.of("1. Let nginx keep it"), "1-let-nginx-keep-it");
    }
}
