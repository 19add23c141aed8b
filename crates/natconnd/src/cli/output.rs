//! Where text goes, and whether it may be more than plain.

use std::io::{self, BufWriter, IsTerminal, Write};

use super::error::Error;
use super::times::Times;
use crate::shown::{Shown, shown};

/// Standard output, buffered: a list can have a million lines.
pub(super) struct Output {
    writer: Box<dyn Write>,
    look: Look,
    times: Times,
}

/// How text looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Look {
    /// Whether a person reads it as it comes: rules under headings.
    pub is_terminal: bool,
    /// Whether escape sequences may be in it.
    pub has_colours: bool,
}

/// What a colour says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Paint {
    /// A heading.
    Heading,
    /// As it should be.
    Good,
    /// Worth a second look.
    Doubtful,
    /// To be acted on.
    Bad,
    /// Over, or of less interest.
    Faint,
}

impl Look {
    /// Plain, unless a person looks on; without colours where the variable
    /// `NO_COLOR` says so, or the terminal cannot show them.
    fn of_stdout() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_terminal = io::stdout().is_terminal();
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self {
            is_terminal,
            has_colours: is_terminal && !is_set("NO_COLOR") && !is_dumb,
        }
    }

    /// The text in its colour, where there are colours.
    pub fn paint(self, paint: Paint, text: &str) -> String {
        if !self.has_colours {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Heading => 1,
            Paint::Good => 32,
            Paint::Doubtful => 33,
            Paint::Bad => 31,
            Paint::Faint => 2,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

impl Output {
    /// Standard output, with times in UTC or in this machine's zone.
    pub fn to_stdout(is_local: bool) -> Self {
        let look = Look::of_stdout();
        let buffered = BufWriter::new(io::stdout());
        let writer: Box<dyn Write> = match look.is_terminal {
            true => Box::new(Shown::new(buffered)),
            false => Box::new(buffered),
        };
        Self {
            writer,
            look,
            times: Times::new(is_local),
        }
    }

    /// How text should look.
    pub const fn look(&self) -> Look {
        self.look
    }

    /// How times are written.
    pub const fn times(&self) -> &Times {
        &self.times
    }

    /// Writes a line.
    pub fn line(&mut self, text: &str) -> Result<(), Error> {
        self.bytes(text.as_bytes())?;
        self.bytes(b"\n")
    }

    /// Writes bytes as they are, but for what would make a terminal act.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writer.write_all(bytes).map_err(Error::Write)
    }

    /// Hands everything on that has been written so far.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Says something beside the answer, on standard error, so that what
    /// reads the answer is not disturbed.
    pub fn remark(&self, text: &str) {
        // There is nobody to tell that nobody can be told.
        let _ = writeln!(io::stderr(), "natconn: {}", shown(text.as_bytes()));
    }

    /// Says what went wrong, and what can be done about it.
    pub fn complain(&self, error: &Error) {
        for message in error.messages() {
            self.remark(&message);
        }
        let mut stderr = io::stderr();
        for line in error.particulars() {
            let _ = writeln!(stderr, "  {}", shown(line.as_bytes()));
        }
        for hint in error.hints() {
            let _ = writeln!(stderr, "  hint: {}", shown(hint.as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_appear_only_where_they_may() {
        let plain = Look::default();
        assert_eq!(plain.paint(Paint::Good, "ready"), "ready");
        let coloured = Look {
            is_terminal: true,
            has_colours: true,
        };
        assert_eq!(
            coloured.paint(Paint::Good, "ready"),
            "\u{1b}[32mready\u{1b}[0m"
        );
    }
}
