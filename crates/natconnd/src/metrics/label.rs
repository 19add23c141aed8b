//! By what the values of a metric are told apart, and into how many they can fall.

/// A label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub meaning: &'static str,
    /// What it can be.
    pub values: Values,
}

/// What a label can be. Nothing that a client sends becomes a value, so that nobody can
/// make monitoring keep more than it was built for.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// One of these words.
    Words(fn() -> Vec<&'static str>),
    /// The number of one of the machine's processors.
    Processors,
    /// Something that natconnd found; the metric says how many series there are at most.
    Found,
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Words(one), Self::Words(other)) => one() == other(),
            (Self::Processors, Self::Processors) | (Self::Found, Self::Found) => true,
            _ => false,
        }
    }
}

impl Eq for Values {}

impl Values {
    /// The words, where they are known.
    pub fn words(&self) -> Option<Vec<&'static str>> {
        match self {
            Self::Words(words) => Some(words()),
            Self::Processors | Self::Found => None,
        }
    }
}

impl Label {
    /// A label that is one of these words.
    pub const fn words(
        name: &'static str,
        meaning: &'static str,
        words: fn() -> Vec<&'static str>,
    ) -> Self {
        Self {
            name,
            meaning,
            values: Values::Words(words),
        }
    }
}
