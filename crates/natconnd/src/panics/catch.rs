//! Keeping a panic from whoever called.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::Part;

/// How long a part rests before it begins anew.
const REST: Duration = Duration::from_secs(1);

/// Something ended with a panic, which the hook has logged and counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("natconnd has a fault, which its log tells of")]
pub struct Panicked;

/// Does `work` for a part.
///
/// What `work` was changing when it panicked may be half changed: give it nothing that
/// goes on to be used, or what is whole between any two of its steps.
///
/// # Errors
///
/// It panicked.
pub fn caught<T>(part: Part, work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let _at_work = part.at_work();
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked)
}

/// Does what takes time for a part; otherwise as [`caught`].
///
/// # Errors
///
/// It panicked.
pub async fn contained<F: Future>(part: Part, work: F) -> Result<F::Output, Panicked> {
    let mut work = pin!(work);
    poll_fn(
        |context| match caught(part, || work.as_mut().poll(context)) {
            Ok(polled) => polled.map(Ok),
            Err(panicked) => Poll::Ready(Err(panicked)),
        },
    )
    .await
}

/// Does `work` for a part, again each time that it panics, until it returns.
pub fn restarting(part: Part, mut work: impl FnMut()) {
    while caught(part, &mut work).is_err() {
        std::thread::sleep(REST);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::*;

    #[test]
    fn what_does_not_panic_is_what_it_was() {
        assert_eq!(caught(Part::Main, || 7), Ok(7));
        assert_eq!(
            caught(Part::Main, || panic!("made up")),
            Err::<(), _>(Panicked)
        );
    }

    #[tokio::test]
    async fn a_task_is_whole_or_has_panicked_wherever_it_waits() {
        let waits = |panics_after: usize| async move {
            for step in 0..3 {
                assert!(step != panics_after, "made up");
                tokio::task::yield_now().await;
            }
            "done"
        };
        assert_eq!(contained(Part::Http, waits(9)).await, Ok("done"));
        for step in 0..3 {
            assert_eq!(contained(Part::Http, waits(step)).await, Err(Panicked));
        }
    }

    /// What was held while it panicked is given back.
    #[tokio::test]
    async fn permits_come_back() {
        let places = tokio::sync::Semaphore::new(1);
        let holds = async {
            let _place = places.acquire().await.unwrap();
            tokio::task::yield_now().await;
            panic!("made up");
        };
        assert_eq!(contained(Part::Http, holds).await, Err::<(), _>(Panicked));
        assert_eq!(places.available_permits(), 1);
    }

    #[test]
    fn a_part_begins_anew_until_it_has_ended() {
        let rounds = AtomicU32::new(0);
        restarting(Part::Samples, || {
            assert!(rounds.fetch_add(1, Relaxed) > 0, "made up");
        });
        assert_eq!(rounds.load(Relaxed), 2);
    }
}
