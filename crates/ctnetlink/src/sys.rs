//! System calls: the only file with `unsafe`.
//!
//! Each function wraps one call and says why it is sound. Nothing here knows
//! what is in a message.
#![allow(unsafe_code)]

use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Duration;

use crate::bpf::Instruction;
use crate::uapi::SK_MEMINFO_VARS;

/// Opens a netlink socket of the netfilter family, closed on exec.
pub fn netfilter_socket() -> io::Result<OwnedFd> {
    // SAFETY: no pointers; the result is checked before it is owned.
    let fd = unsafe {
        libc::socket(
            libc::AF_NETLINK,
            libc::SOCK_RAW | libc::SOCK_CLOEXEC,
            libc::NETLINK_NETFILTER,
        )
    };
    checked(fd)?;
    // SAFETY: `fd` was just opened and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Binds to a port id of the kernel's choice and to multicast groups.
pub fn bind(socket: BorrowedFd<'_>, groups: u32) -> io::Result<()> {
    let mut address = kernel_address();
    address.nl_groups = groups;
    // SAFETY: the address is a valid sockaddr_nl of the length given.
    let result = unsafe {
        libc::bind(
            socket.as_raw_fd(),
            ptr::from_ref(&address).cast(),
            mem::size_of::<libc::sockaddr_nl>() as libc::socklen_t,
        )
    };
    checked(result).map(drop)
}

/// Fixes the kernel as the only peer, so that no other process can send to the
/// socket (`netlink_getsockbyportid` refuses it).
pub fn connect_to_kernel(socket: BorrowedFd<'_>) -> io::Result<()> {
    let address = kernel_address();
    // SAFETY: the address is a valid sockaddr_nl of the length given.
    let result = unsafe {
        libc::connect(
            socket.as_raw_fd(),
            ptr::from_ref(&address).cast(),
            mem::size_of::<libc::sockaddr_nl>() as libc::socklen_t,
        )
    };
    checked(result).map(drop)
}

/// Sets an integer option.
pub fn set_option(socket: BorrowedFd<'_>, level: i32, name: i32, value: i32) -> io::Result<()> {
    // SAFETY: the pointer and length describe `value`, which lives on.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            ptr::from_ref(&value).cast(),
            mem::size_of::<i32>() as libc::socklen_t,
        )
    };
    checked(result).map(drop)
}

/// Reads an integer option back.
pub fn option(socket: BorrowedFd<'_>, level: i32, name: i32) -> io::Result<i32> {
    let mut value = 0_i32;
    let mut length = mem::size_of::<i32>() as libc::socklen_t;
    // SAFETY: the pointers describe `value` and its length, both writable.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            level,
            name,
            ptr::from_mut(&mut value).cast(),
            &mut length,
        )
    };
    checked(result)?;
    Ok(value)
}

/// What a socket's queues hold, in the order of `SK_MEMINFO_*`.
pub fn memory(socket: BorrowedFd<'_>) -> io::Result<[u32; SK_MEMINFO_VARS]> {
    let mut memory = [0_u32; SK_MEMINFO_VARS];
    let mut length = mem::size_of_val(&memory) as libc::socklen_t;
    // SAFETY: the pointers describe `memory` and its length, both writable.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            memory.as_mut_ptr().cast(),
            &mut length,
        )
    };
    checked(result)?;
    Ok(memory)
}

/// Attaches a classic BPF program to any socket.
pub fn attach_filter(socket: BorrowedFd<'_>, program: &[Instruction]) -> io::Result<()> {
    let code: Vec<libc::sock_filter> = program
        .iter()
        .map(|instruction| libc::sock_filter {
            code: instruction.code,
            jt: instruction.jump_true,
            jf: instruction.jump_false,
            k: instruction.k,
        })
        .collect();
    let length =
        u16::try_from(code.len()).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
    let program = libc::sock_fprog {
        len: length,
        filter: code.as_ptr().cast_mut(),
    };
    // SAFETY: the kernel copies the program, which lives until after the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            ptr::from_ref(&program).cast(),
            mem::size_of::<libc::sock_fprog>() as libc::socklen_t,
        )
    };
    checked(result).map(drop)
}

/// Takes a classic BPF program off, if there is one.
pub fn detach_filter(socket: BorrowedFd<'_>) -> io::Result<()> {
    match set_option(socket, libc::SOL_SOCKET, libc::SO_DETACH_FILTER, 0) {
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(()),
        result => result,
    }
}

/// Sends one datagram to the peer.
pub fn send(socket: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<()> {
    loop {
        // SAFETY: the pointer and length describe `bytes`.
        let result =
            unsafe { libc::send(socket.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), 0) };
        match checked_length(result) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.map(drop),
        }
    }
}

/// Receives one datagram without waiting for it; returns its true length, which
/// is greater than the buffer's when it was cut.
pub fn receive(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        // SAFETY: the pointer and length describe `buffer`, which is writable.
        let result = unsafe {
            libc::recv(
                socket.as_raw_fd(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                libc::MSG_TRUNC | libc::MSG_DONTWAIT,
            )
        };
        match checked_length(result) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Waits until the socket can be read or has an error; false when time ran
/// out or a signal came first.
pub fn wait_readable(socket: BorrowedFd<'_>, timeout: Duration) -> io::Result<bool> {
    let mut poll = libc::pollfd {
        fd: socket.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: one pollfd, as the count says.
    let result = unsafe { libc::poll(&mut poll, 1, milliseconds) };
    match checked(result) {
        Ok(ready) => Ok(ready > 0),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reads how the kernel keeps its clock, and changes nothing.
pub fn clock_discipline() -> io::Result<libc::timex> {
    // SAFETY: timex is plain integers; all-zero has no modes, which only reads.
    let mut discipline: libc::timex = unsafe { mem::zeroed() };
    // SAFETY: the pointer is to a writable timex.
    let result = unsafe { libc::adjtimex(&mut discipline) };
    checked(result)?;
    Ok(discipline)
}

/// Room for many datagrams, filled by one system call.
pub struct DatagramBatch {
    slots: Vec<u8>,
    slot_bytes: usize,
    vectors: Vec<libc::iovec>,
    headers: Vec<libc::mmsghdr>,
    filled: usize,
}

// SAFETY: the raw pointers in `vectors` and `headers` point into the other
// vectors' heap memory, which never moves or grows and travels with them.
unsafe impl Send for DatagramBatch {}

impl DatagramBatch {
    /// Makes room for `datagrams` of at most `slot_bytes` each.
    pub fn new(datagrams: usize, slot_bytes: usize) -> Self {
        let mut slots = vec![0; datagrams * slot_bytes];
        let mut vectors: Vec<libc::iovec> = slots
            .chunks_exact_mut(slot_bytes)
            .map(|slot| libc::iovec {
                iov_base: slot.as_mut_ptr().cast(),
                iov_len: slot.len(),
            })
            .collect();
        let headers = vectors
            .iter_mut()
            .map(|vector| {
                // SAFETY: all-zero is a valid msghdr: null pointers, no lengths.
                let mut header: libc::mmsghdr = unsafe { mem::zeroed() };
                header.msg_hdr.msg_iov = vector;
                header.msg_hdr.msg_iovlen = 1;
                header
            })
            .collect();
        Self {
            slots,
            slot_bytes,
            vectors,
            headers,
            filled: 0,
        }
    }

    /// Reads what is there, without waiting; returns how many datagrams.
    ///
    /// # Errors
    ///
    /// `WouldBlock` when there is none; `ENOBUFS` when the kernel had to drop
    /// some since the last call.
    pub fn receive(&mut self, socket: BorrowedFd<'_>) -> io::Result<usize> {
        debug_assert_eq!(self.vectors.len(), self.headers.len());
        for header in &mut self.headers[..self.filled] {
            header.msg_hdr.msg_flags = 0;
        }
        self.filled = 0;
        // SAFETY: each header points to one iovec and one slot owned by `self`,
        // and `&mut self` keeps them from being read meanwhile.
        let result = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.headers.as_mut_ptr(),
                self.headers.len() as libc::c_uint,
                libc::MSG_DONTWAIT as _,
                ptr::null_mut(),
            )
        };
        self.filled = checked(result)? as usize;
        Ok(self.filled)
    }

    /// Whether the last receive filled every slot, so that more may be queued.
    pub fn is_full(&self) -> bool {
        self.filled == self.headers.len()
    }

    /// The datagrams of the last receive, in order.
    pub fn datagrams(&self) -> impl Iterator<Item = Datagram<'_>> {
        self.headers[..self.filled]
            .iter()
            .zip(self.slots.chunks_exact(self.slot_bytes))
            .map(|(header, slot)| Datagram {
                bytes: &slot[..(header.msg_len as usize).min(slot.len())],
                is_cut: header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0,
            })
    }
}

/// One received datagram.
pub struct Datagram<'a> {
    /// Its bytes, as many as fit into the slot.
    pub bytes: &'a [u8],
    /// Whether it was longer than the slot.
    pub is_cut: bool,
}

fn kernel_address() -> libc::sockaddr_nl {
    // SAFETY: sockaddr_nl is plain integers; all-zero means "the kernel".
    let mut address: libc::sockaddr_nl = unsafe { mem::zeroed() };
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address
}

fn checked(result: i32) -> io::Result<i32> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

fn checked_length(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}
