//! What the reader thread looks at every second, beside its events.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Instant;

use ctnetlink::Dying;
use model::GapCause;
use tracing::{debug, info, warn};

use super::clock::{Jump, now};
use super::reader::Reader;

/// Dying connections that are counted: where there are as many, there may be
/// more, and counting more costs the kernel too much.
const DYING_COUNTED: usize = 1000;

impl Reader {
    /// Looks at the settings, the clock and the number of connections.
    pub(super) fn look_around(&mut self, instant: Instant) {
        self.look_whether_events_are_on();
        self.look_at_the_clock();
        self.doubt_silence(instant);
        self.count_dying();
        self.wants_probe = true;
    }

    /// Without events the table is only as good as the last dump. Somebody may
    /// switch them off at any time.
    fn look_whether_events_are_on(&mut self) {
        let are_off = ctnetlink::events_setting() == Some(0);
        if are_off && !self.are_events_off {
            warn!(
                "the kernel sends no events of connections; \
                 let it with: sysctl -w net.netfilter.nf_conntrack_events=1",
            );
            self.lose(GapCause::EventsOff);
        }
        if self.are_events_off && !are_off {
            info!("the kernel sends events of connections again; resyncing");
            self.needs_resync = true;
        }
        self.are_events_off = are_off;
        self.mirror.counters.are_events_off.store(are_off, Relaxed);
    }

    /// Whoever cannot keep up, this program or another, makes the kernel keep what
    /// has ended.
    fn count_dying(&self) {
        match Dying::count(DYING_COUNTED) {
            Ok(dying) => {
                let connections = dying.connections as u64;
                self.mirror.counters.dying.store(connections, Relaxed);
            }
            // Old kernels and small containers may not say.
            Err(error) => debug!(%error, "dying connections could not be counted"),
        }
    }

    fn look_at_the_clock(&mut self) {
        match self.clock.look() {
            None => {}
            Some(Jump::Suspended { from, to }) => {
                warn!(%from, %to, "the machine was suspended; resyncing");
                self.mirror.open_gap(from, GapCause::Suspended);
                self.needs_resync = true;
            }
            Some(Jump::Set { from, to }) => {
                // What happened between the two times, forward or backward,
                // cannot be told from what happened at them.
                warn!(%from, %to, "the clock was set; times around then may be wrong by as much");
                self.mirror
                    .note_gap(from.min(to), from.max(to), GapCause::ClockStep);
                // Until the queue is read by the new time, nothing is known to be
                // applied until any time of it.
                self.last_read = self.last_read.min(now());
                self.mirror.applied_until.store(i64::MIN, SeqCst);
            }
        }
    }
}
