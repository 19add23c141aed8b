//! The process, under the names that every exporter has for them.

use std::fs;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::label::{Label, Values};
use super::metric::{Kind, Metric, Samples, Unit};
use crate::mirror::now;
use crate::panics::{Part, seen};

/// When the process began its work, in seconds since 1970.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Started(f64);

impl Started {
    pub fn at_this_moment() -> Self {
        Self(now().0 as f64 / 1e9)
    }
}

/// The process at one moment.
pub struct Look {
    started: Started,
    /// `/proc/self/status`; empty where it cannot be read.
    status: String,
}

impl Look {
    pub fn new(started: Started) -> Self {
        Self {
            started,
            status: fs::read_to_string("/proc/self/status").unwrap_or_default(),
        }
    }

    /// The first number behind a name.
    fn number(&self, name: &str) -> Option<f64> {
        number(&self.status, name)
    }

    /// The same, in kibibytes, as bytes.
    fn bytes(&self, name: &str, out: &mut Samples<'_>) {
        if let Some(kibibytes) = self.number(name) {
            out.level(&[], 1024.0 * kibibytes);
        }
    }
}

fn number(status: &str, name: &str) -> Option<f64> {
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(found, _)| *found == name)?;
    value.split_whitespace().next()?.parse().ok()
}

const VERSION: Label = Label {
    name: "version",
    meaning: "natconnd's version",
    values: Values::Found,
};

const PART: Label = Label::words("part", "The part of natconnd", Part::names);

type Row = Metric<Look>;

pub const METRICS: &[Row] = &[
    Row::each(
        "natconnd_build",
        Kind::Info,
        &[VERSION],
        "1, with natconnd's version",
        |_, out| out.told(&[env!("CARGO_PKG_VERSION")]),
    )
    .at_most(1),
    Row::each(
        "natconnd_panics",
        Kind::Counter,
        &[PART],
        "Faults of natconnd that ended what a part of it was doing; the log says where",
        |_, out| {
            let seen = seen();
            for part in Part::ALL {
                let of_part = seen.iter().find(|it| it.part == part);
                out.count(&[part.name()], of_part.map_or(0, |it| it.count));
            }
        },
    ),
    Row::gauge(
        "process_start_time",
        "When natconnd started, seconds since 1970; a hand-over is a start",
        |it| it.started.0,
    )
    .of(Unit::Seconds),
    Row::each(
        "process_cpu",
        Kind::Counter,
        &[],
        "Time of processors that the process has used",
        |_, out| {
            let used = clock_gettime(ClockId::ProcessCPUTime);
            if let Ok(used) = Duration::try_from(used) {
                out.amount(&[], used.as_secs_f64());
            }
        },
    )
    .of(Unit::Seconds),
    Row::each(
        "process_resident_memory",
        Kind::Gauge,
        &[],
        "Memory that the process takes",
        |it, out| it.bytes("VmRSS", out),
    )
    .of(Unit::Bytes),
    Row::each(
        "process_virtual_memory",
        Kind::Gauge,
        &[],
        "Memory that the process could address without asking for more",
        |it, out| it.bytes("VmSize", out),
    )
    .of(Unit::Bytes),
    Row::each(
        "process_threads",
        Kind::Gauge,
        &[],
        "Threads of the process",
        |it, out| {
            if let Some(threads) = it.number("Threads") {
                out.level(&[], threads);
            }
        },
    ),
    Row::each(
        "process_open_fds",
        Kind::Gauge,
        &[],
        "Files, sockets and the like that are open",
        |_, out| {
            if let Ok(open) = fs::read_dir("/proc/self/fd") {
                // One of them is that folder.
                out.level(&[], open.count().saturating_sub(1) as f64);
            }
        },
    ),
    Row::each(
        "process_max_fds",
        Kind::Gauge,
        &[],
        "How many may be open at once; absent where there is no limit",
        |_, out| {
            if let Some(most) = getrlimit(Resource::Nofile).current {
                out.level(&[], most as f64);
            }
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_whole_name() {
        let status = "Name:\tnatconnd\nVmRSSx:\t7 kB\nVmRSS:\t  5124 kB\nThreads:\t6\n";
        assert_eq!(number(status, "VmRSS"), Some(5124.0));
        assert_eq!(number(status, "Threads"), Some(6.0));
        assert_eq!(number(status, "VmSize"), None);
        assert_eq!(number(status, "Name"), None);
    }

    #[test]
    fn this_process_can_be_looked_at() {
        let look = Look::new(Started::at_this_moment());
        assert!(look.number("VmRSS") > Some(0.0));
        assert!(look.number("Threads") >= Some(1.0));
    }
}
