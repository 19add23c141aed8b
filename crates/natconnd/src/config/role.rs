//! What a caller may do.

use std::fmt;
use std::str::FromStr;

use super::word::{UnknownWord, alternatives};

/// One kind of question. None includes another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Exact questions: who is, or was, behind this NAT endpoint?
    Lookup,
    /// Lists, hosts and what is going on: everybody's connections.
    Browse,
    /// How natconnd and the gateway fare; no hosts.
    Metrics,
    /// What is held and deleted, and who has asked what.
    Admin,
}

impl Role {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Lookup, Self::Browse, Self::Metrics, Self::Admin];

    /// The word for it in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lookup => "lookup",
            Self::Browse => "browse",
            Self::Metrics => "metrics",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Role {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or_else(|| UnknownWord {
                found: text.to_owned(),
                expected: alternatives(&Self::ALL.map(Self::name)),
            })
    }
}

/// A set of roles.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Roles(u8);

impl Roles {
    /// No role: may ask nothing about connections.
    pub const NONE: Self = Self(0);

    /// Every role.
    pub const ALL: Self = Self::NONE
        .with(Role::Lookup)
        .with(Role::Browse)
        .with(Role::Metrics)
        .with(Role::Admin);

    /// What only looks: all but `admin`.
    pub const LOOKING: Self = Self::NONE
        .with(Role::Lookup)
        .with(Role::Browse)
        .with(Role::Metrics);

    /// The same and this one.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | 1 << role as u8)
    }

    /// Whether this one is among them.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// Whether it has one of the others.
    pub const fn meets(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// One after the other, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL
            .into_iter()
            .filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in() {
        for role in Role::ALL {
            let only = Roles::NONE.with(role);
            assert!(only.iter().eq([role]) && Roles::ALL.contains(role));
            assert_eq!(role.name().parse(), Ok(role));
        }
        assert!(!Roles::LOOKING.contains(Role::Admin));
        assert!(!Roles::LOOKING.meets(Roles::NONE.with(Role::Admin)));
        assert_eq!(Role::ALL.into_iter().collect::<Roles>(), Roles::ALL);
    }

    #[test]
    fn another_word_is_told_which_there_are() {
        let error = "root".parse::<Role>().unwrap_err().to_string();
        assert_eq!(
            error,
            "found \"root\", expected lookup, browse, metrics or admin"
        );
    }
}
