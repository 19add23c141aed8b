//! Panics: faults of natconnd, each kept to the part that has it.
//!
//! A panic is always a mistake in natconnd, and ends no more than what one part was doing.
//! [`notice`] installs a hook that logs each in one line and counts it by [`Part`]; [`caught`] and
//! [`contained`] keep it from whoever called, [`restarting`] begins a part anew.
//! `/metrics` and the doctor show what was [`seen`].
//!
//! Left out: what becomes of a part's work. Each part knows that for itself: the reader
//! begins with an empty table, the recorder opens history anew, a request is answered with
//! status 500.

mod catch;
mod part;
mod record;

use std::panic::PanicHookInfo;

use tracing::error;

pub use catch::{Panicked, caught, contained, restarting};
pub use part::Part;
pub use record::{Seen, seen};

/// How much of what a panic says is logged, in characters. It may quote what a client
/// or the kernel has sent.
const SAID: usize = 200;

/// Logs each panic of this process from now on, in one line, and counts it by part.
///
/// Call it once the log is written. Where `RUST_BACKTRACE` asks for a backtrace, it
/// follows on standard error.
pub fn notice() {
    std::panic::set_hook(Box::new(note));
}

fn note(panic: &PanicHookInfo<'_>) {
    let part = Part::of_this_thread();
    let place = panic.location().map_or_else(
        || "an unknown place".to_owned(),
        |it| format!("{}:{}", it.file(), it.line()),
    );
    record::note(part, &place);
    error!(
        part = part.name(),
        place,
        said = said(panic),
        "natconnd has a fault: a part of it panicked",
    );
    let backtrace = std::backtrace::Backtrace::capture();
    if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
        eprintln!("{backtrace}");
    }
}

/// The beginning of what a panic says, in one line whatever is in it.
fn said(panic: &PanicHookInfo<'_>) -> String {
    let text = panic.payload_as_str().unwrap_or_default();
    text.chars()
        .take(SAID)
        .flat_map(char::escape_default)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use parking_lot::Mutex;

    use super::*;

    /// The hook is the whole process's.
    static ALONE: Mutex<()> = Mutex::new(());

    /// What a hook is told of `work`, which panics.
    fn told(work: fn()) -> String {
        let _alone = ALONE.lock();
        let (sender, told) = mpsc::channel();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = sender.send(said(panic));
        }));
        let panicked = caught(Part::Samples, work);
        std::panic::set_hook(before);
        assert!(panicked.is_err());
        // Panics of other tests that run meanwhile may be among them.
        told.try_iter()
            .find(|said| said.starts_with("made up"))
            .unwrap()
    }

    #[test]
    fn what_a_panic_says_is_one_short_line() {
        let line = told(|| panic!("made up\n\u{1b}[31m2026 INFO {}", "x".repeat(1000)));
        assert!(
            line.starts_with("made up\\n\\u{1b}[31m2026 INFO xxx"),
            "{line}"
        );
        assert!(line.len() < SAID + 20, "{line}");
    }

    #[test]
    fn a_panic_is_counted_with_its_part_time_and_place() {
        let _alone = ALONE.lock();
        let of = |part: Part| seen().into_iter().find(|it| it.part == part);
        let before = of(Part::Census).map_or(0, |it| it.count);
        let hook = std::panic::take_hook();
        notice();
        let ended = std::thread::Builder::new()
            .name("census".to_owned())
            .spawn(|| panic!("made up"))
            .unwrap()
            .join();
        std::panic::set_hook(hook);
        assert!(ended.is_err());
        let seen = of(Part::Census).unwrap();
        assert_eq!(seen.count, before + 1);
        assert!(seen.last_place.contains("panics/mod.rs:"), "{seen:?}");
        let age = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs()
            .abs_diff(seen.last_at.0.unsigned_abs() / 1_000_000_000);
        assert!(age < 60, "{seen:?}");
    }
}
