//! What is kept of the past, and how it goes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Coverage, Gap};

/// How much is kept of the past, and how recording goes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// Where it is kept; null where nothing is recorded (`history.folder`).
    #[schema(example = "/var/lib/natconnd/history")]
    pub folder: Option<String>,
    /// The name of this gateway in each record.
    pub gateway: Option<String>,
    /// Whether what ends now is recorded.
    pub recording: bool,
    /// Why it is not.
    pub trouble: Option<String>,
    /// Records that are kept, each of one translation.
    pub records: u64,
    /// Those of them that are not in a segment yet.
    pub journal_records: u64,
    /// Sealed segments: Parquet files.
    pub segments: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes of sealed segments for each of their records; null where there are
    /// none.
    pub bytes_per_record: Option<f64>,
    /// When the oldest record that is kept ended; null where there is none.
    pub oldest: Option<String>,
    /// How long records are kept after their end, in seconds; null for ever.
    pub keep_for_seconds: Option<u64>,
    /// How many bytes all files may take; null for any number.
    pub keep_bytes: Option<u64>,
    /// Whether remote endpoints are recorded: `keep` or `omit`.
    #[schema(example = "keep")]
    pub remote: String,
    /// Translations that could not be recorded since the start.
    pub unrecorded: u64,
    /// Files that are damaged or missing.
    pub damaged: Vec<String>,
    /// When every file had been verified for the last time; null for never.
    pub verified_at: Option<String>,
    /// Cases that hold records beyond their time; what they are called is for the role
    /// `admin`, and none are listed for others.
    pub holds: Vec<Hold>,
}

/// A case that holds records beyond their time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// The name of the case.
    #[schema(example = "2026-117")]
    pub case: String,
    /// How many records it holds.
    pub records: u64,
    /// How complete they are: what was not known, when it was held, of the time that was
    /// asked about. Null where nobody noted that, and where nothing is held.
    #[serde(default)]
    pub coverage: Option<Coverage>,
}

/// The cases that hold records.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Holds {
    /// The cases, by name.
    pub holds: Vec<Hold>,
}

/// Times of which something is missing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gaps {
    /// The gaps that touch the asked time, oldest first.
    pub gaps: Vec<Gap>,
}

/// A file of history, verified.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct VerifiedFile {
    /// The file.
    pub file: String,
    /// What is wrong with it; null where nothing is.
    pub fault: Option<String>,
}

/// Segments whose time is over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Expired {
    /// The segments, in the order in which they go.
    pub segments: Vec<Segment>,
}

/// A sealed segment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Segment {
    /// Its file.
    pub file: String,
    /// Its records.
    pub records: u64,
    /// Its bytes.
    pub bytes: u64,
    /// When the first of its records began.
    pub from: String,
    /// When the last of them ended.
    pub to: String,
}
