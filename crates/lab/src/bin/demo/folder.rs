//! The demo's folder for files, which goes when the demo goes.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::fault::Fault;

/// A folder that only its owner can look into, removed when dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes it where temporary files belong.
    pub fn create() -> Result<Self, Fault> {
        let name = format!("natconnd-demo-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|cause| Fault::system(format!("make folder {}", path.display()), cause))?;
        Ok(Self { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The last processes on the gateway may still be dying, and writing.
        for _ in 0..40 {
            if fs::remove_dir_all(&self.path).is_ok() {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        eprintln!("demo: remove folder {} yourself", self.path.display());
    }
}

/// Writes a file into the demo's folder.
pub fn write(path: &Path, text: &str) -> Result<(), Fault> {
    fs::write(path, text).map_err(|cause| Fault::system(format!("write {}", path.display()), cause))
}
