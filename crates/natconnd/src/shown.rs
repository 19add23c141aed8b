//! Text from elsewhere, as a terminal or a log may show it.
//!
//! Mails, logs and file names come from whoever wrote them. A terminal does what some
//! characters tell it: move, erase, set the clipboard, answer as if somebody typed; in a log
//! a line end begins a line that natconnd has not written. Where a person reads, such
//! characters are shown instead, as Rust writes them: `\u{1b}`. Where a program reads,
//! nothing is changed.

use std::io::{self, Write};

/// The sequences that natconnd and natconn themselves write, behind the escape character:
/// colours, none of which hides anything. They do no harm, whoever writes them.
const OURS: [&str; 9] = [
    "[0m", "[1m", "[2m", "[3m", "[31m", "[32m", "[33m", "[34m", "[35m",
];

/// Writes so that a terminal shows it.
pub struct Shown<W: Write> {
    inner: W,
    /// The begin of a character, or of a line's end, whose rest is still to come.
    rest: Vec<u8>,
}

impl<W: Write> Shown<W> {
    /// Writes to `inner`.
    pub const fn new(inner: W) -> Self {
        Self {
            inner,
            rest: Vec::new(),
        }
    }
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        self.rest = all.split_off(all.len() - open(&all));
        self.inner.write_all(shown(&all).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Drop for Shown<W> {
    fn drop(&mut self) {
        let rest = shown(&self.rest);
        // Nobody is left to be told.
        let _ = self.inner.write_all(rest.as_bytes());
    }
}

/// How many bytes at the end cannot be judged before more have come.
fn open(bytes: &[u8]) -> usize {
    if bytes.ends_with(b"\r") {
        return 1;
    }
    match str::from_utf8(bytes) {
        // Cut within a character, not wrong.
        Err(error) if error.error_len().is_none() => bytes.len() - error.valid_up_to(),
        _ => bytes
            .utf8_chunks()
            .last()
            .map(|chunk| chunk.invalid())
            .filter(|cut| str::from_utf8(cut).is_err_and(|it| it.error_len().is_none()))
            .map_or(0, <[u8]>::len),
    }
}

/// The same text, in which nothing tells a terminal to do anything.
pub fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(character) = rest.chars().next() {
        let behind = &rest[character.len_utf8()..];
        match character {
            '\u{1b}' if OURS.iter().any(|ours| behind.starts_with(ours)) => out.push('\u{1b}'),
            '\r' if behind.starts_with('\n') => out.push('\r'),
            '\n' | '\t' => out.push(character),
            _ if acts(character) => out.extend(character.escape_default()),
            _ => out.push(character),
        }
        rest = behind;
    }
    out
}

/// The same of one line of a log, which ends where the text does.
pub fn line(bytes: &[u8]) -> String {
    let (text, end) = match bytes.strip_suffix(b"\n") {
        Some(text) => (text, "\n"),
        None => (bytes, ""),
    };
    let text = shown(text);
    text.replace('\r', "\\r").replace('\n', "\\n") + end
}

/// Whether a terminal does something at a character instead of showing it, or shows those
/// behind it in another order.
fn acts(character: char) -> bool {
    let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_pieces(text: &[u8], length: usize) -> String {
        let mut out = Vec::new();
        let mut shown = Shown::new(&mut out);
        for piece in text.chunks(length) {
            shown.write_all(piece).unwrap();
        }
        drop(shown);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_acts_is_shown() {
        for (text, expected) in [
            ("192.0.2.1\tone\n", "192.0.2.1\tone\n"),
            ("a\r\nb\r\n", "a\r\nb\r\n"),
            ("Grüße \u{2603}", "Grüße \u{2603}"),
            ("\u{1b}[32mready\u{1b}[0m", "\u{1b}[32mready\u{1b}[0m"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{1b}]52;c;cm0gLXJm\u{7}", "\\u{1b}]52;c;cm0gLXJm\\u{7}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("evil\rgood", "evil\\rgood"),
            ("\u{202e}dlrow", "\\u{202e}dlrow"),
            ("\0\u{8}\u{7f}", "\\u{0}\\u{8}\\u{7f}"),
        ] {
            assert_eq!(shown(text.as_bytes()), expected);
            for length in 3..7 {
                if !expected.contains("[32m") {
                    assert_eq!(in_pieces(text.as_bytes(), length), expected);
                }
            }
        }
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(line(b"a\nb\r\nc\n"), "a\\nb\\r\\nc\n");
        assert_eq!(line(b"a\x1b[2Jb"), "a\\u{1b}[2Jb");
    }

    proptest! {
        #[test]
        fn nothing_acts_however_it_is_cut(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
            length in 1_usize..9,
        ) {
            let whole = shown(&bytes);
            let mut left = whole.clone();
            for ours in OURS {
                left = left.replace(&format!("\u{1b}{ours}"), "");
            }
            let left = left.replace("\r\n", "");
            prop_assert!(!left.contains(|c: char| acts(c) && c != '\n' && c != '\t'));
            if !whole.contains('\u{1b}') {
                prop_assert_eq!(in_pieces(&bytes, length), whole);
            }
        }
    }
}
