//! What a process takes.

use std::fs;

use crate::process::Process;

/// What the bound of a test is about: the most memory that the daemon has had since this
/// was made.
pub struct Memory {
    pid: u32,
    before: u64,
}

/// One mebibyte.
pub const MIB: u64 = 1 << 20;

impl Memory {
    /// Begins to look at a daemon.
    pub fn of(daemon: &mut Process) -> Self {
        let pid = daemon.id();
        // Forgets what it once took for its start, where that may be asked for.
        let forgets = fs::write(format!("/proc/{pid}/clear_refs"), "5").is_ok();
        let before = field(pid, if forgets { "VmRSS" } else { "VmHWM" });
        Self { pid, before }
    }

    /// How much more than at the begin it has taken at most, in bytes.
    pub fn grown(&self) -> u64 {
        field(self.pid, "VmHWM").saturating_sub(self.before)
    }

    /// Fails where that is more than the bound.
    #[track_caller]
    pub fn assert_within(&self, bound: u64) {
        let grown = self.grown();
        assert!(
            grown <= bound,
            "it took {} KiB more, expected {} at most",
            grown >> 10,
            bound >> 10
        );
    }
}

/// A field of the process's status, in bytes.
fn field(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes = line.unwrap().split_whitespace().next().unwrap();
    kilobytes.parse::<u64>().unwrap() << 10
}
