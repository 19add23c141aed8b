//! What can go wrong in the lab.

use std::fmt;
use std::io;

use crate::{Listed, ListingError};

/// Why the lab could not do what it was asked to.
///
/// `Debug` prints the whole chain of causes in words, because that is what
/// `unwrap` and a failed test show.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A program could not be started.
    #[error("start {command}")]
    Start {
        /// The command line.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program ran and reported that it did not do its work.
    #[error("run {command}: {status}{output}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: String,
        /// What it wrote, each line indented on a line of its own.
        output: String,
    },
    /// A socket, file or namespace could not be used.
    #[error("{doing}")]
    System {
        /// What was being done, and to which thing.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
    /// A unit's file has what the lab cannot do.
    #[error("read {place}: {cause}")]
    Unit {
        /// The file and the directive.
        place: String,
        /// What is the matter with it.
        cause: String,
    },
    /// A filter of system calls could not be made, or the kernel does not take it.
    #[error("filter system calls: {cause}")]
    Filter {
        /// What is the matter.
        cause: String,
    },
    /// `conntrack -L` printed a line that could not be read.
    #[error(transparent)]
    Listing(#[from] ListingError),
    /// The gateway has another number of connections than expected.
    #[error("wait for {expected} connections: there are {}: {found:#?}", found.len())]
    Count {
        /// How many there should be.
        expected: usize,
        /// Those that there are.
        found: Vec<Listed>,
    },
    /// This machine gives no namespaces to this user.
    #[error("make network namespaces: {reason}")]
    NoNamespaces {
        /// What was tried, and what it said.
        reason: String,
    },
}

impl Error {
    pub(crate) fn system(doing: impl Into<String>, source: impl Into<io::Error>) -> Self {
        Self::System {
            doing: doing.into(),
            source: source.into(),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
