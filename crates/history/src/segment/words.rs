//! The words that columns have, and what they stand for.

use model::{EndEvidence, TimeSource, TranslationKind, ZoneScope};

const SOURCES: [TimeSource; 3] = [
    TimeSource::Kernel,
    TimeSource::Received,
    TimeSource::Estimated,
];

const SCOPES: [ZoneScope; 3] = [ZoneScope::Both, ZoneScope::Original, ZoneScope::Reply];

/// Something that has a word in a column.
pub(super) trait Word: Copy + PartialEq + 'static {
    /// All there are, in the order of their numbers.
    const ALL: &'static [Self];

    /// The word.
    fn word(self) -> &'static str;

    /// Its number.
    fn number(self) -> u64 {
        let place = Self::ALL.iter().position(|other| *other == self);
        place.unwrap_or_default() as u64
    }

    /// The one of this word.
    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.word() == word)
    }

    /// The word of this number.
    fn word_of(number: u64) -> &'static str {
        let one = usize::try_from(number)
            .ok()
            .and_then(|number| Self::ALL.get(number));
        one.map_or("", |one| one.word())
    }
}

impl Word for TranslationKind {
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Word for EndEvidence {
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Word for TimeSource {
    const ALL: &'static [Self] = &SOURCES;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Word for ZoneScope {
    const ALL: &'static [Self] = &SCOPES;

    fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Original => "original",
            Self::Reply => "reply",
        }
    }
}
