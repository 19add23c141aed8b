//! Where made-up histories lie: on a disk, since that is where histories lie.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A folder for histories, which disappears with the value unless it shall be
/// kept.
pub struct Place {
    folder: PathBuf,
    is_kept: bool,
}

impl Place {
    /// Takes the folder that was named, which is kept, or one of its own beside
    /// what cargo builds.
    pub fn take(named: Option<&Path>) -> Result<Self> {
        let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/histories");
        let place = Self {
            folder: named.map_or_else(own, Path::to_owned),
            is_kept: named.is_some(),
        };
        if !place.is_kept {
            // A killed benchmark may have left it.
            remove(&place.folder)?;
        }
        fs::create_dir_all(&place.folder)
            .with_context(|| format!("create {}", place.folder.display()))?;
        Ok(place)
    }

    /// A folder in it, which may exist.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A folder in it that does not exist.
    pub fn fresh(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder(name);
        remove(&folder)?;
        Ok(folder)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        if let Err(error) = remove(&self.folder) {
            eprintln!("natconnd-bench: {error:#}");
        }
    }
}

/// Deletes a folder, if it is there.
pub fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("delete {}", folder.display()))
        }
        _ => Ok(()),
    }
}
