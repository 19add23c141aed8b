//! The far end of the wire: records every packet that the gateway lets out.
//!
//! A packet socket on the remotes' interface sees frames before the stack
//! drops them for their link address, and the kernel stamps each with the time
//! of its arrival, by the same clock as the times of connections.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};

use super::packet::Packet;
use crate::gateway::{self, Gateway};
use crate::generator;
use crate::sys::{self, PacketRing};

/// Blocks of the ring, 128 MiB: more than a second at any rate.
const BLOCKS: usize = 2048;

/// Milliseconds after which packets are handed over, however few.
const PATIENCE: u32 = 1;

/// The newest packets, for those who ask at once.
const FRESH: usize = 64;

/// What was recorded.
#[derive(Debug, Default)]
pub struct Recorded {
    /// All packets, in the order of their arrival.
    pub packets: Vec<Packet>,
    /// Frames that found the ring full. They are not among the packets.
    pub dropped: u64,
}

/// A sink that records until it is told to finish.
pub struct Sink {
    shared: Arc<Shared>,
    thread: JoinHandle<Result<Recorded>>,
}

#[derive(Default)]
struct Shared {
    is_done: AtomicBool,
    recorded: AtomicU64,
    connections: AtomicU64,
    fresh: Mutex<VecDeque<Packet>>,
}

impl Sink {
    /// Begins to record what `gateway` lets out; from the return on, nothing is
    /// missed.
    pub fn open(gateway: &Gateway) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let namespace = gateway.world().file().try_clone();
        let namespace = namespace.context("share a namespace")?;
        let (is_open, opened) = mpsc::channel();
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            sys::enter_namespace(&namespace).context("enter the remotes' namespace")?;
            let ring = sys::interface_index(gateway::REMOTES)
                .and_then(|index| PacketRing::open(index, BLOCKS, PATIENCE))
                .with_context(|| format!("record what comes to {}", gateway::REMOTES))?;
            // Whoever waited may have given up.
            let _ = is_open.send(());
            record(ring, &of_thread)
        });
        let sink = Self { shared, thread };
        if opened.recv().is_err() {
            // It has ended with the reason.
            sink.finish()?;
            anyhow::bail!("record packets: the sink ended at once");
        }
        Ok(sink)
    }

    /// Connections of which the first packet was recorded, so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Packets recorded so far.
    pub fn recorded(&self) -> u64 {
        self.shared.recorded.load(Ordering::Relaxed)
    }

    /// Takes the newest packet, if one came since the last call.
    pub fn take_fresh(&self) -> Option<Packet> {
        let fresh = self.shared.fresh.lock();
        fresh.unwrap_or_else(PoisonError::into_inner).pop_back()
    }

    /// Stops recording.
    pub fn finish(self) -> Result<Recorded> {
        self.shared.is_done.store(true, Ordering::Relaxed);
        self.thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn record(mut ring: PacketRing, shared: &Shared) -> Result<Recorded> {
    let mut packets = Vec::new();
    let mut connections = 0;
    loop {
        let before = packets.len();
        let is_read = ring.read(|at, frame| {
            if let Some((packet, number)) = Packet::read(at, frame) {
                packets.push(packet);
                connections += u64::from(!generator::is_repeat(number));
            }
        });
        if is_read {
            shared.publish(&packets[before..]);
            shared.connections.store(connections, Ordering::Relaxed);
            let recorded = packets.len() as u64;
            shared.recorded.store(recorded, Ordering::Relaxed);
        } else if shared.is_done.load(Ordering::Relaxed) {
            let dropped = ring.dropped().context("ask for the sink's losses")?;
            return Ok(Recorded { packets, dropped });
        } else {
            match ring.wait(Duration::from_millis(100)) {
                Err(error) if error.kind() != std::io::ErrorKind::Interrupted => {
                    return Err(error).context("wait for packets");
                }
                _ => {}
            }
        }
    }
}

impl Shared {
    fn publish(&self, packets: &[Packet]) {
        let newest = &packets[packets.len().saturating_sub(FRESH)..];
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.extend(newest);
        let surplus = fresh.len().saturating_sub(FRESH);
        fresh.drain(..surplus);
    }
}
