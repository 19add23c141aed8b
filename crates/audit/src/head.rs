//! The last line, as it is remembered outside of the chain.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::hash::LineHash;

/// The last line of a chain: its number and its hash; displays as `SEQUENCE:HASH`.
///
/// Kept elsewhere, it is an anchor: no chain that lacks the line or has it otherwise
/// can pass for the one that it was taken from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Head {
    /// The number of the line, from 1.
    pub sequence: u64,
    /// Its hash.
    pub hash: LineHash,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.hash)
    }
}

/// What is no head.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("found \"{found}\", expected SEQUENCE:HASH, a number and 64 hexadecimal digits")]
pub struct NoHead {
    /// The text.
    pub found: String,
}

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let read = || {
            let (sequence, hash) = text.split_once(':')?;
            // A sign would be read as well.
            let is_number = sequence.bytes().all(|byte| byte.is_ascii_digit());
            let sequence = sequence.parse().ok().filter(|_| is_number)?;
            let hash = hash.to_ascii_lowercase().parse().ok()?;
            Some(Self { sequence, hash })
        };
        read().ok_or_else(|| NoHead {
            found: text.chars().take(100).collect(),
        })
    }
}

/// Where a chain ends: the head, and where its line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct End {
    pub(crate) head: Head,
    /// The number of the file.
    pub(crate) file: u64,
    /// How long the file is, up to the end of the line.
    pub(crate) bytes: u64,
}

/// The length of the file `head`, whatever it says, so that it can be written in place.
pub(crate) const HEAD_BYTES: usize = 256;

/// The largest number that is believed, so that there is always a next one.
pub(crate) const LARGEST: u64 = i64::MAX as u64;

impl End {
    /// As the file `head` has it.
    pub(crate) fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let text = format!(
            "{{\"sequence\":{},\"hash\":\"{}\",\"file\":{},\"bytes\":{}}}",
            self.head.sequence, self.head.hash, self.file, self.bytes
        );
        let mut bytes = [b' '; HEAD_BYTES];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        bytes[HEAD_BYTES - 1] = b'\n';
        bytes
    }

    /// Reads the file `head`; `None` where it is something else.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        let number = |name| {
            value
                .get(name)?
                .as_u64()
                .filter(|number| *number <= LARGEST)
        };
        Some(Self {
            head: Head {
                sequence: number("sequence").filter(|sequence| *sequence > 0)?,
                hash: value.get("hash")?.as_str()?.parse().ok()?,
            },
            file: number("file")?,
            bytes: number("bytes")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_as_it_is_written() {
        let head = Head {
            sequence: u64::MAX,
            hash: LineHash([0xab; 32]),
        };
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(head.to_string().to_uppercase().parse(), Ok(head));
        for wrong in ["", "1", "1:", "+1:", "1:ab", ":"] {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
            let hash = head.hash;
            assert!(format!("+1:{hash}").parse::<Head>().is_err());
        }
        let end = End {
            head: Head {
                sequence: LARGEST,
                ..head
            },
            file: LARGEST,
            bytes: LARGEST,
        };
        assert_eq!(End::of_bytes(&end.to_bytes()), Some(end));
        assert_eq!(End::of_bytes(b"{}"), None);
        assert_eq!(End::of_bytes(&[0; HEAD_BYTES]), None);
    }
}
