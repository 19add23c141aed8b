//! Keeps tokens out of messages.
//!
//! What is wrong with a file goes to the log and to terminals. A token that
//! somebody wrote where its hash belongs, or anywhere else, must not.

use crate::token::PREFIX;

/// From how many characters on what follows the prefix may be of use to somebody.
const TELLING: usize = 8;

/// The text with all but the beginning of each token left out.
pub(super) fn without_tokens(text: &str) -> String {
    let mut rest = text;
    let mut told = String::with_capacity(text.len());
    while let Some(at) = rest.find(PREFIX) {
        let (before, behind) = rest.split_at(at + PREFIX.len());
        told.push_str(before);
        let is_secret = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        let end = behind.find(|letter| !is_secret(letter));
        let (secret, behind) = behind.split_at(end.unwrap_or(behind.len()));
        told.push_str(if secret.len() < TELLING {
            secret
        } else {
            "…"
        });
        rest = behind;
    }
    told + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_told() {
        let token = crate::token::make().unwrap();
        let text = format!(
            "found \"{token}\", or {token}{token}, or ä{}ö",
            &token[..20]
        );
        assert_eq!(
            without_tokens(&text),
            "found \"natconn_…\", or natconn_…, or änatconn_…ö"
        );
    }

    #[test]
    fn everything_else_is() {
        for text in [
            "",
            "found \"natconn\"",
            "natconn_",
            "natconn_desk",
            "natconn_a, natconn_b",
        ] {
            assert_eq!(without_tokens(text), text);
        }
    }
}
