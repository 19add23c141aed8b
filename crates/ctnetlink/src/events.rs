//! The event socket: NEW and DESTROY as they happen, in batches.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use model::Event;

use crate::bpf::Program;
use crate::decode::{DecodeCounters, decode_event};
use crate::error::{DecodeError, Error};
use crate::message::Messages;
use crate::sys::{self, Datagram, DatagramBatch};
use crate::uapi::{
    GROUP_DESTROY, GROUP_NEW, GROUP_UPDATE, NLMSG_NOOP, SK_MEMINFO_DROPS, SK_MEMINFO_RCVBUF,
    SK_MEMINFO_RMEM_ALLOC,
};

/// Datagrams read by one system call. More saves nothing measurable and falls
/// out of the second-level cache.
const BATCH: usize = 64;

/// Room for one event. The kernel's longest is near 600 bytes: IPv6 tuples,
/// counters, labels, helper and security context.
const SLOT_BYTES: usize = 1024;

/// Which events to subscribe to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Groups(u32);

impl Groups {
    /// NEW and DESTROY: all that translations need, since a translation is
    /// fixed before NEW is sent.
    pub const NEW_AND_DESTROY: Self = Self(GROUP_NEW | GROUP_DESTROY);
    /// UPDATE as well, for those who watch states.
    pub const ALL: Self = Self(GROUP_NEW | GROUP_UPDATE | GROUP_DESTROY);
}

/// How to open an [`EventSocket`].
#[derive(Clone, Debug)]
pub struct EventOptions {
    /// Which events.
    pub groups: Groups,
    /// Wanted size of the receive buffer in bytes, as given to `SO_RCVBUF`.
    pub receive_buffer: usize,
    /// A program that the kernel runs to decide whether to queue an event.
    pub program: Option<Program>,
    /// Ask the kernel to keep and re-send a DESTROY that did not fit
    /// (`NETLINK_BROADCAST_ERROR`).
    pub is_reliable: bool,
}

/// A socket that the kernel sends conntrack events to.
pub struct EventSocket {
    socket: OwnedFd,
    batch: DatagramBatch,
    receive_buffer: usize,
    counters: DecodeCounters,
    /// Whether the next read tells an overrun.
    has_overrun: bool,
}

/// The queue of an [`EventSocket`], seen from another thread.
pub struct EventQueue(OwnedFd);

impl EventQueue {
    /// Whether all that happened so far has been read.
    ///
    /// The kernel queues the NEW of a connection before it sends the first
    /// packet on (`nf_confirm`), and the DESTROY as it forgets it. An overrun
    /// that was not reported yet counts as something to read.
    pub fn is_empty(&self) -> bool {
        matches!(
            sys::wait_readable(self.0.as_fd(), Duration::ZERO),
            Ok(false)
        )
    }

    /// How full it is, and what did not fit.
    ///
    /// # Errors
    ///
    /// The socket is broken.
    pub fn filling(&self) -> Result<Filling, Error> {
        let memory = sys::memory(self.0.as_fd());
        let memory = memory.map_err(Error::system("look how full the event queue is"))?;
        Ok(Filling {
            taken: memory[SK_MEMINFO_RMEM_ALLOC],
            room: memory[SK_MEMINFO_RCVBUF],
            refused: memory[SK_MEMINFO_DROPS],
        })
    }

    /// The same as [`EventSocket::set_reliable`], for a thread that notices that
    /// nobody reads: while a connection that ended waits for a reader, it costs
    /// the packets of others.
    ///
    /// # Errors
    ///
    /// The socket is broken.
    pub fn set_reliable(&self, is_reliable: bool) -> Result<(), Error> {
        set_reliable(self.0.as_fd(), is_reliable)
    }
}

/// How full an event queue is (`SO_MEMINFO`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Filling {
    /// Bytes of memory that the events in it take, the kernel's overhead included.
    pub taken: u32,
    /// Bytes from which on events are refused: the double of
    /// [`EventSocket::receive_buffer`].
    pub room: u32,
    /// Events that found it full since the socket was opened. Where the kernel keeps
    /// the end of a connection and tells it again, each attempt counts.
    pub refused: u32,
}

/// What a read brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Read {
    /// This many datagrams, and whether the batch was full: more may wait.
    Events {
        /// How many.
        datagrams: usize,
        /// Whether there was no room for more.
        is_full: bool,
    },
    /// Nothing is there.
    Nothing,
    /// The kernel dropped events since the last read (`ENOBUFS`).
    Overrun,
}

impl EventSocket {
    /// Opens a socket in this network namespace and subscribes.
    ///
    /// The receive buffer is forced beyond `net.core.rmem_max` where that is
    /// allowed (`SO_RCVBUFFORCE`), else set as far as it goes; ask
    /// [`Self::receive_buffer`] for what came of it.
    ///
    /// # Errors
    ///
    /// The kernel has no conntrack netlink, or refused an option or program.
    pub fn open(options: &EventOptions) -> Result<Self, Error> {
        let socket = sys::netfilter_socket().map_err(Error::system("open event socket"))?;
        prepare(socket.as_fd(), options)?;
        // Bound last, so that no event passes before options and filter are set.
        sys::bind(socket.as_fd(), options.groups.0)
            .map_err(Error::system("subscribe to conntrack events"))?;
        sys::connect_to_kernel(socket.as_fd()).map_err(Error::system("connect event socket"))?;
        Self::of(socket)
    }

    /// Takes over a socket that another process opened with [`Self::open`], and
    /// everything that waits in its queue.
    ///
    /// # Errors
    ///
    /// It is no netfilter socket, or the kernel refused an option or program.
    pub fn take_over(socket: OwnedFd, options: &EventOptions) -> Result<Self, Error> {
        const ACTION: &str = "take over event socket";
        let fd = socket.as_fd();
        let domain = sys::option(fd, libc::SOL_SOCKET, libc::SO_DOMAIN);
        let protocol = sys::option(fd, libc::SOL_SOCKET, libc::SO_PROTOCOL);
        match (domain, protocol) {
            (Ok(libc::AF_NETLINK), Ok(libc::NETLINK_NETFILTER)) => {}
            (Err(error), _) | (_, Err(error)) => return Err(Error::system(ACTION)(error)),
            _ => return Err(Error::system(ACTION)(io::ErrorKind::InvalidInput.into())),
        }
        prepare(fd, options)?;
        Self::of(socket)
    }

    fn of(socket: OwnedFd) -> Result<Self, Error> {
        let receive_buffer = receive_buffer_of(socket.as_fd())
            .map_err(Error::system("read back receive buffer of event socket"))?;
        Ok(Self {
            socket,
            batch: DatagramBatch::new(BATCH, SLOT_BYTES),
            receive_buffer,
            counters: DecodeCounters::default(),
            has_overrun: false,
        })
    }

    /// Makes the receive buffer another size, as in [`EventOptions`], and
    /// returns what came of it, as [`Self::receive_buffer`] does.
    ///
    /// # Errors
    ///
    /// The socket is broken.
    pub fn set_receive_buffer(&mut self, bytes: usize) -> Result<usize, Error> {
        let fd = self.socket.as_fd();
        force_receive_buffer(fd, bytes)
            .and_then(|()| receive_buffer_of(fd))
            .inspect(|effective| self.receive_buffer = *effective)
            .map_err(Error::system("set receive buffer of event socket"))
    }

    /// Asks the kernel to keep and re-send a DESTROY that does not fit, or no
    /// longer to, as in [`EventOptions`].
    ///
    /// When it no longer shall, it lets go of what it has kept so far within
    /// moments, and those DESTROYs are lost unless they fit by then.
    ///
    /// # Errors
    ///
    /// The socket is broken.
    pub fn set_reliable(&self, is_reliable: bool) -> Result<(), Error> {
        set_reliable(self.socket.as_fd(), is_reliable)
    }

    /// The effective size of the receive buffer in bytes, in the measure of what
    /// was asked for.
    pub fn receive_buffer(&self) -> usize {
        self.receive_buffer
    }

    /// A look at the queue from other threads.
    ///
    /// # Errors
    ///
    /// There is no file descriptor left.
    pub fn queue(&self) -> Result<EventQueue, Error> {
        self.socket
            .try_clone()
            .map(EventQueue)
            .map_err(Error::system("duplicate event socket"))
    }

    /// Waits until there is something to read; false when time ran out.
    ///
    /// # Errors
    ///
    /// The socket is broken.
    pub fn wait(&self, timeout: Duration) -> Result<bool, Error> {
        sys::wait_readable(self.socket.as_fd(), timeout)
            .map_err(Error::system("wait for conntrack events"))
    }

    /// Reads a batch of what is there, without waiting.
    ///
    /// # Errors
    ///
    /// The socket is broken; an overrun is no error.
    pub fn read(&mut self) -> Result<Read, Error> {
        if std::mem::take(&mut self.has_overrun) {
            return Ok(Read::Overrun);
        }
        let fd = self.socket.as_fd();
        match self.batch.receive(fd) {
            Ok(datagrams) => {
                // A batch ends early where the queue does, or at an overrun, which
                // the kernel keeps for the next call (`do_recvmmsg`).
                let is_short = !self.batch.is_full();
                if is_short && let Ok(error) = sys::option(fd, libc::SOL_SOCKET, libc::SO_ERROR) {
                    self.has_overrun = error == libc::ENOBUFS;
                }
                Ok(Read::Events {
                    datagrams,
                    is_full: !is_short || self.has_overrun,
                })
            }
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => Ok(Read::Overrun),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(Read::Nothing)
            }
            Err(error) => Err(Error::System {
                action: "read conntrack events",
                source: error,
            }),
        }
    }

    /// The events of the last read.
    pub fn batch(&mut self) -> EventBatch<'_> {
        EventBatch {
            batch: &self.batch,
            counters: &mut self.counters,
        }
    }

    /// What decoding has passed over so far.
    pub fn counters(&self) -> DecodeCounters {
        self.counters
    }
}

impl AsFd for EventQueue {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl From<EventQueue> for OwnedFd {
    fn from(queue: EventQueue) -> Self {
        queue.0
    }
}

impl AsFd for EventSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn prepare(socket: BorrowedFd<'_>, options: &EventOptions) -> Result<(), Error> {
    force_receive_buffer(socket, options.receive_buffer)
        .map_err(Error::system("set receive buffer of event socket"))?;
    set_reliable(socket, options.is_reliable)?;
    match &options.program {
        Some(program) => program.attach(socket),
        None => sys::detach_filter(socket).map_err(Error::system("detach filter")),
    }
}

fn set_reliable(socket: BorrowedFd<'_>, is_reliable: bool) -> Result<(), Error> {
    sys::set_option(
        socket,
        libc::SOL_NETLINK,
        libc::NETLINK_BROADCAST_ERROR,
        i32::from(is_reliable),
    )
    .map_err(Error::system("ask for reliable DESTROY events"))
}

/// The kernel doubles what it is given, to make up for its own overhead, and
/// tells the double.
fn receive_buffer_of(socket: BorrowedFd<'_>) -> io::Result<usize> {
    let doubled = sys::option(socket, libc::SOL_SOCKET, libc::SO_RCVBUF)?;
    Ok(usize::try_from(doubled).unwrap_or(0) / 2)
}

/// `SO_RCVBUFFORCE` needs CAP_NET_ADMIN in the initial user namespace.
fn force_receive_buffer(socket: BorrowedFd<'_>, bytes: usize) -> io::Result<()> {
    let bytes = i32::try_from(bytes).unwrap_or(i32::MAX);
    sys::set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, bytes)
        .or_else(|_| sys::set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUF, bytes))
}

/// The datagrams of one read, not decoded yet.
pub struct EventBatch<'a> {
    batch: &'a DatagramBatch,
    counters: &'a mut DecodeCounters,
}

impl EventBatch<'_> {
    /// Decodes the events in order into `room`, whose elements are used again,
    /// and returns as many as there are.
    ///
    /// Calls `skipped` for each event that cannot be decoded.
    #[inline]
    pub fn decode(self, room: &mut Vec<Event>, skipped: impl FnMut(DecodeError)) -> &[Event] {
        decode_all(self.batch.datagrams(), room, self.counters, skipped)
    }
}

/// Decodes the events of datagrams, as [`EventBatch::decode`] does.
#[inline]
pub(crate) fn decode_all<'d, 'r>(
    datagrams: impl Iterator<Item = Datagram<'d>>,
    room: &'r mut Vec<Event>,
    counters: &mut DecodeCounters,
    mut skipped: impl FnMut(DecodeError),
) -> &'r [Event] {
    let mut count = 0;
    for datagram in datagrams {
        if datagram.is_cut {
            skipped(DecodeError::Truncated {
                what: "event",
                claimed: SLOT_BYTES + 1,
                available: SLOT_BYTES,
            });
            continue;
        }
        for message in Messages(datagram.bytes) {
            if room.len() == count {
                room.push(Event::default());
            }
            let event = &mut room[count];
            match message {
                Ok(message) if message.kind <= NLMSG_NOOP => {}
                Ok(message) => match decode_event(&message, event, counters) {
                    Ok(()) => count += 1,
                    Err(error) => skipped(error),
                },
                Err(error) => skipped(error),
            }
        }
    }
    &room[..count]
}
