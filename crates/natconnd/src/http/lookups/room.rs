//! Room for requests with many questions, each of which may hold some megabytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::super::inquiry::Inquiry;
use super::super::problem::Refused;
use super::refused::busy;
use crate::access::{Crowd, Place};

/// Room for so many requests, of which one caller may have half: whoever sends its questions
/// drop by drop leaves some to the others.
pub(in super::super) struct Rooms {
    most: usize,
    all: Arc<Semaphore>,
    crowd: Crowd<Arc<str>>,
}

/// The room of one request, for as long as it is answered.
pub(in super::super) struct Room {
    _of_all: OwnedSemaphorePermit,
    _of_caller: Place<Arc<str>>,
}

impl Rooms {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            all: Arc::new(Semaphore::new(most)),
            crowd: Crowd::new(most.div_ceil(2)),
        }
    }

    /// Room for one more, or 503.
    pub fn take(&self, inquiry: &Inquiry) -> Refused<Room> {
        let of_caller = self.crowd.join(Arc::clone(&inquiry.caller.name));
        let of_all = Arc::clone(&self.all).try_acquire_owned().ok();
        match of_caller.zip(of_all) {
            Some((of_caller, of_all)) => Ok(Room {
                _of_all: of_all,
                _of_caller: of_caller,
            }),
            None => Err(busy(self.most)),
        }
    }
}
