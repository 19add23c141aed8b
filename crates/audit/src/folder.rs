//! Where each file of the audit is.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Doing, FileError, OpenError};
use crate::hash::{Digest, LineHash};
use crate::head::{End, HEAD_BYTES};

/// Where each file is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Folder(PathBuf);

/// A lock that lasts as long as the file is open.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Whether it is of the folder that is at this path now.
    pub(crate) fn is_of(&self, folder: &Folder) -> bool {
        is_at(&self.0, &folder.0)
    }
}

/// Whether an open file is the one that is at a path.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => identity(open) == identity(there),
        _ => false,
    }
}

const PREFIX: &str = "audit-";
const SUFFIX: &str = ".jsonl";
const HEAD: &str = "head";
/// What is behind the name of a file that is being made.
const TEMPORARY: &str = ".tmp";

impl Folder {
    /// The folder at a path, which need not be there.
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes the folder where it is missing, for its owner only.
    pub(crate) fn make(&self) -> Result<(), FileError> {
        let mut builder = DirBuilder::new();
        match builder.mode(0o700).create(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made.doing("make", &self.0),
        }
    }

    /// Locks the folder for as long as the lock lives.
    pub(crate) fn lock(&self) -> Result<Lock, OpenError> {
        // Makes sure that it is one.
        fs::read_dir(&self.0).doing("read", &self.0)?;
        let folder = File::open(&self.0).doing("open", &self.0)?;
        match folder.try_lock() {
            Ok(()) => Ok(Lock(folder)),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked {
                folder: self.0.clone(),
            }),
            Err(TryLockError::Error(cause)) => Err(FileError::new("lock", &self.0, cause).into()),
        }
    }

    /// Itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The file with a number.
    pub(crate) fn file(&self, number: u64) -> PathBuf {
        self.0.join(Self::name(number))
    }

    /// The name of the file with a number.
    pub(crate) fn name(number: u64) -> String {
        format!("{PREFIX}{number:09}{SUFFIX}")
    }

    /// The number of the file with a name, where it is named as such a file is.
    fn number(name: &str) -> Option<u64> {
        let digits = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        let number = digits.parse().ok()?;
        (Self::name(number) == name && number > 0).then_some(number)
    }

    /// Where the end of the chain is remembered.
    pub(crate) fn head(&self) -> PathBuf {
        self.0.join(HEAD)
    }

    /// The numbers of all files that are there, least first, and the names of whatever
    /// else is there.
    pub(crate) fn list(&self) -> Result<(Vec<u64>, Vec<String>), FileError> {
        let list = || {
            let (mut numbers, mut others) = (Vec::new(), Vec::new());
            for entry in fs::read_dir(&self.0)? {
                let name = entry?.file_name().to_string_lossy().into_owned();
                match Self::number(&name) {
                    Some(number) => numbers.push(number),
                    None => others.push(name),
                }
            }
            numbers.sort_unstable();
            others.sort_unstable();
            Ok((numbers, others))
        };
        list().doing("read", &self.0)
    }

    /// The numbers of all files that are there, least first.
    pub(crate) fn numbers(&self) -> Result<Vec<u64>, FileError> {
        Ok(self.list()?.0)
    }

    /// Makes the next file, with its first line: it is there as a whole or not at all.
    pub(crate) fn create(&self, number: u64, first_line: &[u8]) -> Result<File, FileError> {
        let path = self.file(number);
        if path.symlink_metadata().is_ok() {
            let cause = io::ErrorKind::AlreadyExists.into();
            return Err(FileError::new("make", &path, cause));
        }
        self.write_whole(&path, |file| file.write_all(first_line))
    }

    /// Writes a file under another name and gives it its own when it is on the disk. It
    /// stays open for writing.
    fn write_whole(
        &self,
        path: &Path,
        content: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<File, FileError> {
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(TEMPORARY);
        let temporary = PathBuf::from(temporary);
        let write = || -> io::Result<File> {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&temporary)?;
            content(&mut file)?;
            file.sync_all()?;
            fs::rename(&temporary, path)?;
            Ok(file)
        };
        let written = write().doing("write", path);
        if written.is_err() {
            // It may not even be there.
            let _ = fs::remove_file(&temporary);
        }
        let file = written?;
        self.sync()?;
        Ok(file)
    }

    /// Makes last what was made, renamed or deleted.
    pub(crate) fn sync(&self) -> Result<(), FileError> {
        let sync = || File::open(&self.0)?.sync_all();
        sync().doing("write", &self.0)
    }

    /// Opens a file to go on with it.
    pub(crate) fn open(&self, path: &Path) -> Result<File, FileError> {
        let open = || {
            let file = OpenOptions::new().read(true).write(true).open(path)?;
            file.set_permissions(Permissions::from_mode(0o600))?;
            Ok(file)
        };
        open().doing("open", path)
    }

    /// Keeps what stands behind the end of a file; returns the name of the file where it
    /// is then, and its hash.
    pub(crate) fn keep_torn(
        &self,
        end: End,
        mut bytes: impl Read,
    ) -> Result<(String, LineHash), FileError> {
        let sequence = end.head.sequence + 1;
        let name = format!("{}.torn-{sequence}", Self::name(end.file));
        let mut digest = Digest::default();
        self.write_whole(&self.0.join(&name), |file| {
            let mut part = [0; 1 << 16];
            loop {
                let count = bytes.read(&mut part)?;
                if count == 0 {
                    return Ok(());
                }
                digest.update(&part[..count]);
                file.write_all(&part[..count])?;
            }
        })?;
        Ok((name, digest.finish()))
    }

    /// Deletes a file, and what was torn off it.
    pub(crate) fn remove(&self, number: u64) -> Result<(), FileError> {
        let path = self.file(number);
        let torn = format!("{}.torn-", Self::name(number));
        for name in self.list()?.1 {
            if name.starts_with(&torn) {
                let path = self.0.join(name);
                fs::remove_file(&path).doing("delete", &path)?;
            }
        }
        fs::remove_file(&path).doing("delete", &path)?;
        self.sync()
    }

    /// Deletes files that were not finished.
    pub(crate) fn remove_temporary(&self) -> Result<(), FileError> {
        for name in self.list()?.1 {
            let is_ours = name.starts_with(PREFIX) || name.starts_with(HEAD);
            if is_ours && name.ends_with(TEMPORARY) {
                let path = self.0.join(name);
                fs::remove_file(&path).doing("delete", &path)?;
            }
        }
        Ok(())
    }

    /// Where the chain ended when that was last noted; `None` where it is not noted, or
    /// not readable.
    pub(crate) fn read_head(&self) -> Result<Option<End>, FileError> {
        let path = self.head();
        match fs::read(&path) {
            Ok(bytes) => Ok(End::of_bytes(&bytes[..bytes.len().min(HEAD_BYTES)])),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).doing("read", &path),
        }
    }

    /// Makes the file that has the head.
    pub(crate) fn create_head(&self, end: End) -> Result<File, FileError> {
        self.write_whole(&self.head(), |file| file.write_all(&end.to_bytes()))
    }
}
