//! A program on the gateway that a test talks to, and what it writes.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::{Host, Lab, Running};

/// How long anything may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// A program on the gateway. It is killed when this is dropped; where a test
/// fails, what it wrote is shown.
pub struct Process {
    running: Running,
    log: PathBuf,
}

impl Process {
    /// Starts a program; its standard error goes into a file.
    pub fn start(lab: &Lab, command: &mut Command) -> Self {
        Self::start_on(lab.gateway(), command)
    }

    /// Starts a program elsewhere than on the gateway.
    pub fn start_on(host: &Host, command: &mut Command) -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let log = PathBuf::from(format!("/run/process-{number}.log"));
        command.stderr(File::create(&log).unwrap());
        let running = host.spawn_command(command).unwrap();
        Self { running, log }
    }

    /// Its number.
    pub fn id(&mut self) -> u32 {
        self.running.child().id()
    }

    /// What it has written on standard error until now.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until it has written `text`.
    pub fn await_log(&self, text: &str) {
        eventually(|| {
            let log = self.log();
            let is_there = log.contains(text);
            is_there
                .then_some(())
                .ok_or_else(|| format!("{text:?} is not in:\n{log}"))
        });
    }

    /// Sends it a signal, by the name that `kill` has for it.
    pub fn signal(&mut self, name: &str) {
        let id = self.running.child().id().to_string();
        let status = lab::command(&["sh", "-c", "kill -\"$0\" \"$1\"", name, &id]).status();
        assert!(status.unwrap().success(), "send {name}");
    }

    /// Stops it with SIGSTOP, and waits until none of its threads runs.
    pub fn halt(&mut self) {
        self.signal("STOP");
        let tasks = format!("/proc/{}/task", self.running.child().id());
        eventually(|| {
            let threads = fs::read_dir(&tasks).unwrap().flatten();
            let runs = |stat: String| !stat.rsplit(')').next().unwrap().starts_with(" T");
            let running = threads
                .filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok())
                .find(|stat| runs(stat.clone()));
            running.map_or(Ok(()), Err)
        });
    }

    /// Waits until it has ended by itself.
    pub fn await_end(&mut self) -> ExitStatus {
        eventually(|| {
            let status = self.running.child().try_wait().unwrap();
            status.ok_or_else(|| format!("it runs on; it wrote:\n{}", self.log()))
        })
    }

    /// Whether it runs.
    pub fn is_running(&mut self) -> bool {
        self.running.child().try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            eprintln!("{} holds:\n{log}", self.log.display());
        }
    }
}

/// Tries until it works, and returns what came of it.
///
/// # Panics
///
/// With the last reason when it did not work for 10 s.
pub fn eventually<T>(mut attempt: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Ok(done) => return done,
            Err(reason) => assert!(Instant::now() < deadline, "{reason}"),
        }
        sleep(Duration::from_millis(5));
    }
}
