//! Room for what clients make natconnd hold: answers that nobody reads, and forms that come
//! slowly.
//!
//! A client can ask for megabytes, read nothing, and connect again. So all that is held for
//! clients has its share of one amount, whoever they are: an answer that finds no room is
//! refused with 503, a list that is streamed waits. What is small has its room always, so
//! that lookups go on; what connections themselves take is bounded by their number.

use std::sync::{Arc, LazyLock};

use hyper::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that all may take together.
const ROOM: usize = 128 << 20;

/// Bytes up to which an answer needs no room of its own.
const SMALL: usize = 4096;

/// What the room is counted in, in bytes.
const UNIT: usize = 1024;

static FREE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(ROOM / UNIT)));

/// Some room, until it is dropped.
pub(super) type Held = OwnedSemaphorePermit;

/// The same bytes, which keep their room until the last of them is sent; `None` where there
/// is none.
pub(super) fn keep(bytes: Bytes) -> Option<Bytes> {
    // What is part of the program, or of something else that stays, takes none.
    if bytes.len() <= SMALL || !bytes.is_unique() {
        return Some(bytes);
    }
    let held = try_hold(bytes.len())?;
    Some(keep_with(bytes, held))
}

/// The same bytes, with room that was there before them.
pub(super) fn keep_with(bytes: impl AsRef<[u8]> + Send + 'static, held: Held) -> Bytes {
    Bytes::from_owner(Kept { bytes, _held: held })
}

/// Room for so many bytes, if there is any.
pub(super) fn try_hold(bytes: usize) -> Option<Held> {
    Arc::clone(&FREE).try_acquire_many_owned(units(bytes)).ok()
}

/// Room for so many bytes, once there is any; `None` never.
pub(super) async fn hold(bytes: usize) -> Option<Held> {
    Arc::clone(&FREE)
        .acquire_many_owned(units(bytes))
        .await
        .ok()
}

/// What is larger than all of it has all of it.
fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.min(ROOM).div_ceil(UNIT)).unwrap_or(u32::MAX)
}

struct Kept<B> {
    bytes: B,
    _held: Held,
}

impl<B: AsRef<[u8]>> AsRef<[u8]> for Kept<B> {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test of all: the room is that of the process.
    #[test]
    fn what_is_held_takes_room_until_it_is_gone() {
        let free = || FREE.available_permits();
        let all = free();
        let small = keep(vec![0; SMALL].into());
        assert_eq!(free(), all);
        let mut large = keep(vec![1; 10 * UNIT + 1].into()).unwrap();
        assert_eq!(free(), all - 11);
        let piece = large.split_to(UNIT);
        drop(large);
        assert_eq!(free(), all - 11, "a piece of it is on its way");
        assert_eq!((piece.len(), piece[0]), (UNIT, 1));
        drop((piece, small));
        assert_eq!(free(), all);
        let constant = Bytes::from_static(&[0; 2 * SMALL]);
        let kept = keep(constant);
        assert_eq!(free(), all);
        let everything = try_hold(usize::MAX).unwrap();
        assert!(keep(vec![0; SMALL + 1].into()).is_none());
        assert!(keep(vec![0; SMALL].into()).is_some());
        assert!(kept.is_some());
        drop(everything);
        assert_eq!(free(), all);
    }
}
