//! Whether somebody still waits for what is being looked up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A client that waits: gone once this is dropped, as it is with a request.
#[derive(Debug)]
pub(super) struct Present(Arc<AtomicBool>);

impl Present {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// Says whether it still waits, wherever the work is done.
    pub(super) fn watch(&self) -> impl Fn() -> bool + Send + 'static {
        let is_here = Arc::clone(&self.0);
        move || is_here.load(Ordering::Relaxed)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_gone_is_missed() {
        let present = Present::new();
        let is_here = present.watch();
        assert!(is_here());
        drop(present);
        assert!(!is_here());
    }
}
