//! Netlink attributes: a type and bytes, one after the other.

use crate::error::DecodeError;
use crate::uapi::{NLA_HDRLEN, NLA_TYPE_MASK};

/// Walks the attributes of a message or of a nest (`struct nlattr`).
///
/// Yields type (without flag bits) and payload. After an error it is at its
/// end.
#[derive(Clone, Copy)]
pub struct Attributes<'a>(pub &'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<(u16, &'a [u8]), DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.0;
        let [a, b, c, d, ..] = *bytes else {
            // Fewer bytes than a header are padding.
            return None;
        };
        let length = usize::from(u16::from_ne_bytes([a, b]));
        let kind = u16::from_ne_bytes([c, d]) & NLA_TYPE_MASK;
        let Some(payload) = bytes.get(NLA_HDRLEN..length) else {
            self.0 = &[];
            return Some(Err(DecodeError::Truncated {
                what: "attribute",
                claimed: length,
                available: bytes.len(),
            }));
        };
        self.0 = bytes.get(align(length)..).unwrap_or(&[]);
        Some(Ok((kind, payload)))
    }
}

/// Rounds up to the next multiple of four (`NLA_ALIGN`, `NLMSG_ALIGN`).
#[inline]
pub const fn align(length: usize) -> usize {
    (length + 3) & !3
}

/// Takes a payload of exactly `N` bytes.
#[inline]
pub fn exactly<const N: usize>(
    attribute: &'static str,
    payload: &[u8],
) -> Result<[u8; N], DecodeError> {
    payload.try_into().map_err(|_| DecodeError::WrongLength {
        attribute,
        expected: N,
        found: payload.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_padded_attributes_and_drops_flag_bits() {
        let bytes = [
            5u16.to_ne_bytes().as_slice(),
            (0x8000u16 | 7).to_ne_bytes().as_slice(),
            &[1, 0, 0, 0],
            6u16.to_ne_bytes().as_slice(),
            9u16.to_ne_bytes().as_slice(),
            &[2, 3],
        ]
        .concat();
        let found: Result<Vec<_>, _> = Attributes(&bytes).collect();
        assert_eq!(found, Ok(vec![(7, &[1][..]), (9, &[2, 3][..])]));
    }

    #[test]
    fn a_length_beyond_the_end_is_an_error_once() {
        let mut bytes = [0; 8];
        bytes[..2].copy_from_slice(&9u16.to_ne_bytes());
        let mut attributes = Attributes(&bytes);
        assert!(matches!(
            attributes.next(),
            Some(Err(DecodeError::Truncated {
                claimed: 9,
                available: 8,
                ..
            }))
        ));
        assert_eq!(attributes.next(), None);
    }

    #[test]
    fn a_length_below_the_header_is_an_error() {
        let bytes = [3, 0, 1, 0];
        assert!(matches!(Attributes(&bytes).next(), Some(Err(_))));
    }
}
