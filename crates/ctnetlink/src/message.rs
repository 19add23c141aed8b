//! Netlink messages in a buffer that the kernel filled.

use std::io;

use crate::attribute::{Attributes, align};
use crate::error::{DecodeError, Error};
use crate::uapi::{NFGENMSG_LEN, NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_HDRLEN, NLMSGERR_ATTR_MSG};

/// One netlink message: header fields and payload.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// `nlmsg_type`.
    pub kind: u16,
    /// `nlmsg_flags`.
    pub flags: u16,
    /// `nlmsg_seq`.
    pub sequence: u32,
    /// All that follows the header.
    pub payload: &'a [u8],
}

impl<'a> Message<'a> {
    /// The attributes behind the `nfgenmsg` of a conntrack message.
    #[inline]
    pub(crate) fn attributes(&self) -> Result<&'a [u8], DecodeError> {
        self.payload
            .get(NFGENMSG_LEN..)
            .ok_or(DecodeError::Truncated {
                what: "nfgenmsg",
                claimed: NFGENMSG_LEN,
                available: self.payload.len(),
            })
    }

    /// Reads an `NLMSG_ERROR`; error number 0 is an acknowledgement.
    pub(crate) fn error(&self, action: &'static str) -> Result<(), Error> {
        let Some(number) = self.payload.first_chunk::<4>() else {
            return Err(Error::Decode {
                action,
                source: DecodeError::Truncated {
                    what: "nlmsgerr",
                    claimed: 4,
                    available: self.payload.len(),
                },
            });
        };
        match i32::from_ne_bytes(*number) {
            0 => Ok(()),
            number => Err(Error::Refused {
                action,
                errno: io::Error::from_raw_os_error(number.saturating_neg()),
                message: self.extended_ack(),
            }),
        }
    }

    /// The kernel's own words behind an error (`NLMSGERR_ATTR_MSG`).
    ///
    /// They follow the echoed request, of which only the header is there when
    /// the message is capped (`NETLINK_CAP_ACK`).
    fn extended_ack(&self) -> Option<String> {
        if self.flags & NLM_F_ACK_TLVS == 0 {
            return None;
        }
        let echoed = self.payload.get(4..)?;
        let length = if self.flags & NLM_F_CAPPED == 0 {
            u32::from_ne_bytes(*echoed.first_chunk()?) as usize
        } else {
            NLMSG_HDRLEN
        };
        Attributes(echoed.get(align(length)..)?)
            .filter_map(Result::ok)
            .find(|(kind, _)| *kind == NLMSGERR_ATTR_MSG)
            .map(|(_, text)| {
                String::from_utf8_lossy(text)
                    .trim_end_matches('\0')
                    .to_owned()
            })
    }
}

/// Walks the messages of one datagram. After an error it is at its end.
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a>(pub &'a [u8]);

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.0;
        if bytes.is_empty() {
            return None;
        }
        let truncated = |claimed| {
            Some(Err(DecodeError::Truncated {
                what: "message",
                claimed,
                available: bytes.len(),
            }))
        };
        let Some(header) = bytes.first_chunk::<NLMSG_HDRLEN>() else {
            self.0 = &[];
            return truncated(NLMSG_HDRLEN);
        };
        let word = |at: usize| [header[at], header[at + 1], header[at + 2], header[at + 3]];
        let length = u32::from_ne_bytes(word(0)) as usize;
        let Some(payload) = bytes.get(NLMSG_HDRLEN..length) else {
            self.0 = &[];
            return truncated(length);
        };
        self.0 = bytes.get(align(length)..).unwrap_or(&[]);
        Some(Ok(Message {
            kind: u16::from_ne_bytes([header[4], header[5]]),
            flags: u16::from_ne_bytes([header[6], header[7]]),
            sequence: u32::from_ne_bytes(word(8)),
            payload,
        }))
    }
}
