//! Asking for one connection.

use std::os::fd::{AsFd, OwnedFd};

use model::{Connection, KernelId, Tuple, Zone};

use crate::decode::{DecodeCounters, decode_connection};
use crate::error::{DecodeError, Error};
use crate::message::{Message, Messages};
use crate::request::{Request, asking_socket};
use crate::sys;
use crate::uapi::*;

const ACTION: &str = "get a connection";

/// A socket that asks the kernel for single connections.
///
/// A get takes a few microseconds and is the truth of this moment. Each thread
/// needs a socket of its own.
pub struct GetSocket {
    socket: OwnedFd,
    buffer: Box<[u8; 8192]>,
    sequence: u32,
}

impl GetSocket {
    /// Opens a socket in this network namespace.
    ///
    /// # Errors
    ///
    /// The kernel refused it.
    pub fn open() -> Result<Self, Error> {
        Ok(Self {
            socket: asking_socket(ACTION)?,
            buffer: Box::new([0; 8192]),
            sequence: 0,
        })
    }

    /// The connection that has `tuple` as its original or its reply tuple, in
    /// `zone`; `None` where there is none.
    ///
    /// The kernel finds a connection by either tuple (`nf_conntrack_find_get`),
    /// so the packet that arrives at a NAT endpoint from a remote finds source
    /// and destination translations alike.
    ///
    /// # Errors
    ///
    /// The kernel refused to answer, or the answer cannot be decoded.
    pub fn get(&mut self, tuple: &Tuple, zone: u16) -> Result<Option<Connection>, Error> {
        self.sequence = self.sequence.wrapping_add(1);
        let family = if tuple.is_ipv4() {
            libc::AF_INET
        } else {
            libc::AF_INET6
        };
        let mut request = Request::new(CT_GET, 0, self.sequence, family);
        request.tuple(CTA_TUPLE_REPLY, tuple);
        if zone != 0 {
            request.attribute(CTA_ZONE, &zone.to_be_bytes());
        }
        let fd = self.socket.as_fd();
        sys::send(fd, request.finish()).map_err(Error::system(ACTION))?;
        self.answer()
    }

    /// Whether the kernel has just this connection: the one with this original tuple
    /// and id. Another one may have the tuple by now.
    ///
    /// # Errors
    ///
    /// As of [`Self::get`].
    pub fn has(&mut self, original: &Tuple, zone: Zone, id: KernelId) -> Result<bool, Error> {
        let found = self.get(original, zone.of_original())?;
        Ok(found.is_some_and(|connection| connection.kernel_id == id))
    }

    /// Reads until the answer to the last request. The kernel has queued it
    /// before the send returned, so this does not wait.
    fn answer(&mut self) -> Result<Option<Connection>, Error> {
        loop {
            let length = sys::receive(self.socket.as_fd(), &mut self.buffer[..])
                .map_err(Error::system(ACTION))?;
            let bytes = self.buffer.get(..length).ok_or_else(|| {
                undecodable(DecodeError::Truncated {
                    what: "connection",
                    claimed: length,
                    available: self.buffer.len(),
                })
            })?;
            if let Some(answer) = find_answer(bytes, self.sequence) {
                return answer;
            }
        }
    }
}

/// The answer to the request with this sequence number, where it is among
/// what was received.
pub(crate) fn find_answer(
    bytes: &[u8],
    sequence: u32,
) -> Option<Result<Option<Connection>, Error>> {
    Messages(bytes).find_map(|message| match message {
        // Left over from a request whose answer failed to decode.
        Ok(message) if message.sequence != sequence => None,
        Ok(message) => read_answer(&message).transpose(),
        Err(error) => Some(Err(undecodable(error))),
    })
}

/// What a message says about the connection asked for: `None` where it is no
/// answer, `Some(None)` where there is no such connection.
fn read_answer(message: &Message<'_>) -> Result<Option<Option<Connection>>, Error> {
    match message.kind {
        NLMSG_ERROR => match message.error(ACTION) {
            Err(error) if error.errno() != Some(libc::ENOENT) => Err(error),
            _ => Ok(Some(None)),
        },
        CT_NEW => {
            let mut connection = Connection::default();
            let attributes = message.attributes().map_err(undecodable)?;
            decode_connection(attributes, &mut connection, &mut DecodeCounters::default())
                .map_err(undecodable)?;
            Ok(Some(Some(connection)))
        }
        _ => Ok(None),
    }
}

fn undecodable(source: DecodeError) -> Error {
    Error::Decode {
        action: ACTION,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No request of this crate's own is refused with words, so this one has an
    /// attribute that is too short.
    #[test]
    fn a_refusal_has_the_kernels_own_words() {
        lab::in_gateway!(|_lab| {
            let mut socket = GetSocket::open().unwrap();
            let mut request = Request::new(CT_GET, 0, socket.sequence, libc::AF_INET);
            request.attribute(CTA_STATUS, &[0]);
            sys::send(socket.socket.as_fd(), request.finish()).unwrap();
            let error = socket.answer().unwrap_err();
            let Error::Refused {
                message: Some(message),
                ..
            } = &error
            else {
                panic!("{error:?}");
            };
            assert!(message.contains("policy"), "{message}");
            assert_eq!(
                error.to_string(),
                format!(
                    "get a connection: kernel refused: Numerical result out of range \
                     (os error 34) ({message})"
                )
            );
        });
    }

    /// As the kernel answers for conntrack where `nf_conntrack_netlink` is
    /// missing: nobody has registered that part of netfilter's netlink.
    #[test]
    fn a_missing_module_is_an_invalid_argument() {
        lab::in_gateway!(|_lab| {
            const NOBODYS: u16 = 0x7f00 | CT_GET & 0xff;
            let mut socket = GetSocket::open().unwrap();
            let request = &mut Request::new(NOBODYS, 0, socket.sequence, libc::AF_INET);
            sys::send(socket.socket.as_fd(), request.finish()).unwrap();
            let error = socket.answer().unwrap_err();
            assert_eq!(error.errno(), Some(libc::EINVAL), "{error}");
        });
    }
}
