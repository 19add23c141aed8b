//! A reader thread that stands still.
//!
//! In reliable mode the kernel keeps each connection whose end finds no room, and
//! goes through all that it keeps when it looks for others: within seconds the
//! gateway forwards no new connection any more. A gateway that forwards is worth
//! more than an end that is told.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use model::Timestamp;
use tracing::{error, warn};

use super::Mirror;
use super::reader::Reader;

const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Looks in a row that find the reader thread where it was. Looks, not time: when
/// the whole process was stopped, the reader goes on as soon as this does.
const LOOKS: u32 = 4;

impl Mirror {
    /// Watches the reader thread until `is_stopping`. In a thread of its own: what
    /// the reader holds up must not hold this up.
    pub(super) fn watch_reader(&self, is_stopping: &AtomicBool) {
        let (mut seen, mut looks) = (0, 0);
        while !is_stopping.load(Relaxed) {
            let last_round = self.counters.last_round.load(Relaxed);
            looks = if last_round == seen { looks + 1 } else { 0 };
            seen = last_round;
            if looks >= LOOKS {
                self.relieve_kernel(Timestamp(last_round));
            }
            thread::park_timeout(LOOK_EVERY);
        }
    }

    /// Lets the kernel forget what it keeps for a reader thread that stands still.
    fn relieve_kernel(&self, last_round: Timestamp) {
        let mut is_relieved = self.is_kernel_relieved.lock();
        if *is_relieved {
            return;
        }
        error!(
            %last_round,
            "the reader thread stands still; the kernel may forget what it cannot tell",
        );
        let queue = self.queue.read();
        let Some(queue) = queue.as_ref() else {
            return;
        };
        match queue.set_reliable(false) {
            Ok(()) => *is_relieved = true,
            Err(error) => warn!(%error, "the kernel could not be told to forget"),
        }
    }
}

impl Reader {
    /// Asks for all ends again, after it has stood still.
    pub(super) fn ask_for_all_ends(&mut self) {
        let mut is_relieved = self.mirror.is_kernel_relieved.lock();
        if !*is_relieved {
            return;
        }
        match self.socket.set_reliable(true) {
            Ok(()) => {
                *is_relieved = false;
                warn!("the reader thread goes on");
            }
            Err(error) => warn!(%error, "the kernel could not be asked to keep all ends"),
        }
    }

    /// Leaves the socket to whoever reads it next, and the kernel in peace until
    /// then.
    pub(super) fn leave_socket(&mut self) {
        self.make_room();
        if let Err(error) = self.socket.set_reliable(false) {
            warn!(%error, "the kernel could not be told to forget what it cannot tell");
        }
    }
}
