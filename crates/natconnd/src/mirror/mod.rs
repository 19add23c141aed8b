//! The live table, kept equal to the kernel's.
//!
//! One thread reads events and dumps and writes the table (`reader`); any
//! number of others read it. They hold the lock for a bounded time: an index
//! lookup, or a small part of a scan.

mod audience;
mod clock;
mod condition;
mod counters;
mod feed;
mod gaps;
mod pace;
mod reader;
mod resync;
mod silence;
mod socket;
mod start;
mod stuck;
mod taken_over;
mod watch;

use std::os::fd::OwnedFd;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::thread::Thread;
use std::time::Duration;

use ctnetlink::{EventQueue, Filling};
use model::{
    ChangeKind, Coverage, Endpoint, Event, Filter, Gap, GapCause, Lookup, Match, Timestamp,
};
use parking_lot::{Mutex, RwLock};
use table::{Position, Table};
use tokio::sync::broadcast;

pub use clock::now;
pub use condition::{Condition, State};
pub use counters::Counters;
pub use feed::{Dropped, Feed, Intake, Learned, WAITING, feed};
pub use start::{Announce, Stop, start};
pub use table::Found;

use audience::Audience;
use clock::booted_at;
use gaps::Gaps;
use reader::EXPIRE_BUDGET;
use taken_over::TakenOver;

/// Changes that a follower may lag behind before it misses some.
const FOLLOWER_LAG: usize = 16 * 1024;

/// Slots that a scan looks at under one lock: about a tenth of a millisecond.
const SCAN_SLOTS: u32 = 2048;

/// How long a mirror without a kernel keeps what has ended: a century.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Entries of one key that a lookup looks at: a popular port forward can have
/// a million, and the writer must not wait for them all.
const WALK_ENTRIES: usize = 65_536;

/// What to mirror.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long ended translations stay answerable.
    pub keep_ended: Duration,
    /// Which translations to keep at all.
    pub filter: Filter,
    /// Wanted size of the receive buffer in bytes.
    pub receive_buffer: usize,
    /// How far it may grow after overruns.
    pub receive_buffer_max: usize,
    /// Whether the kernel shall keep the end of a connection that does not fit,
    /// and tell it again.
    pub is_reliable: bool,
    /// About how often to compare the whole table with the kernel's.
    pub reconcile_every: Duration,
}

/// The live table as everybody but the reader thread sees it.
pub struct Mirror {
    table: RwLock<Table>,
    gaps: Mutex<Gaps>,
    notices: broadcast::Sender<Notice>,
    /// Where all that is learned goes to be recorded; `None` where nobody records.
    feed: Option<Feed>,
    /// From when on all that happens is learned, and fed.
    fed_since: FedSince,
    /// The queue that the reader thread reads from; none without a kernel.
    queue: RwLock<Option<EventQueue>>,
    /// The thread that reads events; none without a kernel.
    reader: OnceLock<Thread>,
    /// Whether events may have been read that are not applied yet.
    is_applying: AtomicBool,
    /// Whether the kernel was told to forget what it cannot tell.
    is_kernel_relieved: Mutex<bool>,
    /// What was told before this time is applied, in nanoseconds since 1970.
    applied_until: AtomicI64,
    settings: Settings,
    /// How long ended translations stay answerable, in nanoseconds.
    keep_ended: AtomicI64,
    /// The end of the last gap, in nanoseconds since 1970; the end of time while
    /// a gap is open.
    complete_since: AtomicI64,
    /// What the reader thread has counted.
    pub counters: Counters,
}

/// From when on all that happens is told to whoever records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FedSince {
    /// From the start of this process on.
    Start(Timestamp),
    /// From where the process before this one left off.
    HandOver(Timestamp),
}

/// A translation that began or ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Which of the two.
    pub kind: ChangeKind,
    /// The translation.
    pub found: Match,
}

/// What a follower is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notice {
    /// A translation began or ended.
    Change(Change),
    /// Something is missing: a gap has begun, or is over.
    Gap(Gap),
}

impl Mirror {
    /// A mirror that holds nothing and, for all it knows, misses nothing.
    fn new(settings: Settings, feed: Option<Feed>, fed_since: FedSince) -> Self {
        Self {
            table: RwLock::new(Table::new(settings.keep_ended, settings.filter.clone())),
            gaps: Mutex::default(),
            notices: broadcast::channel(FOLLOWER_LAG).0,
            feed,
            fed_since,
            queue: RwLock::new(None),
            reader: OnceLock::new(),
            is_applying: AtomicBool::new(false),
            is_kernel_relieved: Mutex::new(false),
            applied_until: AtomicI64::new(0),
            keep_ended: AtomicI64::new(nanoseconds(settings.keep_ended)),
            complete_since: AtomicI64::new(i64::MIN),
            settings,
            counters: Counters::default(),
        }
    }

    /// A mirror that knows nothing of the time before it.
    fn beginning(settings: Settings, feed: Option<Feed>, now: Timestamp) -> Self {
        let mirror = Self::new(settings, feed, FedSince::Start(now));
        mirror.note_gap(booted_at(), now, GapCause::Stopped);
        mirror.open_gap(now, GapCause::Starting);
        mirror
    }

    /// A mirror that knows what the one before it knew.
    fn taking_over(settings: Settings, feed: Option<Feed>, taken_over: TakenOver) -> Self {
        let fed_since = FedSince::HandOver(taken_over.last_read);
        let mirror = Self::new(settings, feed, fed_since);
        *mirror.table.write() = taken_over.table;
        mirror.set_coverage(&taken_over.coverage);
        let kept_since = taken_over.last_read.minus(taken_over.keep_ended);
        if taken_over.keep_ended < mirror.settings.keep_ended {
            mirror.note_gap(booted_at(), kept_since, GapCause::KeepEnded);
        }
        mirror
    }

    /// A mirror without a kernel, which holds what these events leave behind.
    pub fn recorded(events: &[Event]) -> Self {
        let settings = Settings {
            keep_ended: FOR_EVER,
            filter: Filter::default(),
            receive_buffer: 0,
            receive_buffer_max: 0,
            is_reliable: true,
            reconcile_every: Duration::from_secs(3600),
        };
        let mirror = Self::new(settings, None, FedSince::Start(Timestamp::MIN));
        mirror.replay(events);
        mirror.counters.is_ready.store(true, Relaxed);
        mirror
    }

    /// Holds what these events leave behind instead of what it held.
    pub fn replay(&self, events: &[Event]) {
        let mut table = self.table.write();
        *table = Table::new(FOR_EVER, Filter::default());
        let mut audience = Audience::nobody();
        for event in events {
            table.apply(event, now(), |change| self.note(change, &mut audience));
        }
    }

    /// Remembers these gaps instead of those it knows; ready where none of them
    /// is that of a start.
    pub fn set_coverage(&self, coverage: &Coverage) {
        let mut gaps = self.gaps.lock();
        *gaps = Gaps::of(coverage.gaps());
        self.note_completeness(&gaps);
        let is_starting = |gap: Gap| gap.cause == GapCause::Starting;
        self.counters
            .is_ready
            .store(!gaps.lasting().is_some_and(is_starting), Relaxed);
    }

    /// Tells the followers something.
    pub fn publish(&self, notice: Notice) {
        // Without a follower nobody has to be told.
        let _ = self.notices.send(notice);
    }

    /// Whether the kernel's table has been read to the end.
    pub fn is_ready(&self) -> bool {
        self.counters.is_ready.load(Relaxed)
    }

    /// Live translations, live connections and ended translations.
    pub fn sizes(&self) -> [u64; 3] {
        let table = self.table.read();
        [table.live(), table.live_connections(), table.ended()]
    }

    /// From when on all that happens is told to whoever records.
    pub const fn fed_since(&self) -> FedSince {
        self.fed_since
    }

    /// Which translations are kept at all.
    pub fn filter(&self) -> &Filter {
        &self.settings.filter
    }

    /// How long ended translations stay answerable.
    pub fn keep_ended(&self) -> Duration {
        Duration::from_nanos(self.keep_ended.load(Relaxed).unsigned_abs())
    }

    /// Changes how long ended translations stay answerable.
    ///
    /// What was forgotten already under a shorter time is a gap.
    pub fn set_keep_ended(&self, keep_ended: Duration) {
        self.table.write().set_keep_ended(keep_ended);
        let wanted = nanoseconds(keep_ended);
        let before = self.keep_ended.swap(wanted, Relaxed);
        if before < wanted {
            let kept_since = Timestamp(now().0.saturating_sub(before));
            self.note_gap(booted_at(), kept_since, GapCause::KeepEnded);
        }
    }

    /// Every change and every gap from now on.
    pub fn follow(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// What is missing from an answer about this moment: gaps that last, and
    /// those in which a connection may have ended that would still be kept.
    ///
    /// What ended before the start is a question about the past, so the gap of
    /// the start matters only until the kernel's table is read.
    pub fn coverage(&self, now: Timestamp) -> Coverage {
        let kept_since = Timestamp(now.0.saturating_sub(self.keep_ended.load(Relaxed)));
        if self.complete_since.load(Relaxed) <= kept_since.0 {
            return Coverage::Complete;
        }
        Coverage::of_gaps(self.gaps.lock().mattering_since(kept_since))
    }

    /// The gap that lasts, if there is one.
    pub fn lasting_gap(&self) -> Option<Gap> {
        self.gaps.lock().lasting()
    }

    /// Every gap that is remembered, oldest first.
    pub fn gaps(&self) -> Vec<Gap> {
        self.gaps.lock().since(Timestamp(i64::MIN))
    }

    /// How many gaps there have been since this process began, by cause.
    pub fn gaps_by_cause(&self) -> Vec<(GapCause, u64)> {
        self.gaps.lock().by_cause()
    }

    /// How full the event queue is; `None` where there is none.
    pub fn filling(&self) -> Option<Filling> {
        self.queue.read().as_ref()?.filling().ok()
    }

    /// By how much the table is behind the kernel's: zero where all that was told is
    /// applied. `None` where that cannot be said, after the clock was set.
    pub fn lag(&self, now: Timestamp) -> Option<Duration> {
        if self.is_current() {
            return Some(Duration::ZERO);
        }
        let applied_until = self.applied_until.load(SeqCst);
        (applied_until > 0).then(|| now.since(Timestamp(applied_until)))
    }

    /// Whether the table, from now on, holds all that happened up to now.
    ///
    /// Nothing waits in the queue, and what was read from it is applied. Costs a
    /// system call, a tenth of asking the kernel for a connection.
    pub fn is_current(&self) -> bool {
        // INVARIANT: in this order. What was read from the queue before the look
        // at it was read while `is_applying` was set, and that goes down only
        // after it is applied, or after the gap is open.
        self.queue.read().as_ref().is_some_and(EventQueue::is_empty)
            && !self.is_applying.load(SeqCst)
            && self.complete_since.load(SeqCst) != i64::MAX
    }

    /// The event socket, for the process after this one. Lookups do without from
    /// now on.
    pub fn give_up_socket(&self) -> Option<OwnedFd> {
        self.queue.write().take().map(OwnedFd::from)
    }

    /// Wakes the reader thread from its nap.
    pub fn hurry(&self) {
        if let Some(reader) = self.reader.get() {
            reader.unpark();
        }
    }

    /// The time until which everything that was told is applied.
    pub fn applied_until(&self) -> Timestamp {
        Timestamp(self.applied_until.load(SeqCst))
    }

    /// Whether the table holds all that had happened at `time`.
    pub fn has_applied(&self, time: Timestamp) -> bool {
        self.applied_until.load(SeqCst) > time.0 || self.is_current()
    }

    /// Calls `visit` with each translation that has this NAT endpoint, live or just
    /// ended; `None` where none has its address, and `Some(false)` where there were
    /// more than `budget`.
    pub fn at_nat(
        &self,
        endpoint: Endpoint,
        budget: usize,
        visit: impl FnMut(Found<'_>),
    ) -> Option<bool> {
        let table = self.table.read();
        table
            .has_nat_address(endpoint.address)
            .then(|| table.at_nat(endpoint, budget, visit))
    }

    /// Whether a lookup is answered from an index: microseconds instead of a
    /// scan of the whole table.
    pub fn has_index_for(&self, question: &Lookup) -> bool {
        self.table.read().has_index_for(question)
    }

    /// Calls `visit` with each translation that fits; false where there were too
    /// many to look at all of them.
    pub fn find(&self, question: &Lookup, mut visit: impl FnMut(Found<'_>)) -> bool {
        let table = self.table.read();
        if table.has_index_for(question) {
            return table.find(question, WALK_ENTRIES, visit);
        }
        drop(table);
        self.scan(|found| {
            if question.matches(&found.to_match()) {
                visit(found);
            }
        });
        true
    }

    /// Calls `visit` with every translation, in no order and in small parts, so
    /// that events go on being applied meanwhile.
    pub fn scan(&self, mut visit: impl FnMut(Found<'_>)) {
        let mut position = Some(Position::default());
        while let Some(from) = position {
            let table = self.table.read();
            position = table.scan(from, SCAN_SLOTS, &mut visit);
        }
    }

    /// Forgets everything, so that what ended before now is not known.
    fn empty(&self, cause: GapCause) {
        let keep_ended = self.keep_ended();
        *self.table.write() = Table::new(keep_ended, self.settings.filter.clone());
        let now = now();
        self.note_gap(now.minus(keep_ended), now, cause);
    }

    /// Forgets some of what ended long enough ago; true when there is more.
    fn expire(&self) -> bool {
        self.table.write().expire(now(), EXPIRE_BUDGET)
    }

    /// Whether a translation that once began lives, or its end is known; see
    /// [`Table::recognises`].
    pub fn recognises(&self, begun: &Match) -> bool {
        self.table.write().recognises(begun)
    }

    fn open_gap(&self, from: Timestamp, cause: GapCause) {
        let mut gaps = self.gaps.lock();
        let before = gaps.opened();
        gaps.open(from, cause);
        self.note_completeness(&gaps);
        if let Some(gap) = gaps.lasting().filter(|_| gaps.opened() > before) {
            self.publish_gap(gap);
        }
    }

    fn close_gap(&self, to: Timestamp) {
        let mut gaps = self.gaps.lock();
        let closed = gaps.close(to);
        self.counters.is_overloaded.store(false, Relaxed);
        self.note_completeness(&gaps);
        if let Some(gap) = closed {
            self.publish_gap(gap);
        }
    }

    /// Notes a gap that is over.
    fn note_gap(&self, from: Timestamp, to: Timestamp, cause: GapCause) {
        let mut gaps = self.gaps.lock();
        gaps.note(from, to, cause);
        self.note_completeness(&gaps);
        let to = Some(to);
        self.publish_gap(Gap { from, to, cause });
    }

    fn note_completeness(&self, gaps: &Gaps) {
        let since = gaps.complete_since().map_or(i64::MAX, |since| since.0);
        self.complete_since.store(since, SeqCst);
    }
}

fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
