//! Doing things to natconnd while connections begin, and waiting until it has
//! got over them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::condition::Condition;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load, Sent};
use crate::moment::Moment;
use crate::reader::Running;
use crate::readers::Daemon;
use crate::sys;

/// A receive buffer that holds about a hundred events, and stays so.
pub const TINY_BUFFER: &str = "receive-buffer = \"64KiB\"\nreceive-buffer-max = \"64KiB\"\n";

/// New connections per second while the reader is stopped.
pub const RATE: u64 = 20_000;

/// How long the reader is stopped.
pub const STOP: Duration = Duration::from_secs(5);

/// The longest that natconnd may need to get over what was done to it.
const PATIENCE: Duration = Duration::from_secs(180);

/// Length of the pieces in which the load is sent: it ends so much late.
const PIECE: Duration = Duration::from_millis(200);

/// Makes connections at a rate while `work` runs; returns what was sent, and
/// what became of the work.
pub fn under_load<T>(
    generator: &mut Generator,
    gateway: &Gateway,
    rate: u64,
    work: impl FnOnce() -> Result<T>,
) -> Result<(Sent, T)> {
    let is_over = AtomicBool::new(false);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let load = scope.spawn(|| -> Result<(u64, Duration)> {
            let (mut packets, mut longest) = (0, Duration::ZERO);
            while !is_over.load(Ordering::Relaxed) {
                let sent = generator.send(gateway, Load::Rate(rate, PIECE))?;
                packets += sent.packets;
                longest = longest.max(sent.longest);
                if sys::is_interrupted() {
                    break;
                }
            }
            Ok((packets, longest))
        });
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        let (packets, longest) = load
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let sent = Sent {
            packets,
            time: start.elapsed(),
            longest,
        };
        Ok((sent, done?))
    })
}

/// When a daemon did nothing at all.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// All its threads had stopped by then.
    pub from: Moment,
    /// None went on before then.
    pub to: Moment,
}

impl Stop {
    /// Whether a gap of a full receive buffer covers it.
    pub fn is_told_by(&self, condition: &Condition) -> bool {
        condition.gaps.iter().any(|gap| {
            gap.cause == "receive-buffer"
                && gap.from <= self.from
                && gap.to.is_none_or(|to| to >= self.to)
        })
    }
}

/// Stops a daemon with SIGSTOP while `work` runs, which decides how long.
pub fn stopped(daemon: &Daemon, work: impl FnOnce() -> Result<()>) -> Result<Stop> {
    let process = daemon.process();
    process.signal(libc::SIGSTOP)?;
    let start = Instant::now();
    while !process.is_stopped()? {
        if start.elapsed() > Duration::from_secs(2) {
            bail!("stop natconnd: it goes on two seconds after SIGSTOP");
        }
        sys::pause(Duration::from_millis(1))?;
    }
    let from = Moment::now();
    let done = work();
    let to = Moment::now();
    process.signal(libc::SIGCONT)?;
    done?;
    Ok(Stop { from, to })
}

/// Waits until a daemon is as wanted, and returns how it is then.
pub fn await_condition(
    daemon: &Daemon,
    wanted: &str,
    is_as_wanted: impl Fn(&Condition) -> bool,
) -> Result<Condition> {
    let start = Instant::now();
    loop {
        let now = Condition::of(daemon).context("is natconnd alive?")?;
        if is_as_wanted(&now) {
            return Ok(now);
        }
        if start.elapsed() > PATIENCE {
            bail!("natconnd is not {wanted} after {PATIENCE:?}: {now:?}");
        }
        sys::pause(Duration::from_millis(10))?;
    }
}

/// Ends all connections, and waits until the kernel has none left, not even one
/// whose end it could not tell yet.
pub fn end_all(gateway: &Gateway) -> Result<()> {
    let start = Instant::now();
    loop {
        // Where it gives up after a while, the kernel is still telling the ends.
        let ended = gateway.end_all();
        if gateway.connections()? == 0 {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            return ended.context("wait until every end is told");
        }
        sys::pause(Duration::from_millis(100))?;
    }
}

/// Waits until the kernel has no connection that has expired and is still
/// counted: a listing makes it look.
pub fn forget_expired(gateway: &Gateway, list: impl Fn() -> Result<usize>) -> Result<()> {
    let start = Instant::now();
    while list()? as u64 != gateway.connections()? {
        if start.elapsed() > PATIENCE {
            bail!("wait until the table stands still: the kernel goes on ending connections");
        }
        sys::pause(Duration::from_millis(100))?;
    }
    Ok(())
}
