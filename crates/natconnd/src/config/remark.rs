//! What is to be said about one place of a configuration file.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A place in a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character within the line, from 1; `None` where the whole line is
    /// meant.
    pub column: Option<usize>,
}

impl Position {
    /// The place of the byte at `offset` in `text`; the end where it is beyond.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_text = before[line_start..].trim_start_matches('\u{feff}');
        Self {
            line: before.matches('\n').count() + 1,
            column: Some(line_text.chars().count() + 1),
        }
    }
}

/// One thing to be said about one place of a file: a mistake that makes it
/// unusable, or a key that has no effect.
///
/// Displays as `PATH:LINE: KEY: CAUSE`, with the hint on a line of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remark {
    /// The file.
    pub path: PathBuf,
    /// Where in the file; `None` where the point is that something is missing.
    pub position: Option<Position>,
    /// The key with its section, `track.keep-ended`; empty where the text
    /// cannot be read as far as keys.
    pub key: String,
    /// What is wrong, with what was found and expected.
    pub cause: String,
    /// What the operator can do about it.
    pub hint: Option<String>,
}

impl Remark {
    /// The remark on one line, without its hint.
    pub fn message(&self) -> String {
        let mut message = format!("{}:", self.path.display());
        if let Some(Position { line, column }) = self.position {
            message += &format!("{line}:");
            if let (Some(column), true) = (column, self.key.is_empty()) {
                message += &format!("{column}:");
            }
        }
        if !self.key.is_empty() {
            message += &format!(" {}:", self.key);
        }
        message + " " + &self.cause
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read at all.
    #[error("read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file has mistakes, in the order of its lines; never empty.
    #[error("{}", lines(.0))]
    Mistakes(Vec<Remark>),
}

impl ConfigError {
    /// One message for each mistake, for callers that put their name before
    /// every one of them.
    pub fn messages(&self) -> Vec<String> {
        match self {
            Self::Read { source, .. } => vec![format!("{self}: {source}")],
            Self::Mistakes(mistakes) => mistakes.iter().map(Remark::to_string).collect(),
        }
    }
}

fn lines(remarks: &[Remark]) -> String {
    let lines: Vec<_> = remarks.iter().map(Remark::to_string).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_never_split_one() {
        let text = "\u{feff}a\nbä = x";
        let at = |offset| {
            let Position { line, column } = Position::of(text, offset);
            (line, column.unwrap())
        };
        assert_eq!(at(3), (1, 1));
        assert_eq!(at(5), (2, 1));
        assert_eq!(at(7), (2, 2));
        assert_eq!(at(8), (2, 3));
        assert_eq!(at(999), (2, 7));
    }

    #[test]
    fn displays_path_line_key_cause_and_hint() {
        let remark = Remark {
            path: "/etc/natconnd/natconnd.toml".into(),
            position: Some(Position {
                line: 14,
                column: Some(13),
            }),
            key: "track.keep-ended".to_owned(),
            cause: "\"90\" has no unit".to_owned(),
            hint: Some("write \"90s\"".to_owned()),
        };
        assert_eq!(
            remark.message(),
            "/etc/natconnd/natconnd.toml:14: track.keep-ended: \"90\" has no unit"
        );
        assert_eq!(
            remark.to_string(),
            "/etc/natconnd/natconnd.toml:14: track.keep-ended: \"90\" has no unit\n  hint: write \"90s\""
        );
    }
}
