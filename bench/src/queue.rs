//! The queue of the event socket, watched from outside while something happens.
//!
//! The kernel lists what waits in it. As long as somebody reads, that falls
//! again and again; while nobody does, it only grows.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::gateway::Gateway;
use crate::subscription::{self, Listener};

/// Time between two looks.
const STEP: Duration = Duration::from_millis(1);

/// What was seen of the queue.
#[derive(Clone, Copy, Default, Debug)]
pub struct Seen {
    /// The most that waited, in the kernel's measure of memory.
    pub greatest: u64,
    /// The longest time in which something waited and nobody read.
    pub longest_pause: Duration,
    /// Whether there was no socket at some time, or another one.
    pub was_replaced: bool,
}

/// Watches the queue while `work` runs.
pub fn watch<T>(gateway: &Gateway, work: impl FnOnce() -> Result<T>) -> Result<(T, Seen)> {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| gateway.namespace().run(|| look_until(&is_over)));
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        let seen = watcher
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((done?, seen?))
    })
}

fn look_until(is_over: &AtomicBool) -> Result<Seen> {
    let mut seen = Seen::default();
    let mut last: Option<Listener> = None;
    // When the queue was read last, as far as can be seen.
    let mut read_at = Instant::now();
    while !is_over.load(Ordering::Relaxed) {
        let now = Instant::now();
        let found = subscription::listeners()?;
        match found.as_slice() {
            [one] => {
                seen.greatest = seen.greatest.max(one.queued);
                seen.was_replaced |= last.is_some_and(|last| last.inode != one.inode);
                let is_read = last.is_none_or(|last| one.queued < last.queued);
                if is_read || one.queued == 0 {
                    read_at = now;
                }
                seen.longest_pause = seen.longest_pause.max(now - read_at);
                last = Some(*one);
            }
            _ => seen.was_replaced = true,
        }
        std::thread::sleep(STEP);
    }
    Ok(seen)
}
