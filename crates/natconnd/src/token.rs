//! Tokens: what a caller shows to be known by name.
//!
//! A token is 256 random bits, so its plain SHA-256 cannot be turned back into it by
//! trying, and that is all that a configuration has of it.

use std::io;

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// What every token begins with, so that one that leaks is recognised as such.
pub const PREFIX: &str = "natconn_";

/// How many random bytes are in a token.
const SECRET: usize = 32;

/// The alphabet of RFC 4648 section 5.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Makes a token up: [`PREFIX`] and 43 letters, digits, `-` and `_`.
///
/// # Errors
///
/// The system has no random bytes.
pub fn make() -> io::Result<String> {
    let mut secret = [0; SECRET];
    SystemRandom::new()
        .fill(&mut secret)
        .map_err(|_| io::Error::other("the system has no random bytes"))?;
    let mut token = PREFIX.to_owned();
    for group in secret.chunks(3) {
        let bits = group.iter().enumerate().fold(0_u32, |bits, (at, byte)| {
            bits | u32::from(*byte) << (16 - 8 * at)
        });
        // 8, 16 or 24 bits are 2, 3 or 4 letters.
        for at in 0..=group.len() {
            token.push(char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]));
        }
    }
    Ok(token)
}

/// The SHA-256 of a token's whole text.
pub fn hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_the_same_and_all_look_alike() {
        let (one, other) = (make().unwrap(), make().unwrap());
        assert_ne!(one, other);
        for token in [one, other] {
            let secret = token.strip_prefix(PREFIX).expect("a token");
            assert_eq!(secret.len(), 43);
            assert!(secret.bytes().all(|byte| ALPHABET.contains(&byte)));
        }
    }

    /// As `printf %s natconn_test | sha256sum` has it.
    #[test]
    fn the_hash_is_that_of_the_whole_text() {
        let hex: String = hash("natconn_test")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "c5d368cf13093c2aab084d2d5a9307b57e7f293939b7f8c57f20d83865be112f"
        );
    }
}
