//! Where each file of history is.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// Where each file of history is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Folder(PathBuf);

/// The highest number that a file of ours has; each generation takes one, so there will never
/// be as many. A higher one would leave none for those that come.
const HIGHEST: u64 = 5_000_000_000;

/// Whether a file of ours can have this number.
pub(crate) const fn is_number(number: u64) -> bool {
    number <= HIGHEST
}

/// A kind of file of which there are many, each with a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Numbered {
    /// The journal of a generation.
    Journal,
    /// What was open when a generation began.
    Open,
    /// A sealed segment.
    Segment,
}

impl Numbered {
    const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Journal => ("journal", "journal"),
            Self::Open => ("journal", "open"),
            Self::Segment => ("segments", "parquet"),
        }
    }
}

impl Folder {
    /// Makes the folder and those in it where they are missing.
    ///
    /// # Errors
    ///
    /// Where one cannot be made; with its path.
    pub(crate) fn make(path: &Path) -> Result<Self, (PathBuf, io::Error)> {
        let folder = Self(path.to_owned());
        let inner = [folder.journal(), folder.segments(), folder.holds()];
        for path in std::iter::once(path.to_owned()).chain(inner) {
            let mut builder = DirBuilder::new();
            builder.recursive(true).mode(0o750);
            builder.create(&path).map_err(|error| (path, error))?;
        }
        Ok(folder)
    }

    /// Itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The folder of journals.
    pub(crate) fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }

    /// The folder of segments.
    pub(crate) fn segments(&self) -> PathBuf {
        self.0.join("segments")
    }

    /// The folder of what is held for cases.
    pub(crate) fn holds(&self) -> PathBuf {
        self.0.join("holds")
    }

    /// The catalogue of segments.
    pub(crate) fn catalogue(&self) -> PathBuf {
        self.0.join("catalogue")
    }

    /// The list of gaps.
    pub(crate) fn gaps(&self) -> PathBuf {
        self.0.join("gaps")
    }

    /// What one case holds.
    pub(crate) fn hold(&self, case: &str) -> PathBuf {
        self.holds().join(format!("{case}.parquet"))
    }

    /// A file with a number.
    pub(crate) fn numbered(&self, kind: Numbered, number: u64) -> PathBuf {
        let (folder, extension) = kind.place();
        self.0
            .join(folder)
            .join(format!("{number:010}.{extension}"))
    }

    /// The numbers of all files of a kind that are there, least first.
    ///
    /// # Errors
    ///
    /// Where the folder cannot be read; with its path.
    pub(crate) fn numbers(&self, kind: Numbered) -> Result<Vec<u64>, (PathBuf, io::Error)> {
        let (folder, extension) = kind.place();
        let path = self.0.join(folder);
        let list = || -> io::Result<Vec<u64>> {
            let mut numbers = Vec::new();
            for entry in fs::read_dir(&path)? {
                let name = entry?.file_name();
                let stem = name.to_str().and_then(|name| name.strip_suffix(extension));
                let stem = stem.and_then(|stem| stem.strip_suffix('.'));
                // As they are named here and not otherwise: `5` and `+5` are none of ours.
                let number = stem.and_then(|stem| stem.parse().ok());
                numbers.extend(number.filter(|number| {
                    is_number(*number) && stem == Some(&*format!("{number:010}"))
                }));
            }
            numbers.sort_unstable();
            Ok(numbers)
        };
        list().map_err(|error| (path, error))
    }

    /// Removes files that were not finished.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be read or a file not be removed; with its path.
    pub(crate) fn remove_temporary(&self) -> Result<(), (PathBuf, io::Error)> {
        for folder in [
            self.0.clone(),
            self.journal(),
            self.segments(),
            self.holds(),
        ] {
            let entries = fs::read_dir(&folder).map_err(|error| (folder.clone(), error))?;
            for entry in entries {
                let entry = entry.map_err(|error| (folder.clone(), error))?;
                let path = entry.path();
                // A folder of that name is nobody's here.
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if !is_folder && path.extension().is_some_and(|extension| extension == "tmp") {
                    fs::remove_file(&path).map_err(|error| (path, error))?;
                }
            }
        }
        Ok(())
    }

    /// Locks the folder for as long as the file stays open; nothing where another
    /// process has it.
    ///
    /// # Errors
    ///
    /// Where the file cannot be made.
    pub(crate) fn lock(&self) -> io::Result<Option<File>> {
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .custom_flags(NO_WAIT)
            .open(self.lock_path())?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The file that is locked.
    pub(crate) fn lock_path(&self) -> PathBuf {
        self.0.join("lock")
    }
}

/// So that opening what is no file but a pipe does not wait until somebody else has.
const NO_WAIT: i32 = OFlags::NONBLOCK.bits().cast_signed();

/// Opens a file for reading.
///
/// # Errors
///
/// Where the system cannot, or where there is something else: a folder, a device, or a pipe,
/// which nobody may ever write to, and which would keep whoever reads it waiting.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(NO_WAIT)
        .open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file")),
    }
}

/// Whether opening failed because there is something else than a file.
pub(crate) fn is_no_file(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidInput
}

/// Makes names in a folder safe from a power cut.
///
/// # Errors
///
/// Where the system cannot.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Whether a file that could not be opened or read for this can be later on, so that it
/// says nothing of the file: there were too few descriptors or too little memory.
pub(crate) fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, OutOfMemory, ResourceBusy, WouldBlock};
    /// Linux: ENFILE, too many files in the system; EMFILE, in the process.
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    let is_too_many = |code| TOO_MANY_FILES.contains(&code);
    matches!(
        error.kind(),
        Interrupted | OutOfMemory | ResourceBusy | WouldBlock
    ) || error.raw_os_error().is_some_and(is_too_many)
}

/// Makes a file in the place of the one that is there, if any: it says who talked to whom, so it is
/// for natconnd and its group.
///
/// # Errors
///
/// Where the system cannot.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    // Not emptied: a link or a pipe of that name would lead elsewhere.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(MODE).open(path)
}

/// Who may read files: see [`create`].
pub(crate) const MODE: u32 = 0o640;

/// Replaces a file at once: whoever reads sees the old one or the new one.
///
/// # Errors
///
/// Where it cannot be written; the old one is untouched then.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    Replacement::write(path, write)?.put()
}

/// A file that is written and safe, and has not got its name yet. Goes with this, unless
/// it gets it.
#[derive(Debug)]
pub(crate) struct Replacement<'a> {
    path: &'a Path,
    temporary: Option<PathBuf>,
}

impl<'a> Replacement<'a> {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(crate) fn write(
        path: &'a Path,
        write: impl FnOnce(&File) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".tmp");
        let temporary = PathBuf::from(temporary);
        // From here on it takes room that may be what is missing.
        let replacement = Self {
            path,
            temporary: Some(temporary.clone()),
        };
        let file = create(&temporary)?;
        write(&file)?;
        file.sync_all()?;
        Ok(replacement)
    }

    /// Lets it take the place of what has its name.
    ///
    /// # Errors
    ///
    /// Where the system cannot; the old one is untouched then, or it is not known whether
    /// the new one outlives a power cut.
    pub(crate) fn put(mut self) -> io::Result<()> {
        if let Some(temporary) = &self.temporary {
            fs::rename(temporary, self.path)?;
        }
        self.temporary = None;
        match self.path.parent() {
            Some(folder) => sync_folder(folder),
            None => Ok(()),
        }
    }
}

impl Drop for Replacement<'_> {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // What went wrong before says more; it is removed at the next start.
            let _ = fs::remove_file(temporary);
        }
    }
}
