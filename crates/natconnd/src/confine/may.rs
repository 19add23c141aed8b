//! What may be done with a path, and what Landlock calls it.

use landlock::{AccessFs, BitFlags};

/// What may be done with a file, or with all that is beneath a folder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum May {
    /// Read files, without listing folders.
    Open,
    /// Read files and list folders.
    Read,
    /// Read and execute files.
    Run,
    /// Read and write files that are there.
    Use,
    /// Write files without a name.
    BorrowRoom,
    /// Make a socket, and remove it.
    Listen,
    /// Make, write and remove files and folders.
    Keep,
}

impl May {
    /// What Landlock calls it.
    pub fn access(self) -> BitFlags<AccessFs> {
        let open = BitFlags::from(AccessFs::ReadFile);
        let write = open | AccessFs::WriteFile;
        match self {
            Self::Open => open,
            Self::Read => open | AccessFs::ReadDir,
            Self::Run => open | AccessFs::Execute,
            Self::Use => write,
            Self::BorrowRoom => write | AccessFs::Truncate,
            Self::Listen => AccessFs::MakeSock | AccessFs::RemoveFile,
            Self::Keep => {
                write
                    | AccessFs::ReadDir
                    | AccessFs::Truncate
                    | AccessFs::MakeReg
                    | AccessFs::MakeDir
                    | AccessFs::RemoveFile
                    | AccessFs::RemoveDir
            }
        }
    }
}
