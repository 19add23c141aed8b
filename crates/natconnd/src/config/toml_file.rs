//! natconnd's own format: TOML, walked so that every mistake is found.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::form::{Fault, Found, Shown};
use super::keys::{self, KEYS, SECTIONS};
use super::nearest::nearest;
use super::{Config, IdentReply, Position, Remark};

/// Reads a configuration, or finds all its mistakes in the order of the lines.
pub(super) fn read(text: &str, path: &Path) -> Result<Config, Vec<Remark>> {
    let mut reader = Reader {
        text,
        path,
        config: Config::default(),
        spans: HashMap::new(),
        mistakes: Vec::new(),
    };
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        reader.read_section("", document.get_ref());
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
    config: Config,
    /// Where the value of each key that was given stands.
    spans: HashMap<&'static str, Range<usize>>,
    mistakes: Vec<Remark>,
}

impl Reader<'_> {
    fn add(&mut self, key: &str, fault: Fault) {
        self.mistakes.push(Remark {
            path: self.path.to_owned(),
            position: Some(Position::of(self.text, fault.span.start)),
            key: key.to_owned(),
            cause: fault.cause,
            hint: fault.hint,
        });
    }

    fn read_section(&mut self, section: &str, table: &DeTable<'_>) {
        for (name, found) in table {
            let path = match section {
                "" => name.get_ref().to_string(),
                section => format!("{section}.{}", name.get_ref()),
            };
            if let Some(key) = keys::key(&path) {
                self.spans.insert(key.path, found.span());
                for fault in (key.read)(&mut self.config, found)
                    .err()
                    .unwrap_or_default()
                {
                    self.add(&path, fault);
                }
            } else if keys::is_section(&path) {
                self.read_value_of_section(&path, found);
            } else {
                let is_section = found.get_ref().is_table();
                let fault = unknown(section, name.get_ref(), is_section, name.span());
                self.add(&path, fault);
            }
        }
    }

    fn read_value_of_section(&mut self, section: &str, found: &Found<'_>) {
        match found.get_ref() {
            DeValue::Table(table) => self.read_section(section, table),
            other => {
                let fault = Fault {
                    span: found.span(),
                    cause: format!("found {}, expected a section", Shown(other)),
                    hint: Some(format!("write [{section}], its keys on the lines below")),
                };
                self.add(section, fault);
            }
        }
    }

    /// What no single key can know.
    fn check_across_keys(&mut self) {
        self.check_receive_buffer();
        self.check_ident_name();
    }

    fn check_ident_name(&mut self) {
        let ident = &self.config.ident;
        if ident.reply != IdentReply::Name || ident.name.is_some() {
            return;
        }
        let key = "ident.reply";
        let fault = Fault {
            span: self.spans.get(key).cloned().unwrap_or_default(),
            cause: "reply is \"name\", and there is no name".to_owned(),
            hint: Some("write name = \"nat\"".to_owned()),
        };
        // A name that is there and of no use has been told of.
        if !self.spans.contains_key("ident.name") {
            self.add(key, fault);
        }
    }

    fn check_receive_buffer(&mut self) {
        let track = &self.config.track;
        if track.receive_buffer <= track.receive_buffer_max {
            return;
        }
        let written = |path| keys::key(path).and_then(|key| (key.write)(&self.config));
        let (Some(at_start), Some(at_most)) = (
            written("track.receive-buffer"),
            written("track.receive-buffer-max"),
        ) else {
            return;
        };
        // Point at the key that was written; one of them is not the default.
        let key = ["track.receive-buffer-max", "track.receive-buffer"]
            .into_iter()
            .find(|key| self.spans.contains_key(key))
            .unwrap_or("track.receive-buffer");
        let fault = Fault {
            span: self.spans.get(key).cloned().unwrap_or_default(),
            cause: format!("receive-buffer is {at_start}, receive-buffer-max only {at_most}"),
            hint: Some(format!("write receive-buffer-max = {at_start} or more")),
        };
        self.add(key, fault);
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
                let bare =
                    bare_word(self.text, &span).filter(|_| error.message().contains("quoted"));
                let (cause, hint) = match bare {
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
    let children: Vec<&str> = SECTIONS
        .iter()
        .filter_map(|child| match section {
            "" => (!child.path.contains('.')).then_some(child.path),
            section => child.path.strip_prefix(section)?.strip_prefix('.'),
        })
        .chain(keys::keys_of(section).map(|key| key.name()))
        .collect();
    let elsewhere = SECTIONS
        .iter()
        .map(|section| section.path)
        .chain(KEYS.iter().map(|key| key.path))
        .find(|path| path.rsplit('.').next() == Some(name));
    let hint = if let Some(meant) = nearest(name, children.iter().copied()) {
        format!("did you mean {meant}?")
    } else if let Some(path) = elsewhere {
        match path.rsplit_once('.') {
            Some(_) if is_section => format!("it is called [{path}]"),
            Some((section, _)) => format!("it belongs to [{section}]"),
            None => format!("it is a section of its own, [{path}]"),
        }
    } else {
        format!("known here: {}", children.join(", "))
    };
    Fault {
        span,
        cause: format!("no such {noun}"),
        hint: Some(hint),
    }
}
