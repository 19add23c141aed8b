//! What is around every page: where one can go, which gateway this is, and whether what
//! is shown is complete.

use model::{Coverage, Timestamp};

use super::assets::Asset;
use super::words;

/// A place in the navigation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    /// Questions.
    Desk,
    /// Connections as they are.
    Live,
    /// Who has which ports.
    Ports,
    /// What ails natconnd.
    Health,
    /// How to use it all.
    Docs,
}

impl Section {
    const ALL: [Self; 5] = [
        Self::Desk,
        Self::Live,
        Self::Ports,
        Self::Health,
        Self::Docs,
    ];

    /// Where it is.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Desk => "/desk",
            Self::Live => "/live",
            Self::Ports => "/ports",
            Self::Health => "/health",
            Self::Docs => "/docs",
        }
    }

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Desk => "Desk",
            Self::Live => "Live",
            Self::Ports => "Ports",
            Self::Health => "Health",
            Self::Docs => "Docs",
        }
    }
}

/// Whether an answer about now would be complete.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    incomplete: Option<String>,
}

impl State {
    /// The class of its badge.
    pub const fn class(&self) -> &'static str {
        match self.incomplete {
            None => "ok",
            Some(_) => "warning",
        }
    }

    /// What the badge says.
    pub const fn name(&self) -> &'static str {
        match self.incomplete {
            None => "complete",
            Some(_) => "incomplete",
        }
    }

    /// The same in a sentence.
    pub fn words(&self) -> &str {
        match &self.incomplete {
            None => "natconnd knows every translated connection of this moment",
            Some(words) => words,
        }
    }
}

/// What is around every page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// The place in the navigation that the page belongs to.
    pub here: Section,
    /// The gateway's name.
    pub gateway: String,
    /// Whether an answer about now would be complete.
    pub state: State,
    /// When the page was made.
    pub made_at: Timestamp,
}

impl Frame {
    /// A frame for a page of `here`; `coverage` is that of this moment.
    pub fn new(here: Section, gateway: &str, coverage: &Coverage, made_at: Timestamp) -> Self {
        let incomplete = coverage.gaps().last().map(words::gap);
        Self {
            here,
            gateway: gateway.to_owned(),
            state: State { incomplete },
            made_at,
        }
    }

    /// All places.
    pub fn sections(&self) -> std::slice::Iter<'static, Section> {
        const ALL: &[Section] = &Section::ALL;
        ALL.iter()
    }

    /// Where the style sheet is.
    pub fn style(&self) -> &'static str {
        Asset::Style.address()
    }

    /// Where the icon is.
    pub fn icon(&self) -> &'static str {
        Asset::Icon.address()
    }

    /// natconnd's version.
    pub const fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// When the page was made, to the second.
    pub fn made_at_words(&self) -> String {
        words::time(self.made_at)
    }
}
