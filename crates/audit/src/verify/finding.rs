//! What is wrong with a chain, and where.

use std::fmt;

use crate::hash::LineHash;
use crate::head::Head;

/// What is wrong with a chain, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The name of the file; `None` where it is about all of the chain.
    pub file: Option<String>,
    /// The line in the file, from 1.
    pub line: Option<u64>,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a chain.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The line is not what was written: it or its hash is another.
    Changed {
        /// The line's number.
        sequence: u64,
        /// The hash that stands there.
        found: LineHash,
        /// The hash of what stands there.
        expected: LineHash,
    },
    /// Another line stands here than the one that comes next: lines are missing, are
    /// there twice, were put in, or stand elsewhere.
    OutOfOrder {
        /// The number of the line that stands here.
        found: u64,
        /// The number of the line that comes next.
        expected: u64,
    },
    /// No line of an audit stands here.
    NoLine {
        /// The number of the line that comes next.
        expected: u64,
    },
    /// The line has its hash, but is not as an audit writes it: it is no JSON, or has no
    /// time.
    Malformed {
        /// The line's number.
        sequence: u64,
    },
    /// The file ends within a line, and lines follow elsewhere or were acknowledged.
    Torn {
        /// How many bytes are behind the last whole line.
        bytes: u64,
    },
    /// Files are not there, and no line says that their time was over.
    MissingFiles {
        /// The number of the first of them.
        first: u64,
        /// The number of the last of them.
        last: u64,
    },
    /// The file is another than its name says.
    Renamed {
        /// The number that its first line says.
        says: u64,
    },
    /// The file does not begin with a file's first line of a format that is known.
    NoBeginning,
    /// The file `head` is not there.
    NoHead,
    /// The file `head` is not readable.
    UnreadableHead,
    /// The file `head` knows of lines that are not there.
    ShortOfHead {
        /// The last line that is there; zero where there is none.
        last: u64,
        /// The line that `head` knows.
        head: Head,
    },
    /// The line that `head` knows is another here.
    OtherThanHead {
        /// The line that stands here.
        found: Head,
        /// What `head` knows of it.
        expected: Head,
    },
    /// The anchor's line is another here.
    OtherThanAnchor {
        /// The line that stands here.
        found: Head,
        /// The anchor.
        anchor: Head,
    },
    /// The anchor's line is not there.
    NoAnchor {
        /// The anchor.
        anchor: Head,
        /// The first and the last line that are there.
        there: Option<(u64, u64)>,
    },
    /// The chain was gone on with after lines had gone, or when nobody could tell.
    Loss {
        /// What the line says of it.
        says: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}, line {line}: ")?,
            (Some(file), None) => write!(f, "{file}: ")?,
            _ => {}
        }
        self.fault.fmt(f)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed {
                sequence,
                found,
                expected,
            } => write!(
                f,
                "sequence {sequence} was changed: found hash {found}, expected {expected}"
            ),
            Self::OutOfOrder { found, expected } if found > expected => {
                write!(f, "found sequence {found}, expected {expected}: ")?;
                match found - expected {
                    1 => write!(f, "a line is missing, or stands elsewhere"),
                    many => write!(f, "{many} lines are missing, or stand elsewhere"),
                }
            }
            Self::OutOfOrder { found, expected } => write!(
                f,
                "found sequence {found}, expected {expected}: a line was put in, or stands in \
                 another place"
            ),
            Self::NoLine { expected } => {
                write!(f, "found no line of an audit, expected sequence {expected}")
            }
            Self::Malformed { sequence } => write!(
                f,
                "sequence {sequence} has its hash, but is no JSON object with a time"
            ),
            Self::Torn { bytes } => write!(
                f,
                "ends within a line: found {bytes} bytes behind the last whole one, expected none"
            ),
            Self::MissingFiles { first, last } if first == last => {
                write!(f, "is missing, and no line says that its time was over")
            }
            Self::MissingFiles { last, .. } => write!(
                f,
                "is missing, and so are those up to number {last}; no line says that their time \
                 was over"
            ),
            Self::Renamed { says } => {
                write!(f, "is file {says} by its first line: it was renamed")
            }
            Self::NoBeginning => write!(
                f,
                "found no first line of a file, expected one of the format \"{}\"",
                crate::chain::FORMAT
            ),
            Self::NoHead => write!(f, "is missing: lines may be missing at the end"),
            Self::UnreadableHead => {
                write!(f, "is not readable: lines may be missing at the end")
            }
            Self::ShortOfHead { last, head } => write!(
                f,
                "found sequence {last} as the last, expected {} or more: what was behind it is \
                 missing",
                head.sequence
            ),
            Self::OtherThanHead { found, expected } => write!(
                f,
                "found {found}, expected {expected}, which the file head knows: the line was \
                 replaced"
            ),
            Self::OtherThanAnchor { found, anchor } => write!(
                f,
                "found {found}, expected {anchor}: this is not the chain that the anchor is of"
            ),
            Self::NoAnchor { anchor, there } => {
                write!(
                    f,
                    "the anchor's line {} is not there: found ",
                    anchor.sequence
                )?;
                match there {
                    Some((first, last)) => write!(f, "lines {first} to {last}"),
                    None => write!(f, "no lines"),
                }
            }
            Self::Loss { says } => write!(f, "writing began again after a loss: {says}"),
        }
    }
}
