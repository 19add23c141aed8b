//! Who asked what, why, and what they were told: an append-only file in which each
//! line has the hash of the one before, so that no line can be changed, put in or
//! taken out unseen.
//!
//! Knows nothing of HTTP or NAT: an [`Entry`] is made of texts. The format is
//! described in docs/audit.md, so that a stranger can verify it.
//!
//! Reading order: `entry` is what a line says; `line` how it is written and hashed;
//! `chain` where it goes; `opening` what becomes of a chain after a crash; `committer`
//! the one thread that writes; [`verify`] and [`read`] need no writer.
//!
//! ```no_run
//! use audit::{Audit, Entry, Outcome, Settings, verify};
//!
//! # async fn ask() -> Result<(), Box<dyn std::error::Error>> {
//! let audit = Audit::open(Settings::new("/var/lib/natconnd/audit"))?;
//! let entry = Entry {
//!     caller: Some("desk".to_owned()),
//!     ..Entry::new("lookup", Outcome::Answered)
//! };
//! audit.record(vec![entry]).await?;
//! let anchor = audit.status().head;
//! let report = verify("/var/lib/natconnd/audit".as_ref(), anchor)?;
//! assert!(report.is_whole());
//! # Ok(())
//! # }
//! ```

mod audit;
mod chain;
mod committer;
mod entry;
mod error;
mod folder;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod hash;
mod head;
mod line;
mod lines;
mod opening;
mod read;
mod recorded;
#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;
mod retention;
mod settings;
mod status;
mod tail;
#[cfg(test)]
mod tests;
mod text;
mod verify;

pub use audit::Audit;
pub use entry::{Entry, Outcome};
pub use error::{FileError, OpenError, RecordError};
pub use hash::{LineHash, NoHash};
pub use head::{Head, NoHead};
pub use line::{Kind, Line};
pub use model::Timestamp;
pub use read::{Lines, Order, ReadError, Wanted, read};
pub use recorded::Recorded;
pub use settings::Settings;
pub use status::{Moved, Recovery, Status};
pub use text::shown;
pub use verify::{Fault, Finding, Report, Span, VerifyError, verify};
