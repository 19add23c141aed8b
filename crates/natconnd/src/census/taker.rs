//! Has a census taken now and then, more often while somebody wants them.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tracing::warn;

use super::{Census, UNPRIVILEGED, take};
use crate::mirror::Mirror;

/// At most so often, counted from beginning to beginning.
const EVERY: Duration = Duration::from_millis(500);

/// How often while nobody wants one, so that whoever comes does not wait.
const IDLE_EVERY: Duration = Duration::from_secs(60);

/// Counting takes one part in so many of the time: 5 %.
const SHARE: u32 = 20;

/// How old one may be for whoever can wait for the next, where the table is small enough to
/// be counted again by then.
const FRESH: Duration = Duration::from_secs(1);

/// How long such a one waits at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// Has a census taken now and then, by a thread that begins with the first who wants
/// one.
pub struct Taker {
    desk: Arc<Desk>,
    spawn: Spawn,
}

/// Begins the thread.
type Spawn = fn(Running) -> std::io::Result<JoinHandle<()>>;

/// What the thread and those who ask share.
struct Desk {
    mirror: Arc<Mirror>,
    nat_ports: RangeInclusive<u16>,
    state: Mutex<State>,
    /// There is another census, one is wanted again, or the thread shall end.
    has_changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The last census, and when it began.
    last: Option<(Instant, Arc<Census>)>,
    wanted_at: Option<Instant>,
    thread: Option<JoinHandle<()>>,
    is_running: bool,
    is_stopping: bool,
}

impl State {
    /// Whether the last census is as young as it can be.
    fn is_fresh(&self) -> bool {
        let is_young = |(began, census): &(Instant, Arc<Census>)| {
            began.elapsed() < FRESH.max(2 * rest_after(census))
        };
        self.last.as_ref().is_some_and(is_young)
    }

    fn last(&self) -> Option<Arc<Census>> {
        self.last.as_ref().map(|(_, census)| Arc::clone(census))
    }

    /// When the next census is to begin.
    fn next(&self, began: Instant, census: &Census) -> Instant {
        let is_wanted = self.wanted_at.is_some_and(|at| at > began);
        let pause = if is_wanted { EVERY } else { IDLE_EVERY };
        began + pause.max(rest_after(census))
    }
}

/// From the beginning of a census to that of the next, at least.
fn rest_after(census: &Census) -> Duration {
    census.took * SHARE
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
            }),
            spawn: |running| {
                let builder = thread::Builder::new().name("census".to_owned());
                builder.spawn(move || running.run())
            },
        }
    }

    /// The last census, if there is one, and no waiting: a minute old at most, and younger
    /// where others want them too.
    pub fn last(&self) -> Option<Arc<Census>> {
        let last = self.desk.state.lock().last();
        self.want();
        last
    }

    /// A census that is as young as it can be, or after some time the last one there is:
    /// call it where blocking is allowed.
    pub fn census(&self) -> Option<Arc<Census>> {
        self.within(PATIENCE)
    }

    /// The same for whoever does not wait for as long.
    pub fn within(&self, patience: Duration) -> Option<Arc<Census>> {
        self.want();
        let deadline = Instant::now() + patience;
        let mut state = self.desk.state.lock();
        while !state.is_fresh() && state.is_running {
            let waited = self.desk.has_changed.wait_until(&mut state, deadline);
            if waited.timed_out() {
                break;
            }
        }
        state.last()
    }

    /// Ends the thread and waits for it. Nothing is counted afterwards.
    pub fn stop(&self) {
        let thread = {
            let mut state = self.desk.state.lock();
            state.is_stopping = true;
            state.thread.take()
        };
        self.desk.has_changed.notify_all();
        join(thread);
    }

    /// Notes that a census is wanted, and starts the thread where there is none.
    fn want(&self) {
        let mut state = self.desk.state.lock();
        state.wanted_at = Some(Instant::now());
        if state.is_running || state.is_stopping {
            drop(state);
            self.desk.has_changed.notify_all();
            return;
        }
        state.is_running = true;
        let before = state.thread.take();
        // The thread takes this lock when it begins, and so does what is dropped where it
        // cannot begin.
        drop(state);
        join(before);
        match (self.spawn)(Running(Arc::clone(&self.desk))) {
            Err(error) => warn!(%error, "start the thread that counts the table"),
            Ok(thread) => {
                let mut state = self.desk.state.lock();
                if state.is_stopping {
                    drop(state);
                    join(Some(thread));
                } else {
                    state.thread = Some(thread);
                }
            }
        }
    }
}

fn join(thread: Option<JoinHandle<()>>) {
    if thread.is_some_and(|thread| thread.join().is_err()) {
        warn!("the thread that counts the table panicked");
    }
}

impl Drop for Taker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The thread, which says that it has ended however it ends.
struct Running(Arc<Desk>);

impl Running {
    fn run(&self) {
        let desk = &*self.0;
        let is_stopping = || desk.state.lock().is_stopping;
        loop {
            let began = Instant::now();
            let Some(census) = take(&desk.mirror, &desk.nat_ports, is_stopping) else {
                return;
            };
            let census = Arc::new(census);
            let mut state = desk.state.lock();
            state.last = Some((began, Arc::clone(&census)));
            desk.has_changed.notify_all();
            loop {
                let next = state.next(began, &census);
                if state.is_stopping || Instant::now() >= next {
                    break;
                }
                desk.has_changed.wait_until(&mut state, next);
            }
            if state.is_stopping {
                return;
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.is_running = false;
        // It would only grow old.
        state.last = None;
        drop(state);
        self.0.has_changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taker() -> Taker {
        Taker::new(Arc::new(Mirror::recorded(&[])))
    }

    #[test]
    fn the_first_waits_and_the_others_get_the_same_at_once() {
        let taker = taker();
        let first = taker.census().unwrap();
        assert!(Arc::ptr_eq(&first, &taker.census().unwrap()));
        assert!(Arc::ptr_eq(&first, &taker.last().unwrap()));
    }

    #[test]
    fn whoever_does_not_wait_gets_none_at_first_and_then_one() {
        let taker = taker();
        assert_eq!(taker.last(), None);
        let until = Instant::now() + PATIENCE;
        while taker.last().is_none() {
            assert!(Instant::now() < until, "waited in vain for a census");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn stopping_takes_no_time_and_nothing_is_counted_afterwards() {
        let taker = taker();
        taker.census().unwrap();
        let began = Instant::now();
        taker.stop();
        assert!(began.elapsed() < EVERY, "{:?}", began.elapsed());
        assert_eq!(taker.census(), None);
        assert_eq!(taker.last(), None);
    }

    #[test]
    fn one_that_has_grown_old_is_kept_until_the_next() {
        let taker = taker();
        let first = taker.census().unwrap();
        let Some(long_ago) = Instant::now().checked_sub(IDLE_EVERY) else {
            return;
        };
        {
            let mut state = taker.desk.state.lock();
            state.wanted_at = Some(long_ago);
            state.last = state.last().map(|census| (long_ago, census));
        }
        assert!(Arc::ptr_eq(&first, &taker.last().unwrap()));
        let until = Instant::now() + PATIENCE;
        while Arc::ptr_eq(&first, &taker.census().unwrap()) {
            assert!(Instant::now() < until, "nobody has counted again");
        }
    }

    #[test]
    fn a_thread_that_cannot_begin_blocks_nobody() {
        let mut taker = taker();
        taker.spawn = |running| {
            drop(running);
            Err(std::io::Error::from(std::io::ErrorKind::WouldBlock))
        };
        assert_eq!(taker.census(), None);
        assert_eq!(taker.last(), None);
        taker.stop();
    }
}
