//! Has a census taken now and then, while somebody wants them.

use std::cell::Cell;
use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tracing::warn;

use super::{Census, UNPRIVILEGED, take};
use crate::mirror::Mirror;

/// At most so often, counted from beginning to beginning.
const EVERY: Duration = Duration::from_secs(5);

/// Counting takes one part in so many of the time: 5 %.
const SHARE: u32 = 20;

/// How long after somebody wanted one the counting goes on.
const WANTED_FOR: Duration = Duration::from_secs(180);

/// How long the first who asks waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// Has a census taken every few seconds, by a thread that there is only while
/// somebody wants them.
pub struct Taker {
    desk: Arc<Desk>,
}

/// What the thread and those who ask share.
struct Desk {
    mirror: Arc<Mirror>,
    nat_ports: RangeInclusive<u16>,
    state: Mutex<State>,
    /// There is another census, or the thread shall end.
    has_changed: Condvar,
    wanted_for: Duration,
    spawn: Spawn,
}

/// How a thread is started.
type Spawn = fn(Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>>;

fn spawn(run: Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name("census".to_owned()).spawn(run)
}

#[derive(Default)]
struct State {
    last: Option<Arc<Census>>,
    wanted_at: Option<Instant>,
    /// The thread, or the one before, which has ended.
    thread: Option<JoinHandle<()>>,
    is_running: bool,
    is_stopping: bool,
}

impl Taker {
    /// Counts this mirror's table once it is asked to.
    pub fn new(mirror: Arc<Mirror>) -> Self {
        Self::counting(mirror, UNPRIVILEGED)
    }

    /// The same where the ruleset gives source translations `nat_ports` only.
    pub fn counting(mirror: Arc<Mirror>, nat_ports: RangeInclusive<u16>) -> Self {
        Self {
            desk: Arc::new(Desk {
                mirror,
                nat_ports,
                state: Mutex::default(),
                has_changed: Condvar::new(),
                wanted_for: WANTED_FOR,
                spawn,
            }),
        }
    }

    /// The last census, if there is one, and no waiting.
    ///
    /// It is some seconds old at most; there is none where nobody has wanted one
    /// for some minutes, but soon will be.
    pub fn last(&self) -> Option<Arc<Census>> {
        self.want()
    }

    /// The last census. Where there is none it waits for one, two seconds at most:
    /// call it where blocking is allowed.
    pub fn census(&self) -> Option<Arc<Census>> {
        if let Some(census) = self.want() {
            return Some(census);
        }
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.desk.state.lock();
        while state.last.is_none() && state.is_running {
            if self
                .desk
                .has_changed
                .wait_until(&mut state, deadline)
                .timed_out()
            {
                break;
            }
        }
        state.last.clone()
    }

    /// Ends the thread and waits for it. Nothing is counted afterwards.
    pub fn stop(&self) {
        let thread = {
            let mut state = self.desk.state.lock();
            state.is_stopping = true;
            state.thread.take()
        };
        self.desk.has_changed.notify_all();
        if let Some(thread) = thread {
            wait_for(thread);
        }
    }

    /// Notes that a census is wanted, and starts the thread where there is none;
    /// returns the last one.
    fn want(&self) -> Option<Arc<Census>> {
        {
            let mut state = self.desk.state.lock();
            state.wanted_at = Some(Instant::now());
            if state.is_running || state.is_stopping {
                return state.last.clone();
            }
            // Nobody else starts one from here on.
            state.is_running = true;
        }
        let running = Running {
            desk: Arc::clone(&self.desk),
            has_ended: Cell::new(false),
        };
        // Without the lock: where no thread can be started, `running` is dropped here,
        // and takes back under the lock that there is one.
        match (self.desk.spawn)(Box::new(move || running.run())) {
            Ok(thread) => self.desk.keep(thread),
            Err(error) => warn!(%error, "start the thread that counts the table"),
        }
        None
    }
}

impl Desk {
    /// Keeps the thread for whoever stops it, or waits for its end where that has
    /// happened already.
    fn keep(&self, thread: JoinHandle<()>) {
        let mut state = self.state.lock();
        if state.is_stopping {
            drop(state);
            wait_for(thread);
        } else {
            state.thread = Some(thread);
        }
    }
}

fn wait_for(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        warn!("the thread that counts the table panicked");
    }
}

impl Drop for Taker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The thread, which says that it has ended however it ends.
struct Running {
    desk: Arc<Desk>,
    has_ended: Cell<bool>,
}

impl Running {
    fn run(&self) {
        let desk = &*self.desk;
        let is_stopping = || desk.state.lock().is_stopping;
        loop {
            let began = Instant::now();
            let Some(census) = take(&desk.mirror, &desk.nat_ports, is_stopping) else {
                return;
            };
            let next = began + EVERY.max(census.took * SHARE);
            let mut state = desk.state.lock();
            state.last = Some(Arc::new(census));
            desk.has_changed.notify_all();
            while !state.is_stopping && Instant::now() < next {
                desk.has_changed.wait_until(&mut state, next);
            }
            let is_wanted = |at: Instant| at.elapsed() < desk.wanted_for;
            if state.is_stopping || !state.wanted_at.is_some_and(is_wanted) {
                // Before the lock is gone, so that whoever wants a census then
                // does not rely on this thread.
                self.end(&mut state);
                return;
            }
        }
    }

    /// What was counted would only grow old.
    fn end(&self, state: &mut State) {
        if !self.has_ended.replace(true) {
            state.is_running = false;
            state.last = None;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end(&mut self.desk.state.lock());
        self.desk.has_changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;

    fn taker(wanted_for: Duration) -> Taker {
        let mut taker = Taker::new(Arc::new(Mirror::recorded(&[])));
        let desk = Arc::get_mut(&mut taker.desk).expect("nobody else has it yet");
        desk.wanted_for = wanted_for;
        taker
    }

    #[test]
    fn the_first_waits_and_the_others_get_the_same_at_once() {
        let taker = taker(WANTED_FOR);
        let first = taker.census().unwrap();
        assert!(Arc::ptr_eq(&first, &taker.census().unwrap()));
        assert!(Arc::ptr_eq(&first, &taker.last().unwrap()));
    }

    #[test]
    fn whoever_does_not_wait_gets_none_at_first_and_then_one() {
        let taker = taker(WANTED_FOR);
        assert_eq!(taker.last(), None);
        let until = Instant::now() + PATIENCE;
        while taker.last().is_none() {
            assert!(Instant::now() < until, "waited in vain for a census");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn stopping_takes_no_time_and_nothing_is_counted_afterwards() {
        let taker = taker(WANTED_FOR);
        taker.census().unwrap();
        let began = Instant::now();
        taker.stop();
        assert!(began.elapsed() < EVERY / 5, "{:?}", began.elapsed());
        assert_eq!(taker.census(), None);
        assert_eq!(taker.last(), None);
    }

    #[test]
    fn a_thread_that_nobody_wants_ends_and_forgets() {
        let taker = taker(Duration::ZERO);
        let first = taker.census().unwrap();
        let has_ended = || !taker.desk.state.lock().is_running;
        let until = Instant::now() + EVERY * 2;
        while !has_ended() {
            assert!(Instant::now() < until, "it runs on");
            thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(taker.desk.state.lock().last, None);
        let second = taker.census().unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn where_no_thread_can_be_started_there_is_no_census_and_later_there_is_one() {
        static MAY_START: AtomicBool = AtomicBool::new(false);
        let mut taker = taker(WANTED_FOR);
        let desk = Arc::get_mut(&mut taker.desk).expect("nobody else has it yet");
        desk.spawn = |run| match MAY_START.load(Relaxed) {
            true => spawn(run),
            false => Err(io::ErrorKind::WouldBlock.into()),
        };
        let taker = Arc::new(taker);
        let (tell, told) = std::sync::mpsc::channel();
        let asking = Arc::clone(&taker);
        // In a thread, which stays behind where it waits for itself.
        thread::spawn(move || tell.send((asking.census(), asking.last())));
        assert_eq!(told.recv_timeout(PATIENCE / 2), Ok((None, None)));
        MAY_START.store(true, Relaxed);
        assert!(taker.census().is_some());
    }

    #[test]
    fn a_thread_that_starts_while_all_is_stopped_is_waited_for() {
        static HAS_ENDED: AtomicBool = AtomicBool::new(false);
        let mut taker = taker(WANTED_FOR);
        let desk = Arc::get_mut(&mut taker.desk).expect("nobody else has it yet");
        desk.spawn = |run| {
            thread::sleep(Duration::from_millis(200));
            spawn(Box::new(|| {
                run();
                thread::sleep(Duration::from_millis(200));
                HAS_ENDED.store(true, Relaxed);
            }))
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                taker.last();
                assert!(HAS_ENDED.load(Relaxed));
            });
            while !taker.desk.state.lock().is_running {
                thread::yield_now();
            }
            taker.stop();
        });
        assert_eq!(taker.last(), None);
    }
}
