//! What somebody waits for who has something recorded.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use parking_lot::{Condvar, Mutex};

use crate::error::RecordError;

type Outcome = Result<(), RecordError>;

/// Resolves when all entries of a call are on the disk, or will not be.
///
/// They are written whether somebody waits or not.
#[derive(Debug)]
#[must_use = "nothing is known to be recorded before this has resolved"]
pub struct Recorded(Arc<Slot>);

/// The other end of [`Recorded`]. Dropped without an outcome, it says that the audit is
/// closed, so that nobody waits for ever.
#[derive(Debug)]
pub(crate) struct Promise(Arc<Slot>);

#[derive(Debug, Default)]
struct Slot {
    state: Mutex<State>,
    is_done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

/// Both ends.
pub(crate) fn pair() -> (Promise, Recorded) {
    let slot = Arc::new(Slot::default());
    (Promise(Arc::clone(&slot)), Recorded(slot))
}

impl Promise {
    /// Says what became of the entries.
    pub(crate) fn keep(self, outcome: Outcome) {
        self.0.finish(outcome);
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.0.finish(Err(RecordError::Closed));
    }
}

impl Slot {
    /// The first outcome counts.
    fn finish(&self, outcome: Outcome) {
        let waker = {
            let mut state = self.state.lock();
            if state.outcome.is_some() {
                return;
            }
            state.outcome = Some(outcome);
            state.waker.take()
        };
        self.is_done.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Recorded {
    /// One that has resolved.
    pub(crate) fn resolved(outcome: Outcome) -> Self {
        let (promise, recorded) = pair();
        promise.keep(outcome);
        recorded
    }

    /// Waits for it without a runtime.
    ///
    /// # Errors
    ///
    /// The entries are not recorded, or nobody knows.
    pub fn wait(self) -> Result<(), RecordError> {
        let mut state = self.0.state.lock();
        loop {
            if let Some(outcome) = state.outcome.clone() {
                return outcome;
            }
            self.0.is_done.wait(&mut state);
        }
    }
}

impl Future for Recorded {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let mut state = self.0.state.lock();
        match &state.outcome {
            Some(outcome) => Poll::Ready(outcome.clone()),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn whoever_polls_is_woken_once() {
        let (promise, mut recorded) = pair();
        let count = Arc::new(Count::default());
        let waker = Arc::clone(&count).into();
        let mut context = Context::from_waker(&waker);
        assert!(Pin::new(&mut recorded).poll(&mut context).is_pending());
        promise.keep(Ok(()));
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        let outcome = Pin::new(&mut recorded).poll(&mut context);
        assert!(matches!(outcome, Poll::Ready(Ok(()))));
    }

    #[test]
    fn nobody_waits_for_what_will_not_come() {
        let (promise, recorded) = pair();
        let waiting = std::thread::spawn(|| recorded.wait());
        drop(promise);
        let outcome = waiting.join().unwrap();
        assert!(outcome.unwrap_err().to_string().contains("closed"));
    }
}
