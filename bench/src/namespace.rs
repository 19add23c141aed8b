//! Network namespaces that disappear with the value that stands for them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};

use crate::{setting, sys, tool};

/// All namespaces of the benchmark begin so; the process id follows.
const PREFIX: &str = "natconnd-bench-";

/// How many this process has made, for names that are never used twice.
static CREATED: AtomicUsize = AtomicUsize::new(0);

/// A named network namespace (`ip netns`), deleted on drop.
pub struct Namespace {
    name: String,
    file: File,
}

impl Namespace {
    /// Makes a namespace whose name ends in `role` and is unique to this
    /// process; its loopback is up.
    pub fn create(role: &str) -> Result<Self> {
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}-{number}-{role}", std::process::id());
        tool::run(&format!("ip netns add {name}"))?;
        let path = PathBuf::from(format!("/run/netns/{name}"));
        let file = File::open(&path).with_context(|| format!("open {}", path.display()))?;
        let namespace = Self { name, file };
        tool::run(&format!("ip -n {} link set lo up", namespace.name))?;
        Ok(namespace)
    }

    /// Its name, for `ip -n` and `ip netns exec`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An open reference to it.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Runs `work` inside, on a thread of its own.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let inside = || {
            sys::enter_namespace(&self.file).with_context(|| format!("enter {}", self.name))?;
            work()
        };
        std::thread::scope(|scope| scope.spawn(inside).join())
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Writes a setting below `/proc/sys` as this namespace has it.
    pub fn write_setting(&self, path: &str, value: &str) -> Result<()> {
        self.run(|| setting::write(path, value))
    }

    /// Reads a setting below `/proc/sys` as this namespace has it.
    pub fn read_setting(&self, path: &str) -> Result<String> {
        self.run(|| setting::read(path))
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Err(error) = tool::run(&format!("ip netns delete {}", self.name)) {
            eprintln!("natconnd-bench: {error:#}");
        }
    }
}

/// Deletes namespaces that a killed benchmark left behind.
pub fn remove_leftovers() -> Result<()> {
    let Ok(folder) = fs::read_dir("/run/netns") else {
        return Ok(());
    };
    for entry in folder.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let owner = rest.split('-').next().unwrap_or_default();
        if !Path::new("/proc").join(owner).exists() {
            tool::run(&format!("ip netns delete {name}"))?;
        }
    }
    Ok(())
}
