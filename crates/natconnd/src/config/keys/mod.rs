//! Every key, defined once.
//!
//! Reader, writer, reference, example file and the list of what SIGHUP can
//! change all walk [`SECTIONS`]; a key that is added to a section is in all of
//! them. The keys of a section whose name the operator chooses
//! (`[listener.NAME]`) are defined once for all names.

mod audit;
mod caller;
mod history;
mod http;
mod ident;
mod listener;
mod track;

use super::Config;
use super::form::{Fault, Found, HostCount, Key as KeyNameForm, Level, One, Optional};

/// One key: what it means, and how it gets into a [`Config`] and out again.
pub(super) struct Key {
    /// Section and name: `track.filter.kind`, `listener.NAME.listen`.
    pub path: &'static str,
    /// What the reference calls its values.
    pub shape: fn() -> String,
    /// Reads a value into the configuration's section of this name.
    pub read: fn(&mut Config, &str, &Found<'_>) -> Result<(), Vec<Fault>>,
    /// Writes the value that it has in the section of this name, `None` where it is not
    /// set. A section that is not there has the default values.
    pub write: fn(&Config, &str) -> Option<String>,
    /// A value that could stand there, for keys that are not set by default.
    pub example: &'static str,
    /// Whether SIGHUP can change it in a running daemon.
    pub is_live: bool,
    /// What it is for, in whole sentences.
    pub meaning: &'static str,
}

impl Key {
    /// Its name within the section: `kind`.
    pub fn name(&self) -> &'static str {
        self.path
            .rsplit_once('.')
            .map_or(self.path, |(_, name)| name)
    }
}

/// A section, or one for each name that the operator chooses.
pub(super) struct Section {
    /// Its name, as it stands in brackets; ends in [`NAME`] where that is to be chosen.
    pub path: &'static str,
    /// What it is for, in whole sentences.
    pub meaning: &'static str,
    /// What can stand in it.
    pub keys: &'static [Key],
    /// What there is to know of names, `None` where it has no other than its own.
    pub named: Option<Named>,
}

/// What stands in a path for the name that the operator chooses.
pub(super) const NAME: &str = "NAME";

/// A section of which there can be many.
pub(super) struct Named {
    /// The names that a configuration has.
    pub names: fn(&Config) -> Vec<&str>,
    /// Adds one of this name to a configuration, with the default values.
    pub add: fn(&mut Config, &str),
    /// A name that could be chosen.
    pub example: &'static str,
    /// Names that cannot be chosen, and what has them.
    pub taken: &'static [(&'static str, &'static str)],
}

impl Named {
    /// How long a name may be.
    const LONGEST: usize = 64;

    /// Why this name cannot be chosen.
    pub fn objection(&self, name: &str) -> Option<String> {
        if let Some((_, of)) = self.taken.iter().find(|(taken, _)| *taken == name) {
            return Some(format!("this name is that of {of}"));
        }
        let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let is_name = (1..=Self::LONGEST).contains(&name.len()) && name.bytes().all(is_fit);
        (!is_name).then(|| {
            format!(
                "found the name {name:?}, expected at most {} letters, digits, - and _",
                Self::LONGEST
            )
        })
    }
}

impl Section {
    /// What stands before the name to be chosen: `listener` of `listener.NAME`.
    pub fn head(&self) -> &'static str {
        self.path.strip_suffix(".NAME").unwrap_or(self.path)
    }

    /// What stands in brackets for the section of this name.
    pub fn path_of(&self, name: &str) -> String {
        match self.named {
            Some(_) => format!("{}.{name}", self.head()),
            None => self.path.to_owned(),
        }
    }

    /// The names of those that a configuration has: one without a name, or any number.
    pub fn names<'c>(&self, config: &'c Config) -> Vec<&'c str> {
        match &self.named {
            Some(named) => (named.names)(config),
            None => vec![""],
        }
    }

    /// The paths of what differs between two configurations and needs a restart. A section
    /// that only one of them has stands for its keys.
    pub fn changes_needing_restart(&self, old: &Config, new: &Config) -> Vec<String> {
        let (before, after) = (self.names(old), self.names(new));
        let mut names = [&*before, &*after].concat();
        names.sort_unstable();
        names.dedup();
        let mut changes = Vec::new();
        let fixed = || self.keys.iter().filter(|key| !key.is_live);
        for name in names {
            let is_in_both = before.contains(&name) && after.contains(&name);
            if is_in_both {
                let changed =
                    fixed().filter(|key| (key.write)(old, name) != (key.write)(new, name));
                changes.extend(changed.map(|key| join(&self.path_of(name), key.name())));
            } else if fixed().next().is_some() {
                changes.push(self.path_of(name));
            }
        }
        changes
    }
}

/// The three functions of a key: its field of [`Config`] in its form.
macro_rules! key {
    (
        $path:literal, $form:ty, $($field:tt).+,
        live: $live:literal, $(example: $example:literal,)? $meaning:literal
    ) => {
        $crate::config::keys::Key {
            path: $path,
            shape: <$form as $crate::config::form::Occurrence>::shape,
            read: |config, _, found| {
                config.$($field).+ = <$form as $crate::config::form::Occurrence>::read(found)?;
                Ok(())
            },
            write: |config, _| {
                <$form as $crate::config::form::Occurrence>::write(&config.$($field).+)
            },
            example: concat!("" $(, $example)?),
            is_live: $live,
            meaning: $meaning,
        }
    };
}

/// The same for a field of what [`Config`] has for each name.
macro_rules! named_key {
    (
        $path:literal, $form:ty, $all:ident[NAME].$($field:tt).+,
        live: $live:literal, $(example: $example:literal,)? $meaning:literal
    ) => {
        $crate::config::keys::Key {
            path: $path,
            shape: <$form as $crate::config::form::Occurrence>::shape,
            read: |config, name, found| {
                let value = <$form as $crate::config::form::Occurrence>::read(found)?;
                config.$all.entry(name.to_owned()).or_default().$($field).+ = value;
                Ok(())
            },
            write: |config, name| {
                let default = Default::default();
                let one = config.$all.get(name).unwrap_or(&default);
                <$form as $crate::config::form::Occurrence>::write(&one.$($field).+)
            },
            example: concat!("" $(, $example)?),
            is_live: $live,
            meaning: $meaning,
        }
    };
}

use {key, named_key};

/// The sections, in the order of the reference.
pub(super) const SECTIONS: &[Section] = &[
    http::SECTION,
    listener::SECTION,
    caller::SECTION,
    audit::SECTION,
    track::SECTION,
    track::FILTER,
    history::SECTION,
    METRICS,
    ident::SECTION,
    LOG,
    PYNATCONND,
];

const METRICS: Section = Section {
    path: "metrics",
    meaning: "What `/metrics` tells beyond the usual.",
    keys: &[key!(
        "metrics.top-hosts", One<HostCount>, metrics.top_hosts, live: false,
        "How many hosts `/metrics` lists with their address, those with the most connections. \
         None by default: each host is a time series for whoever collects them, and \
         says who is on line."
    )],
    named: None,
};

const LOG: Section = Section {
    path: "log",
    meaning: "What the daemon says about its own doings.",
    keys: &[key!(
        "log.level", One<Level>, log.level, live: true,
        "The least important messages that are still written."
    )],
    named: None,
};

const PYNATCONND: Section = Section {
    path: "pynatconnd",
    meaning: "The URLs of pynatconnd: /KEY-NAME/VALUE, /debug and /nagios.",
    keys: &[key!(
        "pynatconnd.key-name", Optional<KeyNameForm>, pynatconnd.key_name, live: false,
        example: "\"nat_port\"",
        "What /KEY-NAME/VALUE looks up, in pynatconnd's words. The URLs are off where it is \
         left out."
    )],
    named: None,
};

/// A section's path, or the root's, and a name in it.
pub(super) fn join(section: &str, name: &str) -> String {
    match section {
        "" => name.to_owned(),
        section => format!("{section}.{name}"),
    }
}

/// The section with this path; that of names that are to be chosen by `listener.NAME`.
pub(super) fn section(path: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.path == path)
}

/// The key with this section and name.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    every_key().find(|key| key.path == path)
}

/// All keys, section by section.
pub(super) fn every_key() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|section| section.keys)
}

/// Whether a section has this name, or names are chosen in it.
pub(super) fn is_section(path: &str) -> bool {
    SECTIONS
        .iter()
        .any(|section| section.path == path || section.head() == path)
}

/// Whether this is the path of a section as a file can have it.
pub(super) fn can_be_section(path: &str) -> bool {
    is_section(path)
        || SECTIONS.iter().any(|section| {
            let rest = path.strip_prefix(section.head());
            section.named.is_some() && rest.is_some_and(|rest| rest.starts_with('.'))
        })
}

/// The names that can stand directly in a section, or in the root: sections and keys.
pub(super) fn names_in(path: &str) -> Vec<&'static str> {
    let sections = SECTIONS.iter().filter_map(|section| match path {
        "" => (!section.head().contains('.')).then_some(section.head()),
        path => section.head().strip_prefix(path)?.strip_prefix('.'),
    });
    let keys = section(path).map_or(&[][..], |section| section.keys);
    sections.chain(keys.iter().map(Key::name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_in_its_section() {
        for section in SECTIONS {
            assert!(!section.keys.is_empty(), "{}", section.path);
            assert_eq!(section.named.is_some(), section.path.ends_with(NAME));
            for key in section.keys {
                assert_eq!(key.path, join(section.path, key.name()));
            }
        }
    }

    #[test]
    fn keys_that_are_not_set_by_default_have_an_example() {
        for section in SECTIONS {
            for key in section.keys {
                let is_set = (key.write)(&Config::default(), NAME).is_some();
                let has_example = !key.example.is_empty();
                assert!(is_set || has_example, "{}", key.path);
                // There is no default that would do for whatever has a name.
                let may_have = !is_set || section.named.is_some();
                assert!(may_have || !has_example, "{}", key.path);
            }
        }
    }
}
