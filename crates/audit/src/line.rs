//! One line: how it is written, hashed and read.
//!
//! `{"sequence":N,"time":"T","kind":"K",…,"hash":"H"}`: the hash is over the hash of the
//! line before and over all bytes of this line that stand before `,"hash"`.

use std::io::Write;

use model::Timestamp;
use serde_json::{Map, Value};

use crate::entry::Entry;
use crate::hash::{DIGITS, LineHash};
use crate::head::{Head, LARGEST};
use crate::text::{shown, write_json};

/// What every line begins with.
const BEGINNING: &[u8] = b"{\"sequence\":";
/// What stands before the time.
const BEFORE_TIME: &[u8] = b",\"time\":\"";
/// What stands before the kind.
const BEFORE_KIND: &[u8] = b"\",\"kind\":\"";
/// What stands before the hash.
const BEFORE_HASH: &[u8] = b",\"hash\":\"";
/// What stands behind the hash, with the end of the line.
const AFTER_HASH: &[u8] = b"\"}\n";
/// How long the end of a line is, from before the hash on.
pub(crate) const ENDING: usize = BEFORE_HASH.len() + DIGITS + AFTER_HASH.len();
/// How long a time is, with its milliseconds.
pub(crate) const TIME: usize = 24;
/// No line is longer: a question of 16384 characters that are all escapes is less.
pub(crate) const LONGEST: usize = 512 << 10;

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The first line of a file: format, gateway, and the hash before it.
    File,
    /// Somebody asked something; see [`Entry`].
    Request,
    /// Whoever writes the chain began to.
    Started,
    /// Whoever writes the chain stopped as it should.
    Stopped,
    /// A file is deleted because its time is over.
    Removed,
    /// The chain did not end as it should when writing began.
    Recovered,
    /// For a time nothing could be written.
    Failed,
}

impl Kind {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::File,
        Self::Request,
        Self::Started,
        Self::Stopped,
        Self::Removed,
        Self::Recovered,
        Self::Failed,
    ];

    /// The word for it in a line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Request => "request",
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Removed => "removed",
            Self::Recovered => "recovered",
            Self::Failed => "failed",
        }
    }

    fn of_name(name: &[u8]) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name().as_bytes() == name)
    }
}

/// What a line has between its kind and its hash, as JSON.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Members(String);

impl Members {
    /// Adds a text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        write_json(text, &mut self.0);
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, name: &str, number: u64) {
        self.name(name);
        self.0.push_str(&number.to_string());
    }

    /// Adds whether something is so.
    pub(crate) fn flag(&mut self, name: &str, is_so: bool) {
        self.name(name);
        self.0.push_str(if is_so { "true" } else { "false" });
    }

    fn name(&mut self, name: &str) {
        self.0.push(',');
        write_json(name, &mut self.0);
        self.0.push(':');
    }

    /// As it stands in a line, with a comma before it.
    pub(crate) fn into_json(self) -> String {
        self.0
    }

    /// How many bytes it is.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }
}

/// Writes the line that follows `previous`, and returns the head that it is.
pub(crate) fn write(
    previous: Head,
    time: Timestamp,
    kind: Kind,
    members: &Members,
    output: &mut Vec<u8>,
) -> Head {
    let begin = output.len();
    let sequence = previous.sequence + 1;
    output.extend_from_slice(BEGINNING);
    // Writing to memory cannot fail.
    let _ = write!(output, "{sequence}");
    output.extend_from_slice(BEFORE_TIME);
    let _ = write!(output, "{time}");
    output.extend_from_slice(BEFORE_KIND);
    output.extend_from_slice(kind.name().as_bytes());
    output.push(b'"');
    output.extend_from_slice(members.0.as_bytes());
    let hash = LineHash::of_line(previous.hash, &output[begin..]);
    output.extend_from_slice(&ending(hash));
    Head { sequence, hash }
}

/// What a line ends with.
pub(crate) fn ending(hash: LineHash) -> [u8; ENDING] {
    let mut ending = [0; ENDING];
    let (before, rest) = ending.split_at_mut(BEFORE_HASH.len());
    let (digits, after) = rest.split_at_mut(DIGITS);
    before.copy_from_slice(BEFORE_HASH);
    digits.copy_from_slice(&hash.digits());
    after.copy_from_slice(AFTER_HASH);
    ending
}

/// The time that a line has; `None` where it is none.
pub(crate) fn timestamp(time: &[u8; TIME]) -> Option<Timestamp> {
    str::from_utf8(time).ok()?.parse().ok()
}

/// A line's parts, as its bytes have them; nothing is known to be true yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) sequence: u64,
    /// As it is written: times of 24 characters are in the order of their letters.
    pub(crate) time: &'a [u8; TIME],
    pub(crate) kind: Kind,
    /// What is hashed.
    pub(crate) hashed: &'a [u8],
    pub(crate) hash: LineHash,
}

impl<'a> Parts<'a> {
    /// Reads a line with its end; `None` where it is not what [`write()`] writes.
    ///
    /// Does not look at what stands between kind and hash.
    pub(crate) fn of(line: &'a [u8]) -> Option<Self> {
        let (hashed, ending) = line.split_at_checked(line.len().checked_sub(ENDING)?)?;
        let hash = ending.strip_prefix(BEFORE_HASH)?.strip_suffix(AFTER_HASH)?;
        let rest = hashed.strip_prefix(BEGINNING)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = rest.split_at(digits);
        if digits.first() == Some(&b'0') {
            return None;
        }
        let sequence = str::from_utf8(digits).ok()?.parse().ok();
        let (time, rest) = rest.strip_prefix(BEFORE_TIME)?.split_first_chunk()?;
        let rest = rest.strip_prefix(BEFORE_KIND)?;
        let kind = rest.split(|byte| *byte == b'"').next()?;
        Some(Self {
            sequence: sequence.filter(|sequence| *sequence <= LARGEST)?,
            time,
            kind: Kind::of_name(kind)?,
            hashed,
            hash: LineHash::of_digits(hash)?,
        })
    }

    /// When it was written; `None` where that is no time.
    pub(crate) fn timestamp(&self) -> Option<Timestamp> {
        timestamp(self.time)
    }

    /// Whether it is what follows a hash.
    pub(crate) fn follows(&self, previous: LineHash) -> bool {
        LineHash::of_line(previous, self.hashed) == self.hash
    }

    /// The head that it is.
    pub(crate) const fn head(&self) -> Head {
        Head {
            sequence: self.sequence,
            hash: self.hash,
        }
    }
}

/// A line that was read.
///
/// Reading does not verify: that the line stands there is all that is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The number of its file.
    pub file: u64,
    /// Its own number, from 1; without holes over all files.
    pub sequence: u64,
    /// When it was written.
    pub time: Timestamp,
    /// What it is about.
    pub kind: Kind,
    /// Its hash.
    pub hash: LineHash,
    /// All of it as JSON, without an end of the line; what could steer a terminal is
    /// escaped, even where somebody else wrote it.
    pub json: String,
    members: Map<String, Value>,
}

impl Line {
    /// Reads a line with its end; `None` where it is none.
    pub(crate) fn of(file: u64, line: &[u8]) -> Option<Self> {
        let parts = Parts::of(line)?;
        let json = str::from_utf8(line).ok()?.trim_end();
        Some(Self {
            file,
            sequence: parts.sequence,
            time: parts.timestamp()?,
            kind: parts.kind,
            hash: parts.hash,
            json: shown(json),
            members: serde_json::from_str(json).ok()?,
        })
    }

    /// What it says of a request; `None` where it is about something else.
    pub fn entry(&self) -> Option<Entry> {
        match self.kind {
            Kind::Request => Entry::of_members(&self.members),
            _ => None,
        }
    }

    /// What it says that it follows, where it is the first line of a file.
    pub(crate) fn previous(&self) -> Option<Head> {
        let hash = self.text("previous")?.parse().ok()?;
        let sequence = self.sequence.checked_sub(1)?;
        (self.kind == Kind::File).then_some(Head { sequence, hash })
    }

    /// A text that it has, by its name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }

    /// Whether something is so that it tells, by its name.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.members.get(name)?.as_bool()
    }

    /// A number that it has, by its name.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.members.get(name)?.as_u64()
    }
}
