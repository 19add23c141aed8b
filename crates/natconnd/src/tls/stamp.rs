//! Whether files are still those that were read, without reading them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// How a file looked, or that it could not be looked at.
///
/// Symbolic links are followed: certbot replaces what they point to. The time of change
/// comes with that of modification because `chmod` and `mv` leave the latter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp(Option<[i64; 7]>);

impl Stamp {
    /// How the file looks.
    pub fn of(path: &Path) -> Self {
        Self(fs::metadata(path).ok().map(|file| {
            [
                file.dev().cast_signed(),
                file.ino().cast_signed(),
                file.size().cast_signed(),
                file.mtime(),
                file.mtime_nsec(),
                file.ctime(),
                file.ctime_nsec(),
            ]
        }))
    }
}
