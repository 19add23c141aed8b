//! The packages that `make package-test` has made.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder with the packages.
const FOLDER: &str = "NATCONND_PACKAGES";

/// Packages of the same binaries.
pub struct Made {
    /// As Debian has it.
    pub deb: PathBuf,
    /// The same under an older version's number.
    pub older_deb: PathBuf,
    /// As Fedora and others have it.
    pub rpm: PathBuf,
    /// A Debian that has nothing beyond what systemd needs.
    pub tree: PathBuf,
}

impl Made {
    /// The packages; `None` where nobody has asked for these tests.
    pub fn asked_for() -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os(FOLDER)?);
        Some(Self {
            deb: only(&folder, ".deb"),
            older_deb: only(&folder.join("older"), ".deb"),
            rpm: only(&folder, ".rpm"),
            tree: PathBuf::from(std::env::var_os("NATCONND_DEBIAN_TREE")?),
        })
    }
}

/// The one file of a folder whose name ends so.
fn only(folder: &Path, end: &str) -> PathBuf {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(end))
        .collect();
    let [file] = &files[..] else {
        panic!("{folder:?} has {files:?}, and should have one {end}");
    };
    file.clone()
}
