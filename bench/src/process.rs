//! Child processes under measurement: where they run, what they use.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::namespace::Namespace;
use crate::sys;

/// The processor core of every program that is measured.
pub const CORE: usize = 1;

/// A running child on a core of its own, ended on drop.
///
/// Its standard output and error go to files, which tell why it ended early.
pub struct Process {
    name: String,
    child: Child,
    output: std::path::PathBuf,
}

impl Process {
    /// Starts a program in `namespace` on `core`; its output goes to
    /// `folder/NAME.log`.
    pub fn start(
        name: &str,
        command: &mut Command,
        namespace: &Namespace,
        core: usize,
        folder: &Path,
    ) -> Result<Self> {
        let output = folder.join(format!("{name}.log"));
        let log = File::create(&output).with_context(|| format!("create {}", output.display()))?;
        command.stdin(Stdio::null());
        command
            .stdout(log.try_clone().context("share the log")?)
            .stderr(log);
        sys::place(command, namespace.file(), core).context("place a process")?;
        let child = command.spawn().with_context(|| {
            format!("start {name} ({})", command.get_program().to_string_lossy())
        })?;
        Ok(Self {
            name: name.to_owned(),
            child,
            output,
        })
    }

    /// What it has printed so far.
    pub fn output(&self) -> Result<String> {
        fs::read_to_string(&self.output).with_context(|| format!("read {}", self.output.display()))
    }

    /// Waits until `is_ready` says so, at most `limit`; an early end is an
    /// error with what the program printed.
    pub fn wait_until(
        &mut self,
        limit: Duration,
        mut is_ready: impl FnMut(&Self) -> Result<bool>,
    ) -> Result<()> {
        let start = Instant::now();
        loop {
            if is_ready(self)? {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait().context("look after a process")? {
                bail!(
                    "{} ended early, {status}: {}",
                    self.name,
                    self.output()?.trim()
                );
            }
            if start.elapsed() > limit {
                bail!(
                    "{} is not ready after {limit:?}: {}",
                    self.name,
                    self.output()?.trim()
                );
            }
            sys::pause(Duration::from_millis(3))?;
        }
    }

    /// Processor time of all its threads, also ended ones; 10 ms apart.
    pub fn cpu_time(&self) -> Result<Duration> {
        let path = format!("/proc/{}/stat", self.child.id());
        let text = fs::read_to_string(&path).with_context(|| format!("read {path}"))?;
        // The program's name, in brackets, may contain anything.
        let fields = text.rsplit(')').next().unwrap_or_default();
        let ticks: Option<u64> = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().ok())
            .sum();
        let ticks = ticks.with_context(|| format!("read {path}: no processor time"))?;
        Ok(Duration::from_secs_f64(
            ticks as f64 / sys::ticks_per_second() as f64,
        ))
    }

    /// Processor time of each living thread, by name; threads of one name are
    /// added up.
    pub fn thread_times(&self) -> Result<Vec<(String, Duration)>> {
        let path = format!("/proc/{}/task", self.child.id());
        let mut times: Vec<(String, Duration)> = Vec::new();
        for thread in fs::read_dir(&path).with_context(|| format!("read {path}"))? {
            let folder = thread.with_context(|| format!("read {path}"))?.path();
            // A thread may end while it is looked at.
            let (Ok(name), Ok(usage)) = (
                fs::read_to_string(folder.join("comm")),
                fs::read_to_string(folder.join("schedstat")),
            ) else {
                continue;
            };
            let nanoseconds = usage
                .split_whitespace()
                .next()
                .and_then(|time| time.parse().ok());
            let time = Duration::from_nanos(nanoseconds.unwrap_or(0));
            match times.iter_mut().find(|(known, _)| known == name.trim()) {
                Some((_, sum)) => *sum += time,
                None => times.push((name.trim().to_owned(), time)),
            }
        }
        times.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        Ok(times)
    }

    /// Resident memory, in bytes.
    pub fn resident(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let text = fs::read_to_string(&path).with_context(|| format!("read {path}"))?;
        let kilobytes = text
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|value| value.split_whitespace().next())
            .and_then(|value| value.parse::<u64>().ok());
        Ok(1024 * kilobytes.with_context(|| format!("read {path}: no VmRSS"))?)
    }

    /// Waits until it has used no more than a tenth of a core for half a
    /// second: it has worked off what was queued.
    pub fn wait_until_idle(&self) -> Result<()> {
        let step = Duration::from_millis(500);
        let mut before = self.cpu_time()?;
        for _ in 0..240 {
            sys::pause(step)?;
            let now = self.cpu_time()?;
            if now.saturating_sub(before) <= step / 10 {
                return Ok(());
            }
            before = now;
        }
        bail!("{} is still busy two minutes after the load", self.name)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: libc::c_int) -> Result<()> {
        sys::signal(self.child.id(), signal)
            .with_context(|| format!("send signal {signal} to {}", self.name))
    }

    /// Whether all of it has come to a stop, after SIGSTOP.
    pub fn is_stopped(&self) -> Result<bool> {
        let path = format!("/proc/{}/task", self.child.id());
        for thread in fs::read_dir(&path).with_context(|| format!("read {path}"))? {
            let stat = thread
                .with_context(|| format!("read {path}"))?
                .path()
                .join("stat");
            // A thread may end while it is looked at.
            let Ok(text) = fs::read_to_string(&stat) else {
                continue;
            };
            if !text
                .rsplit(')')
                .next()
                .unwrap_or_default()
                .starts_with(" T")
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Asks it to end, waits for that and returns what it printed.
    pub fn stop(mut self) -> Result<String> {
        sys::terminate(self.child.id()).with_context(|| format!("stop {}", self.name))?;
        let start = Instant::now();
        while self
            .child
            .try_wait()
            .context("look after a process")?
            .is_none()
        {
            if start.elapsed() > Duration::from_secs(60) {
                bail!("{} did not end within a minute after SIGTERM", self.name);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.output()
    }

    /// Stops it where it is; [`Process::thaw`] lets it go on.
    pub fn freeze(&self) -> Result<()> {
        sys::freeze(self.child.id()).with_context(|| format!("freeze {}", self.name))
    }

    /// Lets it go on.
    pub fn thaw(&self) -> Result<()> {
        sys::thaw(self.child.id()).with_context(|| format!("thaw {}", self.name))
    }

    /// How often its threads have gone to sleep by themselves, and how often
    /// they were made to wait, by name; threads of one name are added up.
    pub fn thread_switches(&self) -> Result<Vec<(String, u64, u64)>> {
        let path = format!("/proc/{}/task", self.child.id());
        let mut all: Vec<(String, u64, u64)> = Vec::new();
        for thread in fs::read_dir(&path).with_context(|| format!("read {path}"))? {
            let folder = thread.with_context(|| format!("read {path}"))?.path();
            // A thread may end while it is looked at.
            let Ok(status) = fs::read_to_string(folder.join("status")) else {
                continue;
            };
            let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
            let number = |name: &str| {
                field(name)
                    .and_then(|value| value.trim().parse::<u64>().ok())
                    .unwrap_or_default()
            };
            let name = field("Name:").unwrap_or_default().trim().to_owned();
            let slept = number("voluntary_ctxt_switches:");
            let waited = number("nonvoluntary_ctxt_switches:");
            match all.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, slept_before, waited_before)) => {
                    *slept_before += slept;
                    *waited_before += waited;
                }
                None => all.push((name, slept, waited)),
            }
        }
        Ok(all)
    }

    /// Waits until it ends by itself and returns what it printed.
    pub fn wait(mut self) -> Result<String> {
        let status = self
            .child
            .wait()
            .with_context(|| format!("wait for {}", self.name))?;
        let output = self.output()?;
        if !status.success() {
            bail!("{}: {status}: {}", self.name, output.trim());
        }
        Ok(output)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
