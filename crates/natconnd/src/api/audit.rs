//! Who asked what.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Lines of the audit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// The lines, newest first.
    pub lines: Vec<AuditLine>,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
    /// Places in the files that hold no readable line; `/api/v1/audit/verify` says more.
    pub damaged: Vec<String>,
}

/// One line of the audit.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    /// Its number, without holes over all files.
    pub sequence: u64,
    /// When it was written, RFC 3339 in UTC.
    pub time: String,
    /// `request`, or what it says of the audit itself: `file`, `started`, `stopped`, `removed`,
    /// `recovered`, `failed`.
    pub kind: String,
    /// The endpoint that was asked; this and what follows is null in other lines than
    /// those of requests, and where it is not known.
    pub request: Option<String>,
    /// What became of it: `answered`, `begun`, `ended`, `refused`, `broke-off`.
    pub outcome: Option<String>,
    /// Who asked: a name of the configuration, an address or a user's number.
    pub caller: Option<String>,
    /// By what the caller is known: `token`, `certificate`, `user`, `address`.
    pub credential: Option<String>,
    /// Where the request came from.
    pub peer: Option<String>,
    /// The listener that it came to.
    pub listener: Option<String>,
    /// The role that it took.
    pub role: Option<String>,
    /// The question, as it was asked.
    pub question: Option<String>,
    /// The case that it belongs to.
    pub case: Option<String>,
    /// Why it was asked.
    pub reason: Option<String>,
    /// How many connections were told.
    pub matches: Option<u64>,
    /// How many hosts fit: `none`, `one`, `several`; `not-nat` for a proxy's client that is not
    /// behind the gateway.
    pub verdict: Option<String>,
    /// Whether something may be missing: `complete` or `gaps`.
    pub coverage: Option<String>,
    /// What else there is to say.
    pub note: Option<String>,
    /// The hash of the line, in hexadecimal digits.
    pub hash: String,
}

/// Whether the audit is whole.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct AuditReport {
    /// Whether nothing is wrong. Whoever may write the files can write all of them anew: a head
    /// that was kept elsewhere is what rules that out.
    pub whole: bool,
    /// How many files were read.
    pub files: u64,
    /// How many lines were read.
    pub lines: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// The first line, as SEQUENCE:HASH.
    pub first: Option<String>,
    /// The last line, as SEQUENCE:HASH: the head, to be kept elsewhere.
    pub last: Option<String>,
    /// What is wrong, and where; the first 100.
    pub findings: Vec<AuditFinding>,
    /// How many findings there are more.
    pub more_findings: u64,
    /// What is as it may be, and worth knowing.
    pub notes: Vec<String>,
}

/// What is wrong with the audit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditFinding {
    /// The name of the file; null where it is about the whole.
    pub file: Option<String>,
    /// The line in the file, from 1.
    pub line: Option<u64>,
    /// What is wrong there.
    pub fault: String,
}
