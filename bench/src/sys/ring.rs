//! Receiving every frame of an interface through memory that is shared with the
//! kernel.
//!
//! What the frames mean is decided in `truth::sink`.

use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{check, set_option, wait_for_input};

/// A packet socket that receives every frame of one interface, through memory
/// that it shares with the kernel (`TPACKET_V3`).
///
/// The kernel fills blocks and hands them over when they are full, or old
/// enough. Frames that find no free block are dropped and counted.
pub struct PacketRing {
    socket: OwnedFd,
    memory: NonNull<u8>,
    blocks: usize,
    next: usize,
}

impl PacketRing {
    const BLOCK: usize = 64 << 10;

    /// Opens one for the interface with this index, in the namespace of the
    /// calling thread, with so many blocks of 64 KiB. A block that is not full
    /// is handed over after `patience` milliseconds.
    pub fn open(interface: i32, blocks: usize, patience: u32) -> io::Result<Self> {
        let everything = (libc::ETH_P_ALL as u16).to_be();
        // SAFETY: a fresh descriptor that nobody else owns; all zeroes is a
        // valid request and a valid address, which live for the calls.
        let (socket, mut request, mut address) = unsafe {
            // Protocol 0: nothing is received before the ring is there.
            let flags = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
            let socket = OwnedFd::from_raw_fd(check(libc::socket(libc::AF_PACKET, flags, 0))?);
            (
                socket,
                zeroed::<libc::tpacket_req3>(),
                zeroed::<libc::sockaddr_ll>(),
            )
        };
        let version = libc::tpacket_versions::TPACKET_V3 as i32;
        set_option(&socket, libc::SOL_PACKET, libc::PACKET_VERSION, version)?;
        let number = |value: usize| libc::c_uint::try_from(value).map_err(io::Error::other);
        request.tp_block_size = number(Self::BLOCK)?;
        request.tp_block_nr = number(blocks)?;
        // Frames lie behind each other, whatever their length; the kernel only
        // checks that this size divides a block.
        request.tp_frame_size = number(Self::BLOCK)?;
        request.tp_frame_nr = request.tp_block_nr;
        request.tp_retire_blk_tov = patience;
        set_option(&socket, libc::SOL_PACKET, libc::PACKET_RX_RING, request)?;
        // SAFETY: the kernel chooses the place; the result is checked.
        let memory = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                blocks * Self::BLOCK,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                socket.as_raw_fd(),
                0,
            )
        };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let memory = NonNull::new(memory.cast())
            .ok_or_else(|| io::Error::other("the kernel mapped the ring at address 0"))?;
        let ring = Self {
            socket,
            memory,
            blocks,
            next: 0,
        };
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_protocol = everything;
        address.sll_ifindex = interface;
        // SAFETY: the address lives for the call and its true size is given.
        check(unsafe {
            libc::bind(
                ring.socket.as_raw_fd(),
                (&raw const address).cast(),
                size_of::<libc::sockaddr_ll>() as libc::socklen_t,
            )
        })?;
        Ok(ring)
    }

    /// Calls `visit` with each frame of the next block and when it came, in
    /// nanoseconds since 1970; false when no block is ready.
    pub fn read(&mut self, mut visit: impl FnMut(i64, &[u8])) -> bool {
        // SAFETY: the block lies within the mapping, which lives as long as
        // `self`, and begins with its descriptor. Until the status says that
        // it belongs to the user, nothing but the status is looked at; after
        // that the kernel leaves the block alone until it is given back. The
        // frames and their offsets are the kernel's.
        unsafe {
            let block = self.memory.as_ptr().add(self.next * Self::BLOCK);
            let head = &raw mut (*block.cast::<libc::tpacket_block_desc>()).hdr.bh1;
            let status = AtomicU32::from_ptr(&raw mut (*head).block_status);
            if status.load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
                return false;
            }
            let mut at = (*head).offset_to_first_pkt as usize;
            for _ in 0..(*head).num_pkts {
                let frame = &*block.add(at).cast::<libc::tpacket3_hdr>();
                let time = i64::from(frame.tp_sec) * 1_000_000_000 + i64::from(frame.tp_nsec);
                let start = block.add(at + usize::from(frame.tp_mac));
                visit(
                    time,
                    std::slice::from_raw_parts(start, frame.tp_snaplen as usize),
                );
                at += frame.tp_next_offset as usize;
            }
            status.store(libc::TP_STATUS_KERNEL, Ordering::Release);
        }
        self.next = (self.next + 1) % self.blocks;
        true
    }

    /// Waits until a block is ready, at most so long.
    pub fn wait(&self, limit: Duration) -> io::Result<bool> {
        wait_for_input(&self.socket, limit)
    }

    /// Frames that found no free block, since this was asked last.
    pub fn dropped(&self) -> io::Result<u64> {
        // SAFETY: all zeroes is a valid value, which lives for the call; its
        // true size is given.
        let statistics = unsafe {
            let mut statistics: libc::tpacket_stats_v3 = zeroed();
            let mut size = size_of::<libc::tpacket_stats_v3>() as libc::socklen_t;
            check(libc::getsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut statistics).cast(),
                &raw mut size,
            ))?;
            statistics
        };
        Ok(statistics.tp_drops.into())
    }
}

impl Drop for PacketRing {
    fn drop(&mut self) {
        // SAFETY: mapped in `open` with this length, and never handed out.
        unsafe {
            libc::munmap(self.memory.as_ptr().cast(), self.blocks * Self::BLOCK);
        }
    }
}
