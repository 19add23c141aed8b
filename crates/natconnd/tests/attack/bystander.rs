//! Somebody who asks all along, and must be answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use crate::raw::{PATIENCE, Raw};

/// Asks the same question again and again, by one connection and by new ones in turn, and
/// holds each answer against the first.
pub struct Bystander {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    thread: Option<JoinHandle<Duration>>,
}

impl Bystander {
    /// Begins to ask; `target` is something that has one answer.
    pub fn ask(to: SocketAddr, target: &str) -> Self {
        let stop: Arc<AtomicBool> = Arc::default();
        let answered: Arc<AtomicUsize> = Arc::default();
        let thread = {
            let (stop, answered) = (Arc::clone(&stop), Arc::clone(&answered));
            let request = format!("GET {target} HTTP/1.1\r\nHost: {to}\r\n\r\n");
            std::thread::spawn(move || {
                let mut kept = Raw::connect(to);
                let mut first = None;
                let mut slowest = Duration::ZERO;
                while !stop.load(Ordering::Relaxed) {
                    for is_new in [false, true] {
                        let began = Instant::now();
                        let mut new = is_new.then(|| Raw::connect(to));
                        let raw = new.as_mut().unwrap_or(&mut kept);
                        assert!(raw.send(request.as_bytes()), "others cannot ask");
                        let reply = raw.reply().expect("others are answered");
                        slowest = slowest.max(began.elapsed());
                        // What is known of the times around it may become more.
                        let text = reply.text();
                        let found = text.split("\"cut\"").next().unwrap_or_default();
                        let first = first.get_or_insert_with(|| found.to_owned());
                        assert_eq!((reply.status, found), (200, &**first));
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    sleep(Duration::from_millis(5));
                }
                slowest
            })
        };
        let asking = Self {
            stop,
            answered,
            thread: Some(thread),
        };
        asking.go_on(2);
        asking
    }

    /// Waits until that many more are answered.
    pub fn go_on(&self, many: usize) {
        let until = Instant::now() + PATIENCE;
        let wanted = self.answered.load(Ordering::Relaxed) + many;
        while self.answered.load(Ordering::Relaxed) < wanted {
            let is_asking = self.thread.as_ref().is_some_and(|it| !it.is_finished());
            assert!(is_asking, "others were not answered");
            assert!(Instant::now() < until, "others wait in vain");
            sleep(Duration::from_millis(1));
        }
    }

    /// Asks no more; all were answered.
    pub fn end(mut self) -> Duration {
        self.go_on(2);
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
