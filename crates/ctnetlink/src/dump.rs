//! One reading of the kernel's whole table.

use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use model::{Connection, Filter, Status, TranslationKind};

use crate::decode::{DecodeCounters, decode_connection};
use crate::error::{DecodeError, Error};
use crate::message::{Message, Messages};
use crate::request::{Request, asking_socket};
use crate::sys;
use crate::uapi::*;

/// The kernel fills at most 32 KiB for one read (`netlink_recvmsg`), and as
/// much only for readers who offer it.
const BUFFER_BYTES: usize = 32 * 1024;

/// The kernel answers a dump at once; a longer silence means that it never
/// will.
const PATIENCE: Duration = Duration::from_secs(10);

const ACTION: &str = "dump the conntrack table";

/// A dump under way, on a socket of its own.
///
/// While it goes on, connections come and go: a young connection that is
/// missing from it proves nothing.
pub struct Dump {
    action: &'static str,
    socket: OwnedFd,
    buffer: Vec<u8>,
    progress: Progress,
    counters: DecodeCounters,
}

/// What the parts of a dump have said about the dump itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Progress {
    pub is_done: bool,
    pub was_interrupted: bool,
}

impl Progress {
    /// Notes what the next part says; an error where the kernel refuses the
    /// dump or breaks it off.
    pub fn note(&mut self, action: &'static str, part: &[u8]) -> Result<(), Error> {
        for message in Messages(part) {
            let message = message.map_err(|source| Error::Decode { action, source })?;
            self.was_interrupted |= message.flags & NLM_F_DUMP_INTR != 0;
            match message.kind {
                NLMSG_ERROR => message.error(action)?,
                NLMSG_DONE => {
                    self.is_done = true;
                    // Its payload is the dump's own error number.
                    message.error(action)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Dump {
    /// Asks the kernel for its table.
    ///
    /// `filter` lets the kernel leave out what it can tell cheaply; what comes
    /// may still hold connections that do not fit.
    ///
    /// # Errors
    ///
    /// The socket could not be opened or the request not be sent.
    pub fn start(filter: &Filter) -> Result<Self, Error> {
        Self::ask(ACTION, &mut request(filter))
    }

    /// Asks for what `request` says; `action` is what that is.
    pub(crate) fn ask(action: &'static str, request: &mut Request) -> Result<Self, Error> {
        let socket = asking_socket(action)?;
        let sent = sys::send(socket.as_fd(), request.finish());
        sent.map_err(Error::system(action))?;
        Ok(Self {
            action,
            socket,
            buffer: vec![0; BUFFER_BYTES],
            progress: Progress::default(),
            counters: DecodeCounters::default(),
        })
    }

    /// Reads the next part; `None` after the last.
    ///
    /// # Errors
    ///
    /// The kernel refused the dump or broke it off.
    pub fn read(&mut self) -> Result<Option<DumpChunk<'_>>, Error> {
        if self.progress.is_done {
            return Ok(None);
        }
        let action = self.action;
        let fd = self.socket.as_fd();
        if !sys::wait_readable(fd, PATIENCE).map_err(Error::system(action))? {
            return Err(Error::System {
                action,
                source: std::io::ErrorKind::TimedOut.into(),
            });
        }
        let length = sys::receive(fd, &mut self.buffer).map_err(Error::system(action))?;
        if length > self.buffer.len() {
            return Err(Error::Decode {
                action,
                source: DecodeError::Truncated {
                    what: "part of a dump",
                    claimed: length,
                    available: self.buffer.len(),
                },
            });
        }
        let part = &self.buffer[..length];
        self.progress.note(action, part)?;
        Ok(Some(DumpChunk {
            bytes: part,
            counters: &mut self.counters,
        }))
    }

    /// Whether the kernel said that the table changed its shape meanwhile, so
    /// that connections may be missing (`NLM_F_DUMP_INTR`).
    pub fn was_interrupted(&self) -> bool {
        self.progress.was_interrupted
    }
}

/// One part of a dump.
pub struct DumpChunk<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) counters: &'a mut DecodeCounters,
}

impl DumpChunk<'_> {
    /// How many connections are in it, those that cannot be decoded included.
    pub(crate) fn connections(&self) -> usize {
        let messages = Messages(self.bytes).filter_map(Result::ok);
        messages.filter(|message| message.kind == CT_NEW).count()
    }

    /// Decodes the connections into `room`, whose elements are used again, and
    /// returns as many as there are.
    ///
    /// Calls `skipped` for each connection that cannot be decoded.
    #[inline]
    pub fn decode(
        self,
        room: &mut Vec<Connection>,
        mut skipped: impl FnMut(DecodeError),
    ) -> &[Connection] {
        let mut count = 0;
        for message in Messages(self.bytes) {
            if room.len() == count {
                room.push(Connection::default());
            }
            let connection = &mut room[count];
            match message.and_then(|message| decode(&message, connection, self.counters)) {
                Ok(true) => count += 1,
                Ok(false) => {}
                Err(error) => skipped(error),
            }
        }
        &room[..count]
    }
}

fn decode(
    message: &Message<'_>,
    connection: &mut Connection,
    counters: &mut DecodeCounters,
) -> Result<bool, DecodeError> {
    match message.kind {
        CT_NEW => decode_connection(message.attributes()?, connection, counters).map(|()| true),
        NLMSG_NOOP | NLMSG_ERROR | NLMSG_DONE => Ok(false),
        other => Err(DecodeError::UnknownMessage(other)),
    }
}

/// The request for a dump, with as much of `filter` as the kernel can do.
///
/// The kernel compares status bits all at once, so only one kind of translation
/// can be asked for (`ctnetlink_filter_match`); and one NAT address, which for
/// source translation is the destination of the reply (`CTA_FILTER`).
fn request(filter: &Filter) -> Request {
    let address = single_nat_address(filter);
    let family = match address {
        Some(IpAddr::V4(_)) => libc::AF_INET,
        Some(IpAddr::V6(_)) => libc::AF_INET6,
        None => libc::AF_UNSPEC,
    };
    let mut request = Request::new(CT_GET, NLM_F_DUMP, 1, family);
    if let Some(kind) = filter.kind {
        let Status(bit) = kind.status();
        request
            .attribute(CTA_STATUS, &bit.to_be_bytes())
            .attribute(CTA_STATUS_MASK, &bit.to_be_bytes());
    }
    // Of IPv6 the family has to do: the kernel, Linux 6.18 at least, passes all
    // addresses but the one asked for (`ctnetlink_filter_match_tuple`).
    if let Some(address @ IpAddr::V4(_)) = address {
        request.nest(CTA_TUPLE_REPLY, |request| {
            request.nest(CTA_TUPLE_IP, |request| {
                request.address(CTA_IP_V4_DST, CTA_IP_V6_DST, address);
            });
        });
        request.nest(CTA_FILTER, |request| {
            request
                .attribute(CTA_FILTER_ORIG_FLAGS, &0_u32.to_ne_bytes())
                .attribute(
                    CTA_FILTER_REPLY_FLAGS,
                    &CTA_FILTER_F_CTA_IP_DST.to_ne_bytes(),
                );
        });
    }
    request
}

fn single_nat_address(filter: &Filter) -> Option<IpAddr> {
    match filter.nat.0.as_slice() {
        [pattern] if filter.kind == Some(TranslationKind::Source) => pattern.address(),
        _ => None,
    }
}
