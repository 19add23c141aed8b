//! natconnd's own format: TOML, walked so that every mistake is found.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{self, Written};
use super::form::{Fault, Found, Shown};
use super::keys::{self, NAME, Section, join};
use super::nearest::nearest;
use super::secret::without_tokens;
use super::{Accounts, Config, Position, Remark};

/// Reads a configuration, or finds all its mistakes in the order of the lines.
pub(super) fn read(text: &str, path: &Path, accounts: &Accounts) -> Result<Config, Vec<Remark>> {
    let mut reader = Reader {
        text,
        path,
        accounts,
        config: Config::default(),
        spans: HashMap::new(),
        faulty: HashSet::new(),
        mistakes: Vec::new(),
    };
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        reader.read_section(&Place::ROOT, document.get_ref());
        reader.check_across_keys();
    } else {
        reader.add_syntax_errors(&errors);
    }
    reader.mistakes.sort_by_key(|mistake| mistake.position);
    if reader.mistakes.is_empty() {
        Ok(reader.config)
    } else {
        Err(reader.mistakes)
    }
}

struct Reader<'t> {
    text: &'t str,
    path: &'t Path,
    accounts: &'t Accounts,
    config: Config,
    /// Where the value of each key that was given stands, and each name that was chosen.
    spans: HashMap<String, Range<usize>>,
    /// The keys of which a mistake has been told.
    faulty: HashSet<String>,
    mistakes: Vec<Remark>,
}

/// A section that is being read.
struct Place<'n> {
    /// Its path as it is defined: `listener.NAME`.
    defined: String,
    /// Its path as it is written: `listener.desk`.
    written: String,
    /// The name that was chosen, `desk`; empty where there is none to choose.
    name: &'n str,
}

impl Place<'_> {
    const ROOT: Place<'static> = Place {
        defined: String::new(),
        written: String::new(),
        name: "",
    };

    /// The paths of something in it, as they are defined and written.
    fn of(&self, name: &str) -> (String, String) {
        (join(&self.defined, name), join(&self.written, name))
    }
}

impl Reader<'_> {
    fn add(&mut self, key: &str, fault: Fault) {
        self.mistakes.push(Remark {
            path: self.path.to_owned(),
            position: Some(Position::of(self.text, fault.span.start)),
            key: without_tokens(key),
            cause: without_tokens(&fault.cause),
            hint: fault.hint.as_deref().map(without_tokens),
        });
    }

    fn read_section(&mut self, place: &Place<'_>, table: &DeTable<'_>) {
        let named = keys::section(&join(&place.defined, NAME));
        for (name, found) in table {
            let (defined, written) = place.of(name.get_ref());
            // A quoted name with a dot is no path.
            let is_path = !name.get_ref().contains('.');
            if let Some(section) = named {
                self.spans.insert(written, name.span());
                self.read_named(section, name, found);
            } else if let Some(key) = keys::find(&defined).filter(|_| is_path) {
                self.spans.insert(written.clone(), found.span());
                let found = Found::new(found, self.accounts);
                for fault in (key.read)(&mut self.config, place.name, &found)
                    .err()
                    .unwrap_or_default()
                {
                    self.faulty.insert(written.clone());
                    self.add(&written, fault);
                }
            } else if keys::is_section(&defined) && is_path {
                let inner = Place {
                    defined,
                    written,
                    name: place.name,
                };
                self.read_value_of_section(&inner, found);
            } else {
                let is_section = found.get_ref().is_table();
                let fault = unknown(&place.defined, name.get_ref(), is_section, name.span());
                self.add(&written, fault);
            }
        }
    }

    /// A section whose name the operator has chosen.
    fn read_named(
        &mut self,
        section: &Section,
        name: &Spanned<Cow<'_, str>>,
        found: &Spanned<DeValue<'_>>,
    ) {
        let place = Place {
            defined: section.path.to_owned(),
            written: section.path_of(name.get_ref()),
            name: name.get_ref(),
        };
        let is_key = keys::find(&join(section.path, place.name)).is_some();
        if is_key && !found.get_ref().is_table() {
            let cause = "found a key, expected a section";
            let fault = Fault {
                span: name.span(),
                cause: cause.to_owned(),
                hint: Some(format!(
                    "write [{}], its keys on the lines below; {NAME} is yours to choose",
                    section.path
                )),
            };
            self.add(&place.written, fault);
            return;
        }
        if let Some(named) = &section.named {
            if found.get_ref().is_table() {
                (named.add)(&mut self.config, place.name);
            }
            if let Some(cause) = named.objection(place.name) {
                let fault = Fault {
                    span: name.span(),
                    cause,
                    hint: Some(format!(
                        "take another name, such as [{}]",
                        section.path_of(named.example)
                    )),
                };
                self.add(&place.written, fault);
            }
        }
        self.read_value_of_section(&place, found);
    }

    fn read_value_of_section(&mut self, place: &Place<'_>, found: &Spanned<DeValue<'_>>) {
        match found.get_ref() {
            DeValue::Table(table) => self.read_section(place, table),
            other => {
                // What is to be chosen is still to be written.
                let is_head = keys::section(&join(&place.defined, NAME)).is_some();
                let header = match is_head {
                    true => join(&place.written, NAME),
                    false => place.written.clone(),
                };
                let fault = Fault {
                    span: found.span(),
                    cause: format!("found {}, expected a section", Shown(other)),
                    hint: Some(format!("write [{header}], its keys on the lines below")),
                };
                self.add(&place.written, fault);
            }
        }
    }

    /// What no single key can know.
    fn check_across_keys(&mut self) {
        let written = Written {
            config: &self.config,
            is_given: &|key| self.spans.contains_key(key),
            is_faulty: &|key| self.faulty.contains(key),
        };
        for mistake in check::all(&written) {
            let fault = Fault {
                span: self.span_of(&mistake.key),
                cause: mistake.cause,
                hint: Some(mistake.hint),
            };
            self.add(&mistake.key, fault);
        }
    }

    /// Where a key stands, or the name of its section where it was left out.
    fn span_of(&self, key: &str) -> Range<usize> {
        let section = key.rsplit_once('.').map_or("", |(section, _)| section);
        let span = self.spans.get(key).or_else(|| self.spans.get(section));
        span.cloned().unwrap_or_default()
    }

    /// One mistake per line: what follows on the same line is its echo.
    fn add_syntax_errors(&mut self, errors: &[toml::de::Error]) {
        for error in errors {
            let span = error.span().unwrap_or_default();
            let position = Position::of(self.text, span.start);
            let is_echo = self
                .mistakes
                .iter()
                .any(|mistake| mistake.position.is_some_and(|at| at.line == position.line));
            if !is_echo {
                let is_misread = |word: &str| {
                    // "info" and "natconn_…" begin as the numbers inf and nan do.
                    let is_word = word.starts_with(|letter: char| letter.is_alphabetic());
                    error.message().contains("quoted")
                        || is_word && error.message().starts_with("invalid float")
                };
                let bare = bare_word(self.text, &span).filter(|(_, word)| is_misread(word));
                let (cause, hint) = match bare {
                    // It may be one, and whoever reads the log is not to know it.
                    Some((key, _)) if key.contains("token") => (
                        "found a text without quotes".to_owned(),
                        Some("write token = [\"sha256:HEX\"]".to_owned()),
                    ),
                    Some((key, word)) => (
                        format!("found {word} without quotes"),
                        Some(format!("write {key} = \"{word}\"")),
                    ),
                    None => (error.message().to_owned(), None),
                };
                self.add("", Fault { span, cause, hint });
            }
        }
    }
}

/// The key and the text of a line whose text has no quotes, the commonest
/// slip in TOML.
fn bare_word<'t>(text: &'t str, span: &Range<usize>) -> Option<(&'t str, &'t str)> {
    let start = text.get(..span.start)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next()?;
    let (key, value) = line.split_once('=')?;
    let value = value.split('#').next()?.trim();
    let is_one_word = !value.contains(['"', '\'', '[', ']', ',', '{', '}', '\\']);
    is_one_word.then_some((key.trim(), value))
}

/// A name that is none of ours.
fn unknown(section: &str, name: &str, is_section: bool, span: Range<usize>) -> Fault {
    let noun = if is_section { "section" } else { "key" };
    let known = keys::names_in(section);
    let is_meant = |path: &&str| path.rsplit('.').next() == Some(name);
    let other_section = || keys::SECTIONS.iter().map(Section::head).find(is_meant);
    let key_elsewhere = || keys::every_key().map(|key| key.path).find(is_meant);
    // A name that is right elsewhere is no slip of the finger.
    let belongs_to = key_elsewhere()
        .filter(|_| !is_section)
        .and_then(|path| path.rsplit_once('.'));
    let hint = if let Some((section, _)) = belongs_to {
        format!("it belongs to [{section}]")
    } else if let Some(meant) = nearest(name, known.iter().copied()) {
        format!("did you mean {meant}?")
    } else if let Some(path) = other_section() {
        match is_section {
            true => format!("it is called [{path}]"),
            false => format!("it is a section of its own, [{path}]"),
        }
    } else {
        format!("known here: {}", known.join(", "))
    };
    Fault {
        span,
        cause: format!("no such {noun}"),
        hint: Some(hint),
    }
}
