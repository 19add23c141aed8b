//! System calls that the standard library does not offer, made safe.
//!
//! The only file with `unsafe`, apart from [`ring`] below it. It knows processors, namespaces, signals and
//! three kinds of socket; what is sent and received through them is decided in
//! `generator`, `floor`, `raw_dump` and `truth::sink`.
#![allow(unsafe_code)]

mod ring;

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub use ring::PacketRing;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

extern "C" fn note_signal(_: libc::c_int) {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

/// Notes SIGINT and SIGTERM instead of dying from them, so that namespaces
/// and settings are put back on the way out.
pub fn catch_signals() {
    for signal in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the handler only stores to an atomic. `sigaction` without
        // SA_RESTART, so that blocking calls return.
        unsafe {
            let mut action: libc::sigaction = zeroed();
            action.sa_sigaction = note_signal as extern "C" fn(libc::c_int) as usize;
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
}

/// Whether SIGINT or SIGTERM has arrived.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Sleeps, and ends early with an error when SIGINT or SIGTERM arrives.
pub fn pause(time: Duration) -> io::Result<()> {
    let end = Instant::now() + time;
    loop {
        if is_interrupted() {
            return Err(io::Error::new(
                io::ErrorKind::Interrupted,
                "stopped by a signal",
            ));
        }
        let rest = end.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return Ok(());
        }
        std::thread::sleep(rest.min(Duration::from_millis(100)));
    }
}

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}

/// Waits until there is something to read, or an error or the time limit.
fn wait_for_input(socket: &OwnedFd, limit: Duration) -> io::Result<bool> {
    let milliseconds = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX);
    let mut poll = libc::pollfd {
        fd: socket.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one element, and that many are announced.
    Ok(check(unsafe { libc::poll(&mut poll, 1, milliseconds) })? > 0)
}

/// Keeps the calling thread on one processor core.
pub fn pin(core: usize) -> io::Result<()> {
    // SAFETY: `set` is a plain bit set that lives for the call.
    unsafe {
        let mut set: libc::cpu_set_t = zeroed();
        libc::CPU_SET(core, &mut set);
        check(libc::sched_setaffinity(
            0,
            size_of::<libc::cpu_set_t>(),
            &set,
        ))?;
    }
    Ok(())
}

/// Makes `command` run on every core.
pub fn on_all_cores(command: &mut Command) {
    // SAFETY: between fork and exec only a system call is made.
    unsafe {
        command.pre_exec(unpin);
    }
}

/// Lets the calling thread, and all that it starts, run on every core.
pub fn unpin() -> io::Result<()> {
    // SAFETY: `set` is a plain bit set that lives for the call. The kernel
    // ignores cores that do not exist.
    unsafe {
        let mut set: libc::cpu_set_t = zeroed();
        for core in 0..libc::CPU_SETSIZE as usize {
            libc::CPU_SET(core, &mut set);
        }
        check(libc::sched_setaffinity(
            0,
            size_of::<libc::cpu_set_t>(),
            &set,
        ))?;
    }
    Ok(())
}

/// Processor time of all threads of this process, ended ones included.
pub fn processor_time() -> io::Result<Duration> {
    // SAFETY: `usage` is plain data that lives for the call.
    let usage = unsafe {
        let mut usage: libc::rusage = zeroed();
        check(libc::getrusage(libc::RUSAGE_SELF, &mut usage))?;
        usage
    };
    let time = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec.unsigned_abs())
            + Duration::from_micros(time.tv_usec.unsigned_abs())
    };
    Ok(time(usage.ru_utime) + time(usage.ru_stime))
}

/// Puts the calling thread, and all that it starts, before other programs.
pub fn raise_priority() -> io::Result<()> {
    set_priority(-10)
}

/// Puts the calling thread on a par with other programs again, behind what was
/// started with a raised priority.
pub fn lower_priority() -> io::Result<()> {
    set_priority(0)
}

fn set_priority(nice: libc::c_int) -> io::Result<()> {
    // SAFETY: no memory is involved. On Linux, 0 is the calling thread.
    check(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, nice) })?;
    Ok(())
}

/// Moves the calling thread, and no other, into a network namespace.
pub fn enter_namespace(namespace: &File) -> io::Result<()> {
    // SAFETY: the descriptor is open for the length of the call.
    check(unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) })?;
    Ok(())
}

/// Makes `command` start in `namespace`, on `core`, and die with its parent.
pub fn place(command: &mut Command, namespace: &File, core: usize) -> io::Result<()> {
    let namespace = namespace.try_clone()?;
    // SAFETY: between fork and exec only system calls are made.
    unsafe {
        command.pre_exec(move || {
            check(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL))?;
            enter_namespace(&namespace)?;
            pin(core)
        });
    }
    Ok(())
}

/// Makes `command` die with its parent.
pub fn die_with_parent(command: &mut Command) {
    // SAFETY: between fork and exec only a system call is made.
    unsafe {
        command.pre_exec(|| {
            check(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL))?;
            Ok(())
        });
    }
}

/// Sends SIGTERM to a process that the caller has started and not yet waited
/// for.
pub fn terminate(process: u32) -> io::Result<()> {
    signal(process, libc::SIGTERM)
}

/// Stops such a process where it is, as a debugger or a frozen control group
/// does.
pub fn freeze(process: u32) -> io::Result<()> {
    signal(process, libc::SIGSTOP)
}

/// Lets it go on.
pub fn thaw(process: u32) -> io::Result<()> {
    signal(process, libc::SIGCONT)
}

/// Sends a signal to a process that the caller has started and not yet waited
/// for.
pub fn signal(process: u32, signal: libc::c_int) -> io::Result<()> {
    let process = libc::pid_t::try_from(process).map_err(io::Error::other)?;
    // SAFETY: no memory is involved.
    check(unsafe { libc::kill(process, signal) })?;
    Ok(())
}

/// Whether this process runs as root.
pub fn is_root() -> bool {
    // SAFETY: no memory is involved.
    unsafe { libc::geteuid() == 0 }
}

/// Clock ticks per second, the unit of times in `/proc/PID/stat`.
pub fn ticks_per_second() -> u64 {
    // SAFETY: no memory is involved.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    u64::try_from(ticks).unwrap_or(100)
}

/// Index of an interface in the namespace of the calling thread.
pub fn interface_index(name: &str) -> io::Result<i32> {
    let name = CString::new(name)?;
    // SAFETY: the name ends in a NUL byte and lives for the call.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(io::Error::last_os_error()),
        index => i32::try_from(index).map_err(io::Error::other),
    }
}

/// Buffers and headers for one `sendmmsg` or `recvmmsg`.
///
/// The headers point into the boxed slices beside them, which never move or
/// change their length.
struct Batch {
    buffers: Box<[u8]>,
    _vectors: Box<[libc::iovec]>,
    headers: Box<[libc::mmsghdr]>,
    size: usize,
}

impl Batch {
    fn new(messages: usize, size: usize) -> Self {
        let mut buffers = vec![0u8; messages * size].into_boxed_slice();
        let mut vectors: Box<[libc::iovec]> = buffers
            .chunks_exact_mut(size)
            .map(|buffer| libc::iovec {
                iov_base: buffer.as_mut_ptr().cast(),
                iov_len: buffer.len(),
            })
            .collect();
        let headers = vectors
            .iter_mut()
            .map(|vector| {
                // SAFETY: all zeroes is a valid `mmsghdr`: no name, no
                // control data, no flags.
                let mut header: libc::mmsghdr = unsafe { zeroed() };
                header.msg_hdr.msg_iov = vector;
                header.msg_hdr.msg_iovlen = 1;
                header
            })
            .collect();
        Self {
            buffers,
            _vectors: vectors,
            headers,
            size,
        }
    }

    fn buffer(&mut self, index: usize) -> &mut [u8] {
        &mut self.buffers[index * self.size..][..self.size]
    }

    /// Length argument of the system calls.
    fn len(&self) -> libc::c_uint {
        libc::c_uint::try_from(self.headers.len()).unwrap_or(libc::c_uint::MAX)
    }
}

/// A raw socket that puts whole Ethernet frames on one interface.
pub struct PacketSocket {
    socket: OwnedFd,
    batch: Batch,
}

impl PacketSocket {
    /// Opens one for the interface with this index, in the namespace of the
    /// calling thread; it sends `frames` frames of `size` bytes at a time.
    pub fn open(interface: i32, frames: usize, size: usize) -> io::Result<Self> {
        // SAFETY: a fresh descriptor that nobody else owns; the address and
        // the option live for the calls.
        let socket = unsafe {
            // Protocol 0: this socket receives nothing.
            let flags = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
            let socket = OwnedFd::from_raw_fd(check(libc::socket(libc::AF_PACKET, flags, 0))?);
            let mut address: libc::sockaddr_ll = zeroed();
            address.sll_family = libc::AF_PACKET as u16;
            address.sll_ifindex = interface;
            check(libc::bind(
                socket.as_raw_fd(),
                (&raw const address).cast(),
                size_of::<libc::sockaddr_ll>() as libc::socklen_t,
            ))?;
            set_option(&socket, libc::SOL_PACKET, libc::PACKET_QDISC_BYPASS, 1)?;
            socket
        };
        Ok(Self {
            socket,
            batch: Batch::new(frames, size),
        })
    }

    /// The frame at `index` of the next batch, to be written in place.
    pub fn frame(&mut self, index: usize) -> &mut [u8] {
        self.batch.buffer(index)
    }

    /// Sends the first `count` frames and returns how many left.
    pub fn send(&mut self, count: usize) -> io::Result<usize> {
        let count = libc::c_uint::try_from(count)
            .unwrap_or(0)
            .min(self.batch.len());
        // SAFETY: the headers and what they point to belong to `self.batch`.
        let sent = check(unsafe {
            libc::sendmmsg(
                self.socket.as_raw_fd(),
                self.batch.headers.as_mut_ptr(),
                count,
                0,
            )
        })?;
        Ok(sent as usize)
    }
}

/// Sets an option whose value is a plain value of C: no references in it.
fn set_option<T: Copy>(socket: &OwnedFd, level: i32, name: i32, value: T) -> io::Result<()> {
    // SAFETY: the value lives for the call and its true size is given.
    check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            size_of::<T>() as libc::socklen_t,
        )
    })?;
    Ok(())
}

fn option(socket: &OwnedFd, level: i32, name: i32) -> io::Result<i32> {
    let mut value = 0;
    let mut length = size_of::<i32>() as libc::socklen_t;
    // SAFETY: value and length live for the call and the true size is given.
    check(unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw mut value).cast(),
            &raw mut length,
        )
    })?;
    Ok(value)
}

/// One instruction of a classic BPF program: code, jump if true, jump if
/// false, operand.
pub type Instruction = (u16, u8, u8, u32);

/// A netlink socket of the netfilter family.
pub struct NetlinkSocket(OwnedFd);

impl NetlinkSocket {
    /// Opens one in the namespace of the calling thread.
    pub fn open() -> io::Result<Self> {
        // SAFETY: a fresh descriptor that nobody else owns; the address lives
        // for the call.
        unsafe {
            let flags = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
            let socket = check(libc::socket(
                libc::AF_NETLINK,
                flags,
                libc::NETLINK_NETFILTER,
            ))?;
            let socket = OwnedFd::from_raw_fd(socket);
            let mut address: libc::sockaddr_nl = zeroed();
            address.nl_family = libc::AF_NETLINK as u16;
            check(libc::bind(
                socket.as_raw_fd(),
                (&raw const address).cast(),
                size_of::<libc::sockaddr_nl>() as libc::socklen_t,
            ))?;
            Ok(Self(socket))
        }
    }

    /// Asks for the messages of a multicast group.
    pub fn join(&self, group: i32) -> io::Result<()> {
        set_option(
            &self.0,
            libc::SOL_NETLINK,
            libc::NETLINK_ADD_MEMBERSHIP,
            group,
        )
    }

    /// Sets the receive buffer, beyond `net.core.rmem_max` if need be.
    pub fn set_receive_buffer(&self, bytes: i32) -> io::Result<()> {
        set_option(&self.0, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, bytes)
    }

    /// The receive buffer as the kernel accounts it: twice what it was given.
    pub fn receive_buffer(&self) -> io::Result<i32> {
        option(&self.0, libc::SOL_SOCKET, libc::SO_RCVBUF)
    }

    /// Sets an option of netlink sockets (`NETLINK_*`).
    pub fn set_netlink_option(&self, name: i32, is_on: bool) -> io::Result<()> {
        set_option(&self.0, libc::SOL_NETLINK, name, i32::from(is_on))
    }

    /// Reads such an option back.
    pub fn netlink_option(&self, name: i32) -> io::Result<bool> {
        Ok(option(&self.0, libc::SOL_NETLINK, name)? != 0)
    }

    /// Lets a classic BPF program decide which messages are queued.
    pub fn attach_filter(&self, program: &[Instruction]) -> io::Result<()> {
        let mut program: Vec<libc::sock_filter> = program
            .iter()
            .map(|&(code, jt, jf, k)| libc::sock_filter { code, jt, jf, k })
            .collect();
        let header = libc::sock_fprog {
            len: u16::try_from(program.len()).map_err(io::Error::other)?,
            filter: program.as_mut_ptr(),
        };
        // SAFETY: the header and the program live for the call; the kernel
        // copies them.
        check(unsafe {
            libc::setsockopt(
                self.0.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_ATTACH_FILTER,
                (&raw const header).cast(),
                size_of::<libc::sock_fprog>() as libc::socklen_t,
            )
        })?;
        Ok(())
    }

    /// Waits until a message can be read, or an error or the time limit.
    pub fn wait(&self, limit: Duration) -> io::Result<bool> {
        wait_for_input(&self.0, limit)
    }

    /// Sends one message to the kernel.
    pub fn send(&self, message: &[u8]) -> io::Result<()> {
        // SAFETY: the message lives for the call and its true size is given.
        let sent = unsafe {
            libc::send(
                self.0.as_raw_fd(),
                message.as_ptr().cast(),
                message.len(),
                0,
            )
        };
        if sent < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }

    /// Reads one datagram and returns its length.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the buffer lives for the call and its true size is given.
        let received = unsafe {
            libc::recv(
                self.0.as_raw_fd(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                0,
            )
        };
        usize::try_from(received).map_err(|_| io::Error::last_os_error())
    }
}

/// Buffers for reading many messages with one system call.
pub struct ReceiveBatch(Batch);

impl ReceiveBatch {
    /// Room for this many messages of at most `size` bytes.
    pub fn new(messages: usize, size: usize) -> Self {
        Self(Batch::new(messages, size))
    }

    /// Reads what is queued, as far as there is room, without waiting.
    /// Returns the number of messages; an empty queue is `WouldBlock`.
    pub fn receive(&mut self, socket: &NetlinkSocket) -> io::Result<usize> {
        // SAFETY: the headers and what they point to belong to `self.0`.
        let received = check(unsafe {
            libc::recvmmsg(
                socket.0.as_raw_fd(),
                self.0.headers.as_mut_ptr(),
                self.0.len(),
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        })?;
        Ok(received as usize)
    }

    /// The message at `index` of the last batch, as far as it fitted.
    pub fn message(&self, index: usize) -> &[u8] {
        let length = self.0.headers[index].msg_len as usize;
        &self.0.buffers[index * self.0.size..][..length.min(self.0.size)]
    }

    /// Whether the message at `index` of the last batch did not fit.
    pub fn is_cut(&self, index: usize) -> bool {
        self.0.headers[index].msg_hdr.msg_flags & libc::MSG_TRUNC != 0
    }
}
