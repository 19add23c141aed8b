//! A folder in memory for what the measured programs write.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders of all runs begin so; the process id follows.
const PREFIX: &str = "natconnd-bench-";

/// A folder that disappears with the value.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one on a tmpfs, so that no disk is measured.
    pub fn create() -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        remove_leftovers(&parent)?;
        let path = parent.join(format!("{PREFIX}{}", std::process::id()));
        fs::create_dir(&path).with_context(|| format!("create {}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("natconnd-bench: delete {}: {error}", self.0.display());
        }
    }
}

/// Deletes folders that a killed benchmark left behind.
fn remove_leftovers(parent: &Path) -> Result<()> {
    let entries = fs::read_dir(parent).with_context(|| format!("read {}", parent.display()))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(owner) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if !Path::new("/proc").join(owner).exists() {
            let path = entry.path();
            fs::remove_dir_all(&path).with_context(|| format!("delete {}", path.display()))?;
        }
    }
    Ok(())
}
