//! What a line is known by.

use std::fmt;
use std::str::FromStr;

use ring::digest::{Context, SHA256};

/// The SHA-256 of a line and of all lines before it; displays as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct LineHash(pub [u8; 32]);

/// How many digits a hash is written in.
pub(crate) const DIGITS: usize = 64;

const ALPHABET: &[u8; 16] = b"0123456789abcdef";

impl LineHash {
    /// What stands before the first line of all.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of a line: of the digits of the hash before it, and of its bytes up to
    /// its own hash.
    pub(crate) fn of_line(previous: Self, bytes: &[u8]) -> Self {
        let mut digest = Digest::default();
        digest.update(&previous.digits());
        digest.update(bytes);
        digest.finish()
    }

    /// Its digits, in lower case.
    pub(crate) fn digits(self) -> [u8; DIGITS] {
        let mut digits = [0; DIGITS];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = ALPHABET[usize::from(byte >> 4)];
            pair[1] = ALPHABET[usize::from(byte & 15)];
        }
        digits
    }

    /// Reads digits in lower case, exactly 64.
    pub(crate) fn of_digits(digits: &[u8]) -> Option<Self> {
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let mut hash = Self::ZERO;
        if digits.len() != DIGITS {
            return None;
        }
        for (byte, pair) in hash.0.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = value(pair[0])? << 4 | value(pair[1])?;
        }
        Some(hash)
    }
}

impl fmt::Display for LineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digits()
            .iter()
            .try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

/// A hash of bytes that come in pieces.
pub(crate) struct Digest(Context);

impl Default for Digest {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Digest {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> LineHash {
        let mut hash = LineHash::ZERO;
        hash.0.copy_from_slice(self.0.finish().as_ref());
        hash
    }
}

/// What is no hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("found no hash, expected 64 hexadecimal digits in lower case")]
pub struct NoHash;

impl FromStr for LineHash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        Self::of_digits(text.as_bytes()).ok_or(NoHash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> LineHash {
        let mut digest = Digest::default();
        digest.update(bytes);
        digest.finish()
    }

    /// As `printf %s abc | sha256sum` has it.
    #[test]
    fn a_hash_is_written_as_others_write_it() {
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let hash = of(b"abc");
        assert_eq!(hash.to_string(), text);
        assert_eq!(text.parse(), Ok(hash));
        for wrong in ["", &text[1..], &text.to_uppercase(), &format!("{text}0")] {
            assert_eq!(wrong.parse::<LineHash>(), Err(NoHash), "{wrong}");
        }
    }

    #[test]
    fn the_hash_of_a_line_is_about_the_line_before_too() {
        let zeros = "0".repeat(64);
        let expected = of(format!("{zeros}line").as_bytes());
        assert_eq!(LineHash::of_line(LineHash::ZERO, b"line"), expected);
    }
}
