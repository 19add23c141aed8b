//! Texts that somebody else wrote, as JSON that is safe to look at.
//!
//! Every character that is not shown as itself is written as an escape, so that
//! whoever looks at a line with `less`, `tail` or an editor sees what it says.

use std::borrow::Cow;

/// Writes a text as a JSON string, with its quotes.
pub(crate) fn write_json(text: &str, output: &mut String) {
    output.push('"');
    for letter in text.chars() {
        match letter {
            '"' => output.push_str("\\\""),
            '\\' => output.push_str("\\\\"),
            ' '..='~' => output.push(letter),
            letter if is_shown(letter) => output.push(letter),
            letter => escape(letter, output),
        }
    }
    output.push('"');
}

/// Writes a character as one or two escapes of JSON.
fn escape(letter: char, output: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for unit in letter.encode_utf16(&mut [0; 2]) {
        output.push_str("\\u");
        for shift in [12, 8, 4, 0] {
            let digit = DIGITS[usize::from(*unit >> shift & 15)];
            output.push(char::from(digit));
        }
    }
}

/// Whether a character beyond ASCII is one that is seen, and steers nothing.
fn is_shown(letter: char) -> bool {
    let hidden = match letter {
        // Controls; no-break and soft hyphen; marks that hide or join.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{ad}' | '\u{34f}' => true,
        // Directions of writing, and other format characters.
        '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' => true,
        '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}' | '\u{17b5}' => true,
        '\u{180b}'..='\u{180f}' => true,
        // Spaces of all widths and none, lines, directions, invisible operators.
        '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' => true,
        '\u{2800}' | '\u{3000}' | '\u{3164}' => true,
        // For private use; variants; marks of byte order; what is no character.
        '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' => true,
        '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{ffff}' => true,
        '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{13455}' => true,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        '\u{e0000}'..='\u{10ffff}' => true,
        letter => u32::from(letter) & 0xfffe == 0xfffe,
    };
    !hidden
}

/// A text in which every character that is not seen as itself is written as an escape of
/// JSON: controls, directions of writing, spaces of no width.
///
/// JSON stays the same JSON by it.
pub fn shown(json: &str) -> String {
    let mut output = String::with_capacity(json.len());
    for letter in json.chars() {
        match is_shown(letter) {
            true => output.push(letter),
            false => escape(letter, &mut output),
        }
    }
    output
}

/// At most so many characters of a text; what was cut off is told.
pub(crate) fn bounded(text: &str, longest: usize) -> Cow<'_, str> {
    // A character is a byte at least.
    let end = (text.len() > longest).then(|| text.char_indices().nth(longest));
    let Some((end, _)) = end.flatten() else {
        return text.into();
    };
    let (kept, cut) = text.split_at(end);
    format!(
        "{kept}… (cut here, {} characters more)",
        cut.chars().count()
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        let mut output = String::new();
        write_json(text, &mut output);
        output
    }

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        assert_eq!(
            json("a\u{1b}[2J\r\n\t\u{9b}"),
            r#""a\u001b[2J\u000d\u000a\u0009\u009b""#
        );
        assert_eq!(
            json("\u{2028}\u{202e}\u{2066}\u{feff}"),
            r#""\u2028\u202e\u2066\ufeff""#
        );
        assert_eq!(
            json("\u{e0041}\u{85}\u{200b}"),
            r#""\udb40\udc41\u0085\u200b""#
        );
        assert_eq!(json("\"\\/<&>"), r#""\"\\/<&>""#);
        for letter in
            "\u{ad}\u{61c}\u{200e}\u{200f}\u{202a}\u{2069}\u{3164}\u{fe0f}\u{fffe}\u{1fffe}".chars()
        {
            assert!(json(&letter.to_string()).starts_with("\"\\u"), "{letter:?}");
            assert_eq!(shown(&letter.to_string()).len() % 6, 0, "{letter:?}");
        }
        assert_eq!(json("Köln, 東京, 😀"), "\"Köln, 東京, 😀\"");
    }

    #[test]
    fn a_text_that_is_too_long_says_so() {
        assert_eq!(bounded("äöü", 3), "äöü");
        assert_eq!(bounded("äöüß!", 3), "äöü… (cut here, 2 characters more)");
        assert_eq!(bounded("", 0), "");
    }
}
