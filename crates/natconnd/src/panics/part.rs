//! The parts that can panic apart from one another.

use std::cell::Cell;

/// A part of the daemon that goes on while another one panics.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Part {
    /// The thread that reads events and dumps.
    Reader,
    /// The thread that watches the reader.
    Watch,
    /// The thread that records.
    Recorder,
    /// The threads that seal, verify and expire segments and wait for the disk.
    History,
    /// The thread that counts the table.
    Census,
    /// The thread that takes samples.
    Samples,
    /// Connections, requests and bodies of the HTTP face.
    Http,
    /// Conversations of the ident face.
    Ident,
    /// What looks after the process: signals, configuration, the supervisor.
    Main,
    /// Anything else.
    Other,
}

thread_local! {
    /// The part that this thread is working for just now, where its name does not say.
    static WORKS_FOR: Cell<Option<Part>> = const { Cell::new(None) };
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Reader,
        Self::Watch,
        Self::Recorder,
        Self::History,
        Self::Census,
        Self::Samples,
        Self::Http,
        Self::Ident,
        Self::Main,
        Self::Other,
    ];

    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Watch => "watch",
            Self::Recorder => "recorder",
            Self::History => "history",
            Self::Census => "census",
            Self::Samples => "samples",
            Self::Http => "http",
            Self::Ident => "ident",
            Self::Main => "main",
            Self::Other => "other",
        }
    }

    /// The words for all of them.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.map(Self::name).to_vec()
    }

    /// The part that a thread of this name works for.
    fn of_thread(name: &str) -> Self {
        match name {
            "history-seal" | "history-sync" => Self::History,
            // The runtime's: what works for another part there says so.
            name if name.starts_with("tokio-") => Self::Http,
            name => Self::ALL
                .into_iter()
                .find(|part| part.name() == name)
                .unwrap_or(Self::Other),
        }
    }

    /// The part that the calling thread works for.
    pub(super) fn of_this_thread() -> Self {
        let said = WORKS_FOR.get();
        said.unwrap_or_else(|| {
            let thread = std::thread::current();
            Self::of_thread(thread.name().unwrap_or_default())
        })
    }

    /// Has the calling thread work for this part until what is returned is dropped.
    pub(super) fn at_work(self) -> AtWork {
        AtWork {
            before: WORKS_FOR.replace(Some(self)),
        }
    }
}

/// Says whom a thread works for.
pub(super) struct AtWork {
    before: Option<Part>,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        WORKS_FOR.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_places_in_the_list_of_all() {
        for (index, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part as usize, index);
        }
    }

    #[test]
    fn threads_are_of_the_part_that_they_are_named_after() {
        for (thread, part) in [
            ("reader", Part::Reader),
            ("watch", Part::Watch),
            ("history-sync", Part::History),
            ("main", Part::Main),
            ("tokio-rt-worker", Part::Http),
            ("tokio-runtime-worker", Part::Http),
            ("whatever", Part::Other),
            ("", Part::Other),
        ] {
            assert_eq!(Part::of_thread(thread), part, "{thread}");
        }
    }

    /// What the threads are really called.
    #[test]
    fn the_runtimes_threads_are_known() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let part = || Part::of_this_thread();
        let at_work = runtime.block_on(async {
            let task = tokio::spawn(async move { part() }).await.unwrap();
            let blocking = tokio::task::spawn_blocking(part).await.unwrap();
            [task, blocking]
        });
        assert_eq!(at_work, [Part::Http; 2]);
    }

    #[test]
    fn who_works_for_another_part_says_so_and_comes_back() {
        let before = Part::of_this_thread();
        {
            let _outer = Part::Ident.at_work();
            {
                let _inner = Part::Main.at_work();
                assert_eq!(Part::of_this_thread(), Part::Main);
            }
            assert_eq!(Part::of_this_thread(), Part::Ident);
        }
        assert_eq!(Part::of_this_thread(), before);
    }
}
